/* What is known of one open thread. */
import { Thread as EntryThread } from "@trunkline/client";
import { markRaw, shallowReactive } from "vue";
import type { CustomerDetail, Delivery, Entry, Mark } from "../shared/types";
import { compareEntries } from "./entryOrder";

const typingMs = 6000;

export interface Typist {
	kind: "customer" | "staff";
	id: string;
	until: number;
}

export interface Thread {
	readonly customer: string;
	readonly model: EntryThread<Entry>;
	entries: readonly Entry[];
	next: string | null;
	loaded: boolean;
	loading: boolean;
	failed: boolean;
	detail: CustomerDetail | null;
	/* Counts the changes of her profile that were told live. */
	revision: number;
	/* How far the customer's devices got, per timeline, in her own numbers (`pub`). */
	delivered: ReadonlyMap<string, number>;
	seen: ReadonlyMap<string, number>;
	/* What is above these is new to me since I opened the thread; null: no line. */
	newAfter: ReadonlyMap<string, number> | null;
	/* How far I have looked at it, per timeline: what is above was not seen when I answer. */
	looked: ReadonlyMap<string, number>;
	typists: readonly Typist[];
	/* How far entries got that leave the house, as it was told live: newer than what they say. */
	deliveries: ReadonlyMap<string, Delivery>;
}

type Model = EntryThread<Entry>;

function createModel(): Model {
	return new EntryThread<Entry>({
		key: (entry) => entry.id,
		lane: (entry) => entry.timeline,
		number: (entry) => entry.seq,
		compare: compareEntries,
	});
}

export function createThread(customer: string): Thread {
	return shallowReactive<Thread>({
		customer,
		model: markRaw(createModel()),
		entries: [],
		next: null,
		loaded: false,
		loading: false,
		failed: false,
		detail: null,
		revision: 0,
		delivered: new Map(),
		seen: new Map(),
		newAfter: null,
		looked: new Map(),
		typists: [],
		deliveries: new Map(),
	});
}

function raised(map: ReadonlyMap<string, number>, timeline: string, value: number): ReadonlyMap<string, number> {
	return value > (map.get(timeline) ?? 0) ? new Map(map).set(timeline, value) : map;
}

export function takeMark(thread: Thread, mark: Mark): void {
	if (mark.party === "customer") {
		thread.delivered = raised(thread.delivered, mark.timeline, Math.max(mark.delivered, mark.seen));
		thread.seen = raised(thread.seen, mark.timeline, mark.seen);
	}
}

export function stopTyping(thread: Thread, kind: string, id: string): void {
	thread.typists = thread.typists.filter((typist) => typist.kind !== kind || (kind === "staff" && typist.id !== id));
}

/* Somebody types: until the signal ends, its time is over or the message is there. */
export function startTyping(thread: Thread, kind: "customer" | "staff", id: string): void {
	stopTyping(thread, kind, id);
	const typist: Typist = { kind, id, until: Date.now() + typingMs };
	thread.typists = [...thread.typists, typist];
	setTimeout(() => {
		thread.typists = thread.typists.filter((one) => one !== typist);
	}, typingMs);
}
