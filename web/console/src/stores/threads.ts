/* The threads that were opened here, newest use last; the oldest are dropped. Only the one in
 * front is followed, because to follow is to be seen looking; one that comes back catches up. */
import { defineStore } from "pinia";
import { shallowReactive } from "vue";
import { checks, get } from "../app/api";
import type { CustomerDetail, Delivery, Entry, Mark } from "../shared/types";
import { useConversations } from "./conversations";
import { useSession } from "./session";
import { createThread, startTyping, stopTyping, takeMark, type Thread } from "./threadState";

export type { Thread, Typist } from "./threadState";
import { compareEntries } from "./entryOrder";

const maxOpenThreads = 8;
const pageSize = 100;
const settleMs = 1500;
const gatherMs = 100;

function sameTimelines(one: CustomerDetail, other: CustomerDetail): boolean {
	const known = new Set(one.timelines.map(({ timeline }) => timeline));
	return known.size === other.timelines.length && other.timelines.every(({ timeline }) => known.has(timeline));
}

export const useThreads = defineStore("threads", () => {
	const session = useSession();
	const conversations = useConversations();
	const open = shallowReactive(new Map<string, Thread>());
	let front: string | null = null;
	/* Set by the live wiring: asks the socket for what is missing, follows what is open. */
	let fetchRange: (timeline: string, after: number) => Promise<readonly Entry[]> = async () => [];
	let follow: (customers: readonly string[]) => void = () => undefined;

	const refreshing = new Map<string, Promise<void>>();

	function wire(hooks: { fetchRange: typeof fetchRange; follow: typeof follow }): void {
		fetchRange = hooks.fetchRange;
		follow = hooks.follow;
	}

	function takeDetail(thread: Thread, detail: CustomerDetail): void {
		thread.detail = detail;
		if (detail.conversation !== null) {
			conversations.remember(detail.conversation);
		}
		for (const mark of detail.marks) {
			takeMark(thread, mark);
		}
	}

	/* The newest page says how far each got now: an entry that is here already is not put anew. */
	function readDeliveries(thread: Thread, entries: readonly Entry[]): void {
		const told = new Map(thread.deliveries);
		for (const entry of entries) {
			if (entry.kind === "message" && entry.delivery !== undefined) {
				told.set(entry.id, entry.delivery);
			}
		}
		thread.deliveries = told;
	}

	function lineFrom(detail: CustomerDetail): ReadonlyMap<string, number> | null {
		const me = session.me?.id ?? "";
		const mine = detail.marks.filter((mark) => mark.party === me);
		return mine.length === 0 ? null : new Map(mine.map((mark) => [mark.timeline, mark.seen]));
	}

	function evict(): void {
		for (const customer of open.keys()) {
			if (open.size <= maxOpenThreads) {
				break;
			}
			open.delete(customer);
		}
	}

	async function readNewest(thread: Thread): Promise<CustomerDetail> {
		const [detail, page] = await Promise.all([
			get(`/customers/${thread.customer}`, checks.customerDetailCheck),
			get(`/customers/${thread.customer}/entries`, checks.entryPageCheck, { limit: pageSize }),
		]);
		const first = page.entries[0];
		const last = thread.entries[thread.entries.length - 1];
		if (thread.loaded && first !== undefined && last !== undefined && compareEntries(last, first) < 0) {
			/* So much was missed that the pages do not meet: begin again at the end. */
			thread.model.clear();
		}
		if (thread.model.entries.length === 0 || !thread.loaded) {
			thread.next = page.next;
		}
		thread.model.addPage(page.entries, thread.next !== null);
		thread.entries = thread.model.entries;
		readDeliveries(thread, page.entries);
		takeDetail(thread, detail);
		return detail;
	}

	async function read(thread: Thread): Promise<void> {
		thread.loading = true;
		thread.failed = false;
		try {
			const detail = await readNewest(thread);
			thread.newAfter = lineFrom(detail);
			thread.loaded = true;
			/* What was committed between the reading and the following shows here. */
			setTimeout(() => void catchUp(thread).catch(() => undefined), settleMs);
		} catch {
			thread.failed = true;
		} finally {
			thread.loading = false;
		}
	}

	/* Opens or brings back a thread. A customer read under another answers with that one's id. */
	function show(customer: string): Thread {
		front = customer;
		follow([customer]);
		const known = open.get(customer);
		if (known !== undefined) {
			open.delete(customer);
			open.set(customer, known);
			if (known.failed && !known.loading) {
				void read(known);
			} else if (known.detail !== null) {
				void refreshDetail(customer);
			}
			return known;
		}
		const thread = createThread(customer);
		open.set(customer, thread);
		evict();
		void read(thread);
		return thread;
	}

	async function retry(customer: string): Promise<void> {
		const thread = open.get(customer);
		if (thread !== undefined && !thread.loading) {
			await read(thread);
		}
	}

	async function loadOlder(thread: Thread): Promise<void> {
		if (thread.next === null || thread.loading) {
			return;
		}
		thread.loading = true;
		try {
			const page = await get(`/customers/${thread.customer}/entries`, checks.entryPageCheck, {
				limit: pageSize,
				before: thread.next,
			});
			thread.next = page.next;
			thread.model.addPage(page.entries, page.next !== null);
			thread.entries = thread.model.entries;
			thread.failed = false;
		} catch {
			thread.failed = true;
		} finally {
			thread.loading = false;
		}
	}

	/* Somebody changed what is known of her: what is shown beside the thread is asked for again. */
	function announce(customer: string): void {
		const thread = open.get(customer);
		if (thread !== undefined) {
			thread.revision += 1;
		}
	}

	/* Each reading is audited, so several wishes in a moment are one. */
	function refreshDetail(customer: string): Promise<void> {
		const waiting = refreshing.get(customer);
		if (waiting !== undefined) {
			return waiting;
		}
		const work = new Promise((resolve) => setTimeout(resolve, gatherMs)).then(() => {
			refreshing.delete(customer);
			return readDetail(customer);
		});
		refreshing.set(customer, work);
		return work;
	}

	async function readDetail(customer: string): Promise<void> {
		const thread = open.get(customer);
		if (thread === undefined) {
			return;
		}
		try {
			const before = thread.detail;
			const detail = await get(`/customers/${customer}`, checks.customerDetailCheck);
			if (before !== null && !sameTimelines(before, detail)) {
				/* Merged with another, or taken apart: what is read here is another history. */
				thread.model.clear();
				await readNewest(thread);
				return;
			}
			takeDetail(thread, detail);
			await catchUp(thread);
		} catch {
			/* What is shown stays; the next change or opening asks again. */
		}
	}

	async function catchUp(thread: Thread): Promise<void> {
		for (const { timeline } of thread.detail?.timelines ?? []) {
			const newest = thread.model.newest(timeline);
			if (newest !== null && thread.model.add(await fetchRange(timeline, newest)).length > 0) {
				thread.entries = thread.model.entries;
			}
		}
	}

	/* A live entry of a customer whose thread is open. */
	function applyEntry(entry: Entry): void {
		const thread = open.get(entry.customer ?? "");
		if (thread === undefined || thread.model.add([entry]).length === 0) {
			return;
		}
		if (thread.loaded) {
			thread.entries = thread.model.entries;
		}
		if (entry.kind === "send_failed" && entry.body?.final === true) {
			applyDelivery(thread.customer, { entry: entry.body.entry, state: "failed", attempts: 0, due_at: null, text: entry.body.text });
		}
		if (entry.author.kind === "customer" || entry.author.kind === "staff") {
			stopTyping(thread, entry.author.kind, entry.author.id ?? "");
		}
		void fillGaps(thread);
	}

	/* Numbers of a timeline rise without gap: what is missing is asked for. */
	async function fillGaps(thread: Thread): Promise<void> {
		for (const gap of thread.model.gaps()) {
			try {
				const entries = await fetchRange(gap.lane, gap.after);
				thread.model.add(entries);
				if (entries.length === 0) {
					thread.model.skip(gap);
				}
				thread.entries = thread.model.entries;
			} catch {
				/* The connection went away: coming back replays or resyncs. */
			}
		}
	}

	function applyMark(customer: string, mark: Mark): void {
		const thread = open.get(customer);
		if (thread !== undefined) {
			takeMark(thread, mark);
		}
	}

	function applyDelivery(customer: string, delivery: Delivery): void {
		const thread = open.get(customer);
		if (thread !== undefined) {
			thread.deliveries = new Map(thread.deliveries).set(delivery.entry, delivery);
		}
	}

	function applyTyping(customer: string, who: { kind: string; id: string | null }, on: boolean): void {
		const thread = open.get(customer);
		if (thread === undefined || (who.kind !== "customer" && who.kind !== "staff")) {
			return;
		}
		if (on) {
			startTyping(thread, who.kind, who.id ?? "");
		} else {
			stopTyping(thread, who.kind, who.id ?? "");
		}
	}

	/* Once the line is there: what came between the reading and that was told to nobody here. */
	async function catchUpAll(): Promise<void> {
		await Promise.all([...open.values()].map((thread) => catchUp(thread).catch(() => undefined)));
	}

	/* After a gap that could not be replayed: every open thread is read again, unread state and
	 * scroll position stay. */
	async function resync(): Promise<void> {
		await Promise.all([...open.values()].map((thread) => readAgain(thread)));
	}

	async function readAgain(thread: Thread): Promise<void> {
		if (!thread.loaded) {
			return read(thread);
		}
		try {
			await readNewest(thread);
		} catch {
			/* Still offline: the next welcome tries again. */
		}
	}

	/* Nobody looks at it any more. */
	function leave(customer: string): void {
		if (front === customer) {
			front = null;
			follow([]);
		}
	}

	function drop(customer: string): void {
		leave(customer);
		open.delete(customer);
	}

	function clear(): void {
		open.clear();
	}

	return {
		open,
		wire,
		show,
		retry,
		loadOlder,
		refreshDetail,
		announce,
		applyEntry,
		applyMark,
		applyDelivery,
		applyTyping,
		catchUpAll,
		resync,
		leave,
		drop,
		clear,
	};
});
