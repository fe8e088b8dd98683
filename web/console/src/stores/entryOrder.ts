/* Entries are shown by when they happened; the id decides between equal times. Only that a
 * conversation began is told before what began it, although both have one instant. */
import type { Entry } from "../shared/types";

function rank(entry: Entry): number {
	return entry.kind === "opened" || entry.kind === "reopened" ? 0 : 1;
}

export function compareEntries(left: Entry, right: Entry): number {
	if (left.at !== right.at) {
		return left.at < right.at ? -1 : 1;
	}
	const order = rank(left) - rank(right);
	if (order !== 0) {
		return order;
	}
	return left.id.length - right.id.length || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);
}
