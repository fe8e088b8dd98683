/* The conversations of the three lists: pages from REST, kept in order by live entries. */
import { defineStore } from "pinia";
import { reactive, ref, shallowReactive } from "vue";
import { checks, get } from "../app/api";
import type { Conversation, Counts } from "../shared/types";
import { belongs, comesBefore, placed, unreadOf, type ListName, type StateFilter } from "./conversationLists";
import { askedOf, emptyQuery, sameQuery, type ListQuery } from "./listQuery";
import { useSession } from "./session";

export interface ConversationList {
	ids: readonly string[];
	next: string | null;
	loaded: boolean;
	loading: boolean;
	failed: boolean;
	filter: StateFilter;
	/* Of the list "filter" alone. */
	query: ListQuery;
}

const pageSize = 100;
const countsEveryMs = 1000;
const names: readonly ListName[] = ["mine", "unassigned", "all", "filter"];

function emptyList(): ConversationList {
	return { ids: [], next: null, loaded: false, loading: false, failed: false, filter: "open", query: emptyQuery };
}

export const useConversations = defineStore("conversations", () => {
	const session = useSession();
	const items = shallowReactive(new Map<string, Conversation>());
	const lists = reactive<Record<ListName, ConversationList>>({
		mine: emptyList(),
		unassigned: emptyList(),
		all: emptyList(),
		filter: emptyList(),
	});
	const counts = ref<Counts>({ mine: 0, unassigned: 0, all: 0, mine_unread: 0 });
	let countsTimer: ReturnType<typeof setTimeout> | undefined;
	let countsAt = 0;
	const asked = new Map<string, Promise<void>>();
	/* Answers of an older life of a list (another filter, a resync) are thrown away. */
	const epochs: Record<ListName, number> = { mine: 0, unassigned: 0, all: 0, filter: 0 };
	/* What moved while an answer was on its way: it may tell of the time before. */
	const moved: Record<ListName, Set<string>> = { mine: new Set(), unassigned: new Set(), all: new Set(), filter: new Set() };

	/* The one to act on for each customer: the open one, else her newest. */
	const current = shallowReactive(new Map<string, string>());

	function currentOf(customer: string): Conversation | undefined {
		return items.get(current.get(customer) ?? "");
	}

	function noteCurrent(conversation: Conversation): void {
		const known = currentOf(conversation.customer);
		if (known === undefined || known.id === conversation.id) {
			current.set(conversation.customer, conversation.id);
			return;
		}
		const knownOpen = known.state !== "resolved";
		const open = conversation.state !== "resolved";
		if (open !== knownOpen ? open : comesBefore(conversation, known)) {
			current.set(conversation.customer, conversation.id);
		}
	}

	function remember(conversation: Conversation): Conversation {
		const known = items.get(conversation.id);
		if (known !== undefined && known.version > conversation.version && known.last_seq > conversation.last_seq) {
			return known;
		}
		const merged: Conversation = { ...known, ...conversation };
		items.set(merged.id, merged);
		noteCurrent(merged);
		return merged;
	}

	function placeIn(view: ListName, conversation: Conversation): void {
		const list = lists[view];
		const wanted = belongs(conversation, view, list.filter, session.me?.id ?? "", list.query);
		list.ids = placed(list.ids, conversation, wanted, list.next === null, (id) => items.get(id));
	}

	function place(conversation: Conversation): void {
		for (const view of names) {
			if (lists[view].loading) {
				moved[view].add(conversation.id);
			}
			if (lists[view].loaded) {
				placeIn(view, conversation);
			}
		}
	}

	function placeMoved(view: ListName): void {
		for (const id of moved[view]) {
			const conversation = items.get(id);
			if (conversation !== undefined) {
				placeIn(view, conversation);
			}
		}
	}

	/* A live projection: it has no name yet when it is new to us, so that is asked for. */
	function apply(conversation: Conversation): void {
		const merged = remember(conversation);
		place(merged);
		scheduleCounts();
		if (merged.customer_name === undefined) {
			void fetchOne(merged.id).catch(() => undefined);
		}
	}

	async function fetchOne(id: string): Promise<void> {
		const running = asked.get(id);
		if (running !== undefined) {
			return running;
		}
		const work = get(`/conversations/${id}`, checks.conversationItemCheck)
			.then((item) => place(remember(item)))
			.finally(() => asked.delete(id));
		asked.set(id, work);
		return work;
	}

	async function page(view: ListName, after: string | null): Promise<void> {
		const list = lists[view];
		const epoch = epochs[view];
		list.loading = true;
		list.failed = false;
		moved[view].clear();
		try {
			const reply = await get("/conversations", checks.conversationPageCheck, {
				...(view === "filter" ? askedOf(list.query) : { view, state: list.filter === "resolved" ? "resolved" : null }),
				limit: pageSize,
				after,
			});
			if (epoch !== epochs[view]) {
				return;
			}
			const fresh = reply.items.map((item) => remember(item).id);
			const known = new Set(after === null ? [] : list.ids);
			list.ids = [...(after === null ? [] : list.ids), ...fresh.filter((id) => !known.has(id))];
			list.next = reply.next;
			list.loaded = true;
			placeMoved(view);
		} catch {
			list.failed = epoch === epochs[view];
		} finally {
			if (epoch === epochs[view]) {
				list.loading = false;
			}
		}
	}

	async function load(view: ListName): Promise<void> {
		if (!lists[view].loaded && !lists[view].loading) {
			await page(view, null);
		}
	}

	async function loadMore(view: ListName): Promise<void> {
		const list = lists[view];
		if (list.next !== null && !list.loading) {
			await page(view, list.next);
		}
	}

	async function reload(view: ListName): Promise<void> {
		epochs[view] += 1;
		await page(view, null);
	}

	async function setFilter(view: ListName, filter: StateFilter): Promise<void> {
		if (lists[view].filter !== filter) {
			Object.assign(lists[view], emptyList(), { filter });
			await reload(view);
		}
	}

	async function setQuery(query: ListQuery): Promise<void> {
		if (!lists.filter.loaded || !sameQuery(lists.filter.query, query)) {
			Object.assign(lists.filter, emptyList(), { query });
			await reload("filter");
		}
	}

	/* After a gap that could not be replayed: what is shown, or about to be, is read again. */
	async function resync(): Promise<void> {
		const shown = names.filter((view) => lists[view].loaded || lists[view].loading || lists[view].failed);
		await Promise.all([...shown.map((view) => reload(view)), loadCounts()]);
	}

	async function loadCounts(): Promise<void> {
		countsAt = Date.now();
		try {
			counts.value = await get("/conversations/counts", checks.conversationCountsCheck);
		} catch {
			/* The next change asks again. */
		}
	}

	/* At most once a second, however busy the house is. */
	function scheduleCounts(): void {
		if (countsTimer !== undefined) {
			return;
		}
		const wait = Math.max(100, countsAt + countsEveryMs - Date.now());
		countsTimer = setTimeout(() => {
			countsTimer = undefined;
			void loadCounts();
		}, wait);
	}

	/* The server took what I (here or elsewhere) have read: its counts are new only now. */
	function setInboundRead(timeline: string, inboundRead: number): void {
		for (const item of items.values()) {
			if (item.timeline === timeline && item.state !== "resolved" && (item.inbound_read ?? 0) < inboundRead) {
				items.set(item.id, { ...item, inbound_read: Math.min(inboundRead, item.inbound) });
			}
		}
		scheduleCounts();
	}

	function markRead(customer: string): void {
		for (const item of items.values()) {
			if (item.customer === customer && unreadOf(item) > 0) {
				items.set(item.id, { ...item, inbound_read: item.inbound });
			}
		}
	}

	/* After a merge, and after it was undone: whose histories are read together is told anew. */
	function rehome(primary: { id: string; name: string; anonymous: boolean }, members: readonly string[]): void {
		const moved = [...items.values()].filter((item) => members.includes(item.timeline) && item.customer !== primary.id);
		if (moved.length === 0) {
			return;
		}
		for (const item of moved) {
			current.delete(item.customer);
			items.set(item.id, { ...item, customer: primary.id, customer_name: primary.name, anonymous: primary.anonymous });
		}
		items.forEach(noteCurrent);
	}

	function rename(customer: string, name: string, anonymous: boolean): void {
		for (const item of items.values()) {
			if (item.customer === customer) {
				items.set(item.id, { ...item, customer_name: name, anonymous });
			}
		}
	}

	function clear(): void {
		items.clear();
		current.clear();
		for (const view of names) {
			epochs[view] += 1;
			Object.assign(lists[view], emptyList());
		}
	}

	return {
		items,
		lists,
		counts,
		currentOf,
		apply,
		remember,
		fetchOne,
		load,
		loadMore,
		reload,
		resync,
		setFilter,
		setQuery,
		loadCounts,
		setInboundRead,
		markRead,
		rehome,
		rename,
		clear,
	};
});
