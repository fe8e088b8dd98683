/* Whether a moment of wrap-up is offered now: after a call of mine, or what I resolved, as I
 * prefer. An offer that nobody takes goes away. */
import { defineStore } from "pinia";
import { ref } from "vue";
import { usePreferences } from "./preferences";

const offeredMs = 20_000;

export const useWrapUp = defineStore("wrapUp", () => {
	const preferences = usePreferences();
	const offered = ref(false);
	let timer: ReturnType<typeof setTimeout> | undefined;

	function after(what: "call" | "resolve"): void {
		if (preferences.wrapUp === "never" || (what === "resolve" && preferences.wrapUp !== "all")) {
			return;
		}
		offered.value = true;
		clearTimeout(timer);
		timer = setTimeout(() => {
			offered.value = false;
		}, offeredMs);
	}

	return { offered, after };
});
