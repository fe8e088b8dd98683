/* A list that is read page by page: the first anew for every filter, more while scrolling. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import type { Page } from "./types";

export interface Pages<Item> {
	items: ShallowRef<readonly Item[]>;
	state: Ref<"idle" | "loading" | "failed">;
	loaded: Ref<boolean>;
	more: Ref<boolean>;
	reload: () => Promise<void>;
	loadMore: () => Promise<void>;
}

export function usePages<Item>(read: (after: string | null) => Promise<Page<Item>>): Pages<Item> {
	const items: ShallowRef<readonly Item[]> = shallowRef([]);
	const state = ref<"idle" | "loading" | "failed">("idle");
	const loaded = ref(false);
	const more = ref(false);
	let next: string | null = null;
	let asked = 0;

	async function page(after: string | null): Promise<void> {
		const mine = ++asked;
		state.value = "loading";
		try {
			const answer = await read(after);
			if (mine === asked) {
				items.value = after === null ? answer.items : [...items.value, ...answer.items];
				next = answer.next;
				more.value = next !== null;
				loaded.value = true;
				state.value = "idle";
			}
		} catch {
			if (mine === asked) {
				state.value = "failed";
			}
		}
	}

	async function loadMore(): Promise<void> {
		if (next !== null && state.value !== "loading") {
			await page(next);
		}
	}

	return { items, state, loaded, more, reload: () => page(null), loadMore };
}
