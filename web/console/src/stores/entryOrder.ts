/* Entries are shown by when they happened; the id decides between equal times. */
import type { Entry } from "../shared/types";

export function compareEntries(left: Entry, right: Entry): number {
	if (left.at !== right.at) {
		return left.at < right.at ? -1 : 1;
	}
	return left.id.length - right.id.length || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);
}
