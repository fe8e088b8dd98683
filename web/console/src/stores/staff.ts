/* The colleagues: names and roles from REST, presence and who looks where from the socket. */
import { defineStore } from "pinia";
import { computed, ref, shallowReactive } from "vue";
import { checks, get } from "../app/api";
import type { PresenceState, Staff, Viewer } from "../shared/types";

export interface Presence {
	readonly staff: string;
	readonly state: PresenceState;
	readonly reason?: string;
	readonly since?: string | null;
}

const composingMs = 7000;

export const useStaff = defineStore("staff", () => {
	const members = shallowReactive(new Map<string, Staff>());
	const presence = shallowReactive(new Map<string, Presence>());
	const viewers = shallowReactive(new Map<string, readonly Viewer[]>());
	const loaded = ref(false);
	const inSight: Record<"thread" | "rows", readonly string[]> = { thread: [], rows: [] };
	const rested = new Map<string, ReturnType<typeof setTimeout>>();

	const active = computed(() =>
		[...members.values()]
			.filter((member) => member.active)
			.sort((left, right) => left.name.localeCompare(right.name)),
	);

	async function load(): Promise<void> {
		const page = await get("/staff", checks.staffListCheck);
		members.clear();
		for (const member of page.items) {
			members.set(member.id, member);
		}
		loaded.value = true;
	}

	function put(member: Staff): void {
		members.set(member.id, member);
	}

	function nameOf(id: string | null | undefined): string {
		return members.get(id ?? "")?.name ?? "";
	}

	function stateOf(id: string): PresenceState {
		return presence.get(id)?.state ?? "offline";
	}

	function presenceOf(id: string): Presence | undefined {
		return presence.get(id);
	}

	function setPresence(one: Presence): void {
		presence.set(one.staff, one);
	}

	function replacePresence(all: readonly Presence[]): void {
		presence.clear();
		all.forEach(setPresence);
	}

	function setViewers(customer: string, staff: readonly Viewer[]): void {
		clearTimeout(rested.get(customer));
		rested.delete(customer);
		if (staff.length === 0) {
			viewers.delete(customer);
			return;
		}
		viewers.set(customer, staff);
		/* Who types says so again and again; of one whose line broke nothing more is heard. */
		if (staff.some((viewer) => viewer.composing)) {
			rested.set(customer, setTimeout(() => setViewers(customer, staff.map(({ id }) => ({ id, composing: false }))), composingMs));
		}
	}

	function replaceViewers(all: readonly { customer: string; staff: readonly Viewer[] }[]): void {
		viewers.clear();
		for (const one of all) {
			setViewers(one.customer, one.staff);
		}
	}

	/* Who looks is told of the open thread and of the rows in sight; of others it is forgotten. */
	function keepViewers(place: "thread" | "rows", customers: readonly string[]): void {
		inSight[place] = customers;
		for (const customer of viewers.keys()) {
			if (!inSight.thread.includes(customer) && !inSight.rows.includes(customer)) {
				viewers.delete(customer);
			}
		}
	}

	/* Who else than `me` looks at this customer now. */
	function othersAt(customer: string, me: string): readonly Viewer[] {
		return (viewers.get(customer) ?? []).filter((viewer) => viewer.id !== me);
	}

	function clear(): void {
		members.clear();
		presence.clear();
		viewers.clear();
		loaded.value = false;
	}

	return {
		members,
		active,
		loaded,
		load,
		put,
		nameOf,
		stateOf,
		presenceOf,
		setPresence,
		replacePresence,
		setViewers,
		replaceViewers,
		keepViewers,
		othersAt,
		clear,
	};
});
