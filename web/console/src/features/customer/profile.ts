/* The members of a profile that staff may edit. */
import type { Customer } from "../../shared/types";

export interface Profile {
	name: string;
	external_id: string;
	gender: string;
	language: string;
	company: string;
	remark: string;
}

export function emptyProfile(from?: Customer): Profile {
	return {
		name: from?.name ?? "",
		external_id: from?.external_id ?? "",
		gender: from?.gender ?? "",
		language: from?.language ?? "",
		company: from?.company ?? "",
		remark: from?.remark ?? "",
	};
}

/* Only what differs is sent, so that two people editing different members do not collide more
 * than they must. An emptied customer number is none, not an empty one. */
export function profileChanges(customer: Customer, form: Profile): Partial<Record<keyof Profile, string | null>> {
	const before = emptyProfile(customer);
	const changes: Partial<Record<keyof Profile, string | null>> = {};
	for (const field of Object.keys(before) as (keyof Profile)[]) {
		if (before[field] !== form[field]) {
			changes[field] = field === "external_id" && form[field] === "" ? null : form[field];
		}
	}
	return changes;
}
