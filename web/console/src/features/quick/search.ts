/* Looks among all quick replies for what is typed after the slash. */
import type { QuickReply } from "@trunkline/protocol";
import { indexText, matchText, plainOf, type Indexed, type Mark } from "./match";
import type { Readings } from "./readings";

export interface Entry {
	readonly reply: QuickReply;
	readonly title: Indexed;
	readonly folder: Indexed;
	readonly body: string;
}

export interface Found {
	readonly reply: QuickReply;
	readonly titleMarks: readonly Mark[];
	readonly shortcutMarks: readonly Mark[];
	readonly bodyMarks: readonly Mark[];
}

interface Ranked extends Found {
	readonly rank: number;
}

const none: readonly Mark[] = [];
const recentMs = 7 * 86_400_000;
/* Made once: it is dear. */
const byTitle = new Intl.Collator(undefined, { numeric: true });

export function entryOf(reply: QuickReply, readings: Readings): Entry {
	return {
		reply,
		title: indexText(reply.title, readings),
		folder: indexText(reply.folder, readings),
		body: plainOf(reply.body),
	};
}

/* What I use comes first: most used, with what was used this week before the rest. */
export function compareByUse(left: QuickReply, right: QuickReply, now: number): number {
	const recent = ({ used_at }: QuickReply): number => (used_at !== null && now - Date.parse(used_at) < recentMs ? 1 : 0);
	return (
		recent(right) - recent(left) ||
		right.used_by_me - left.used_by_me ||
		right.used - left.used ||
		byTitle.compare(left.title, right.title)
	);
}

function rankOf(entry: Entry, query: string): Ranked | null {
	const shortcut = entry.reply.shortcut ?? "";
	const title = matchText(entry.title, query);
	const shortcutMarks: readonly Mark[] = shortcut.startsWith(query) ? [[0, query.length]] : none;
	const found = { reply: entry.reply, titleMarks: title?.marks ?? none, shortcutMarks, bodyMarks: none };
	if (shortcut === query) {
		return { ...found, rank: 9 };
	}
	if (shortcutMarks.length > 0) {
		return { ...found, rank: 8 };
	}
	if (title !== null) {
		return { ...found, rank: 4 + title.grade };
	}
	if (matchText(entry.folder, query) !== null) {
		return { ...found, rank: 2 };
	}
	const at = entry.body.indexOf(query);
	return at < 0 ? null : { ...found, bodyMarks: [[at, at + query.length]], rank: 1 };
}

export function searchReplies(entries: Iterable<Entry>, typed: string, now: number): Found[] {
	const query = plainOf(typed.trim());
	const found: Ranked[] = [];
	for (const entry of entries) {
		const ranked =
			query === "" ? { reply: entry.reply, titleMarks: none, shortcutMarks: none, bodyMarks: none, rank: 0 } : rankOf(entry, query);
		if (ranked !== null) {
			found.push(ranked);
		}
	}
	return found.sort((left, right) => right.rank - left.rank || compareByUse(left.reply, right.reply, now));
}
