/* Notes in which I am named: read whenever the line comes up, and when one more arrives. */
import type { Mention } from "@trunkline/protocol";
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";
import { anything, checks, get, post } from "../app/api";

const pageSize = 50;

export const useMentions = defineStore("mentions", () => {
	const items = shallowRef<readonly Mention[]>([]);
	const unseen = ref(0);
	const next = ref<string | null>(null);
	const loaded = ref(false);
	const failed = ref(false);
	let asked = 0;

	async function read(after: string | null): Promise<void> {
		const mine = ++asked;
		try {
			const page = await get("/mentions", checks.mentionPageCheck, { limit: pageSize, after });
			if (mine === asked) {
				items.value = after === null ? page.items : [...items.value, ...page.items];
				unseen.value = page.unseen;
				next.value = page.next;
				loaded.value = true;
				failed.value = false;
			}
		} catch {
			failed.value = mine === asked;
		}
	}

	async function loadMore(): Promise<void> {
		if (next.value !== null) {
			await read(next.value);
		}
	}

	/* I have opened her thread: what names me there was looked at. */
	async function look(customer: string): Promise<void> {
		const ids = items.value.filter((item) => item.customer === customer && !item.seen).map((item) => item.id);
		if (ids.length === 0) {
			return;
		}
		items.value = items.value.map((item) => (ids.includes(item.id) ? { ...item, seen: true } : item));
		unseen.value = Math.max(0, unseen.value - ids.length);
		await post("/mentions/seen", anything, { ids }).catch(() => void read(null));
	}

	function clear(): void {
		asked += 1;
		items.value = [];
		unseen.value = 0;
		next.value = null;
		loaded.value = false;
		failed.value = false;
	}

	return { items, unseen, next, loaded, failed, load: () => read(null), loadMore, look, clear };
});
