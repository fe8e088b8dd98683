/* Which conversation belongs into which list, and where. Pure. */
import type { Conversation, View } from "../shared/types";
import { emptyQuery, matchesQuery, type ListQuery } from "./listQuery";

export type StateFilter = "open" | "resolved";
/* The three that everybody has, and the one by a filter of her own. */
export type ListName = View | "filter";

/* Newest first; the id decides between equal times, as on the server. */
export function comesBefore(left: Conversation, right: Conversation): boolean {
	if (left.last_at !== right.last_at) {
		return left.last_at > right.last_at;
	}
	return left.id.length !== right.id.length ? left.id.length > right.id.length : left.id > right.id;
}

export function belongs(
	conversation: Conversation,
	view: ListName,
	filter: StateFilter,
	me: string,
	query: ListQuery = emptyQuery,
): boolean {
	if (view === "filter") {
		return matchesQuery(conversation, query);
	}
	if ((conversation.state === "resolved") !== (filter === "resolved")) {
		return false;
	}
	switch (view) {
		case "mine":
			return conversation.assignee === me;
		case "unassigned":
			return conversation.assignee === null;
		case "all":
			return true;
	}
}

/* Where `conversation` goes in `ids`, which are in order. */
function position(
	ids: readonly string[],
	conversation: Conversation,
	of: (id: string) => Conversation | undefined,
): number {
	let low = 0;
	let high = ids.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		const other = of(ids[middle] ?? "");
		if (other !== undefined && comesBefore(other, conversation)) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* The list after `conversation` changed: moved, added or taken out. The same array when nothing
 * changed. `complete` is false while older pages are not loaded: then nothing is added below. */
export function placed(
	ids: readonly string[],
	conversation: Conversation,
	wanted: boolean,
	complete: boolean,
	of: (id: string) => Conversation | undefined,
): readonly string[] {
	const at = ids.indexOf(conversation.id);
	const without = at < 0 ? ids : ids.filter((id) => id !== conversation.id);
	if (!wanted) {
		return without;
	}
	const index = position(without, conversation, of);
	if (index === at) {
		return ids;
	}
	if (index === without.length && !complete && at < 0 && without.length > 0) {
		return without;
	}
	return [...without.slice(0, index), conversation.id, ...without.slice(index)];
}

/* Whether who acts on `seen` would do so on `now` too: what has come meanwhile is of the house. */
export function sameSituation(seen: Conversation, now: Conversation): boolean {
	return seen.assignee === now.assignee && seen.state === now.state &&
		seen.inbound === now.inbound && seen.missed_calls === now.missed_calls;
}

export function unreadOf(conversation: Conversation): number {
	return Math.max(0, conversation.inbound - (conversation.inbound_read ?? 0));
}
