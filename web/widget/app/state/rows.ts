/** What the thread shows, row by row: days, messages in groups, what is still on its way. */
import type { OutboxItem } from "@trunkline/client";
import type { File as SentFile, MenuItem, PublicEntry, PublicMark, WidgetSendFrame } from "@trunkline/protocol";

import { tickOfEntry, tickOfPending } from "./ticks";
import type { Tick } from "./ticks";

export interface MessageRow {
	readonly kind: "message";
	readonly key: string;
	readonly own: boolean;
	/** Of the house's side. */
	readonly name: string;
	/** Null: it was erased. */
	readonly text: string | null;
	readonly files: readonly SentFile[];
	readonly at: number;
	readonly tick: Tick | null;
	/** Of a message that waits or failed. */
	readonly pending: OutboxItem<WidgetSendFrame> | null;
	/** The last of several in a row: time and ticks stand under it. */
	readonly last: boolean;
	/** Of an automatic answer: its number in her thread, what she may press, and whether it asks
	 * if it helped. Only under the newest message. */
	readonly automatic: boolean;
	readonly pub: number;
	readonly menu: readonly MenuItem[];
	readonly asks: boolean;
}

export interface DayRow {
	readonly kind: "day";
	readonly key: string;
	readonly at: number;
}

export type Row = MessageRow | DayRow;

export interface RowSource {
	readonly entries: readonly PublicEntry[];
	readonly pending: readonly OutboxItem<WidgetSendFrame>[];
	readonly house: PublicMark;
	readonly online: boolean;
}

const GROUP_MS = 60_000;

/** What the composer keeps beside a frame, so that files can be shown before the entry comes. */
export function pendingFiles(item: OutboxItem<WidgetSendFrame>): readonly SentFile[] {
	const { files } = (item.extra ?? {}) as { files?: unknown };
	return Array.isArray(files) ? (files as SentFile[]) : [];
}

const ofEntry = (entry: PublicEntry, house: PublicMark): MessageRow => {
	const own = entry.author.kind === "customer";
	return {
		kind: "message",
		// The bubble of what was sent stays the same element when its entry comes.
		key: entry.ref ?? `pub-${entry.pub}`,
		own,
		name: entry.author.name ?? "",
		text: entry.body ? entry.body.text : null,
		files: entry.files ?? [],
		at: Date.parse(entry.at),
		tick: own ? tickOfEntry(entry.pub, house) : null,
		pending: null,
		last: true,
		automatic: entry.author.kind === "bot",
		pub: entry.pub,
		menu: entry.body?.menu ?? [],
		asks: entry.body?.helpful === true,
	};
};

const ofPending = (item: OutboxItem<WidgetSendFrame>, online: boolean): MessageRow => ({
	kind: "message",
	key: item.frame.ref,
	own: true,
	name: "",
	text: item.frame.text,
	files: pendingFiles(item),
	at: item.at,
	tick: tickOfPending(item.state, online),
	pending: item,
	last: true,
	automatic: false,
	pub: 0,
	menu: [],
	asks: false,
});

const sameDay = (a: number, b: number): boolean =>
	new Date(a).toDateString() === new Date(b).toDateString();

const grouped = (row: MessageRow, next: MessageRow | undefined): boolean =>
	next !== undefined && next.own === row.own && next.name === row.name && next.automatic === row.automatic && next.tick === row.tick &&
	row.tick !== "failed" && next.at - row.at < GROUP_MS && sameDay(row.at, next.at);

export function buildRows({ entries, pending, house, online }: RowSource): Row[] {
	const known = new Set(entries.map(({ ref }) => ref));
	const messages = [
		...entries.map((entry) => ofEntry(entry, house)),
		...pending.filter(({ frame }) => !known.has(frame.ref)).map((item) => ofPending(item, online)),
	];
	const rows: Row[] = [];
	messages.forEach((message, index) => {
		const before = messages[index - 1];
		if (!before || !sameDay(before.at, message.at)) {
			rows.push({ kind: "day", key: `day-${new Date(message.at).toDateString()}-${message.key}`, at: message.at });
		}
		const newest = index === messages.length - 1;
		rows.push({
			...message,
			last: !grouped(message, messages[index + 1]),
			menu: newest ? message.menu : [],
			asks: newest && message.asks,
		});
	});
	return rows;
}
