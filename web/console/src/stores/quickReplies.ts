/* All quick replies that I may use, searched here without asking the server. Read when they are
 * first needed, kept true by the live line. */
import { defineStore } from "pinia";
import type { QuickReply } from "@trunkline/protocol";
import { computed, ref, shallowReactive, shallowRef } from "vue";
import { checks, get } from "../app/api";
import { loadReadings, type Readings } from "../features/quick/readings";
import { entryOf, searchReplies, type Entry, type Found } from "../features/quick/search";

/* Consoles that are told to read again do not all ask at once. */
const spreadMs = 1500;

export const useQuickReplies = defineStore("quickReplies", () => {
	const replies = shallowReactive(new Map<string, QuickReply>());
	const state = ref<"idle" | "loading" | "ready" | "failed">("idle");
	const readings = shallowRef<Readings>(new Map());
	const entries = new Map<string, Entry>();
	let indexedWith: Readings | null = null;
	let reloadTimer: ReturnType<typeof setTimeout> | undefined;

	const items = computed(() => [...replies.values()]);
	const folders = computed(() => [...new Set(items.value.map((reply) => reply.folder))].filter((folder) => folder !== "").sort((left, right) => left.localeCompare(right)));

	async function load(): Promise<void> {
		state.value = replies.size === 0 ? "loading" : state.value;
		try {
			const page = await get("/quick-replies", checks.quickReplyListCheck);
			replies.clear();
			for (const reply of page.items) {
				replies.set(reply.id, reply);
			}
			state.value = "ready";
		} catch {
			state.value = replies.size === 0 ? "failed" : state.value;
			return;
		}
		/* Without the table of readings the rest of the search works. */
		readings.value = await loadReadings().catch(() => readings.value);
	}

	/* Asked for by whoever shows them. */
	function need(): void {
		if (state.value === "idle" || state.value === "failed") {
			void load();
		}
	}

	function reloadSoon(): void {
		if (state.value === "idle") {
			return;
		}
		clearTimeout(reloadTimer);
		reloadTimer = setTimeout(() => void load(), Math.random() * spreadMs);
	}

	function put(reply: QuickReply): void {
		if (reply.removed) {
			replies.delete(reply.id);
		} else {
			replies.set(reply.id, reply);
		}
	}

	/* From the live line, which does not know my own use. */
	function apply(reply: QuickReply | null): void {
		if (reply === null) {
			reloadSoon();
		} else if (state.value === "ready") {
			const { used_by_me = 0, used_at = null } = replies.get(reply.id) ?? {};
			put({ ...reply, used_by_me, used_at });
		}
	}

	/* A message that was made of these is on its way: the server counts it with the message. */
	function used(ids: readonly string[]): void {
		for (const id of ids) {
			const reply = replies.get(id);
			if (reply !== undefined) {
				replies.set(id, { ...reply, used: reply.used + 1, used_by_me: reply.used_by_me + 1, used_at: new Date().toISOString() });
			}
		}
	}

	function index(): Iterable<Entry> {
		if (indexedWith !== readings.value) {
			entries.clear();
			indexedWith = readings.value;
		}
		for (const id of entries.keys()) {
			if (!replies.has(id)) {
				entries.delete(id);
			}
		}
		for (const reply of replies.values()) {
			const known = entries.get(reply.id);
			if (known?.reply !== reply) {
				const same = known?.reply.version === reply.version ? known : entryOf(reply, readings.value);
				entries.set(reply.id, { ...same, reply });
			}
		}
		return entries.values();
	}

	function search(query: string): Found[] {
		return searchReplies(index(), query, Date.now());
	}

	function clear(): void {
		clearTimeout(reloadTimer);
		replies.clear();
		entries.clear();
		state.value = "idle";
	}

	return { replies, items, folders, state, load, need, reloadSoon, put, apply, used, search, clear };
});
