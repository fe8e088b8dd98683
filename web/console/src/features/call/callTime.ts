/* How long a call has been ringing or talking, ticking every second while it does. */
import { computed, onBeforeUnmount, onMounted, ref, type ComputedRef } from "vue";
import { duration } from "../../shared/format";
import type { Call, CallResult } from "../../shared/types";

export function useCallTime(call: () => Call): ComputedRef<string> {
	const now = ref(Date.now());
	let timer: ReturnType<typeof setInterval> | undefined;
	const running = computed(() => call().result === "ringing" || call().result === "talking");

	onMounted(() => {
		timer = setInterval(() => {
			if (running.value) {
				now.value = Date.now();
			}
		}, 1000);
	});
	onBeforeUnmount(() => clearInterval(timer));

	return computed(() => {
		const { result, started_at: started, answered_at: answered } = call();
		const from = result === "talking" ? (answered ?? started) : started;
		return from === null || !running.value ? "" : duration(Math.max(0, now.value - Date.parse(from)));
	});
}

export function callTone(result: CallResult): "live" | "missed" | "calm" {
	if (result === "ringing" || result === "talking") {
		return "live";
	}
	return result === "missed" || result === "abandoned" ? "missed" : "calm";
}
