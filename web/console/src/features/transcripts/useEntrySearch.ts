/* What was said, found by the server's index: page by page, the newest first. A page may be short
 * because the server's time was up; then there is more although it is not full. */
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { checks, get } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import type { SearchHit } from "../../shared/types";
import { rangeOf, type Filters } from "./filters";

export type SearchState = "idle" | "loading" | "failed" | "refused" | "busy";

export interface EntrySearch {
	hits: ShallowRef<readonly SearchHit[]>;
	state: Ref<SearchState>;
	/* The words that the hits on screen were found by. */
	text: Ref<string>;
	more: ComputedRef<boolean>;
	partial: Ref<boolean>;
	/* Of so many facts the index does not know so many yet. */
	behind: Ref<number>;
	facts: Ref<number>;
	milliseconds: Ref<number>;
	search: (filters: Filters) => Promise<void>;
	older: () => Promise<void>;
}

const pageSize = 30;
const codes: Record<string, SearchState> = { invalid: "refused", busy: "busy", unavailable: "busy" };

export function useEntrySearch(): EntrySearch {
	const hits: ShallowRef<readonly SearchHit[]> = shallowRef([]);
	const state = ref<SearchState>("idle");
	const text = ref("");
	const partial = ref(false);
	const behind = ref(0);
	const facts = ref(0);
	const milliseconds = ref(0);
	const next = ref<string | null>(null);
	let asked = 0;
	let current: Filters | null = null;

	async function page(filters: Filters, cursor: string | null): Promise<void> {
		const mine = ++asked;
		state.value = "loading";
		try {
			const answer = await get("/search/entries", checks.searchPageCheck, {
				q: filters.text,
				customer: filters.customer,
				author: filters.speaker,
				agent: filters.agent,
				channel: filters.channel,
				...rangeOf(filters),
				limit: pageSize,
				cursor,
			});
			if (mine !== asked) {
				return;
			}
			hits.value = cursor === null ? answer.items : [...hits.value, ...answer.items];
			next.value = answer.next;
			partial.value = answer.partial;
			behind.value = answer.behind;
			facts.value = answer.facts;
			milliseconds.value = Math.max(1, Math.round(answer.took_us / 1000));
			text.value = filters.text;
			state.value = "idle";
		} catch (error) {
			if (mine === asked) {
				state.value = codes[refusalOf(error).code] ?? "failed";
			}
		}
	}

	async function search(filters: Filters): Promise<void> {
		current = filters;
		if (filters.text === "") {
			asked++;
			hits.value = [];
			next.value = null;
			text.value = "";
			state.value = "idle";
			return;
		}
		await page(filters, null);
	}

	async function older(): Promise<void> {
		if (current !== null && next.value !== null && state.value !== "loading") {
			await page(current, next.value);
		}
	}

	return { hits, state, text, more: computed(() => next.value !== null), partial, behind, facts, milliseconds, search, older };
}
