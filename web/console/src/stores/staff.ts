/* The colleagues: names and roles from REST, presence and who looks where from the socket. */
import { defineStore } from "pinia";
import { computed, ref, shallowReactive } from "vue";
import { checks, get } from "../app/api";
import type { PresenceState, Staff, Viewer } from "../shared/types";

export const useStaff = defineStore("staff", () => {
	const members = shallowReactive(new Map<string, Staff>());
	const presence = shallowReactive(new Map<string, PresenceState>());
	const viewers = shallowReactive(new Map<string, readonly Viewer[]>());
	const loaded = ref(false);

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
		return presence.get(id) ?? "offline";
	}

	function setPresence(id: string, state: PresenceState): void {
		presence.set(id, state);
	}

	function replacePresence(all: readonly { staff: string; state: PresenceState }[]): void {
		presence.clear();
		for (const one of all) {
			presence.set(one.staff, one.state);
		}
	}

	function setViewers(customer: string, staff: readonly Viewer[]): void {
		if (staff.length === 0) {
			viewers.delete(customer);
		} else {
			viewers.set(customer, staff);
		}
	}

	function replaceViewers(all: readonly { customer: string; staff: readonly Viewer[] }[]): void {
		viewers.clear();
		for (const one of all) {
			setViewers(one.customer, one.staff);
		}
	}

	function keepViewers(customers: readonly string[]): void {
		for (const customer of viewers.keys()) {
			if (!customers.includes(customer)) {
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
		setPresence,
		replacePresence,
		setViewers,
		replaceViewers,
		keepViewers,
		othersAt,
		clear,
	};
});
