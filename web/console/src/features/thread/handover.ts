/* What was handed to me with this thread, and not taken up yet. Pure. */
import type { Entry } from "../../shared/types";

export interface Handover {
	/* The entry by which it came: its id is what is put away. */
	readonly id: string;
	readonly by: string;
	readonly at: string;
	/* Empty: nothing was written with it. */
	readonly note: string;
}

function isMyAnswer(entry: Entry, me: string): boolean {
	return entry.author.kind === "staff" && entry.author.id === me && (entry.kind === "message" || entry.kind === "note");
}

/* The last assignment decides: to me, by somebody else, and I have not written since. */
export function openHandover(entries: readonly Entry[], me: string): Handover | null {
	let note = "";
	for (let at = entries.length - 1; at >= 0; at -= 1) {
		const entry = entries[at];
		if (entry === undefined || isMyAnswer(entry, me)) {
			return null;
		}
		if (entry.kind === "note" && entry.body?.handover?.to === me && note === "") {
			note = entry.body.text;
		}
		if (entry.kind === "assigned") {
			const { to, by } = entry.body ?? { to: null, by: null };
			return to === me && by !== null && by !== me ? { id: entry.id, by, at: entry.at, note } : null;
		}
		if (entry.kind === "released" || entry.kind === "resolved") {
			return null;
		}
	}
	return null;
}
