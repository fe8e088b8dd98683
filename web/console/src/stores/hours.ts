/* The calendar of the house, and what it says just now. */
import type { Hours, HoursState } from "@trunkline/protocol";
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";
import { checks, get, put, RestError } from "../app/api";

export type HoursWish = Pick<Hours, "always" | "zone" | "week" | "special">;

export const useHours = defineStore("hours", () => {
	const hours = shallowRef<Hours | null>(null);
	const state = shallowRef<HoursState | null>(null);
	const used = ref(false);

	async function load(): Promise<void> {
		used.value = true;
		const [calendar, now] = await Promise.all([get("/hours", checks.hoursCheck), get("/hours/state", checks.hoursStateCheck)]);
		hours.value = calendar;
		state.value = now;
	}

	/* Told live; the calendar itself is only read where somebody looked at it. */
	async function heard(now: HoursState): Promise<void> {
		state.value = now;
		if (used.value) {
			try {
				await load();
			} catch {
				/* The next one tells it again. */
			}
		}
	}

	/* "saved", "conflict", or the reason why not. */
	async function save(wish: HoursWish): Promise<string> {
		try {
			hours.value = await put("/hours", checks.hoursCheck, { ...wish, version: hours.value?.version ?? 0 });
			state.value = await get("/hours/state", checks.hoursStateCheck);
			return "saved";
		} catch (error) {
			if (error instanceof RestError && error.status === 409) {
				return "conflict";
			}
			return error instanceof Error ? error.message : String(error);
		}
	}

	return { hours, state, load, heard, save };
});
