/* Saved filters: mine and the team's. */
import type { SavedFilter } from "@trunkline/protocol";
import { defineStore } from "pinia";
import { shallowRef } from "vue";
import { checks, get, patch, post, remove } from "../app/api";

export type FilterPlace = SavedFilter["place"];
export type FilterWish = Pick<SavedFilter, "name" | "shared" | "query">;

/* The same filter, in whatever order its parts stand. */
export function filterQuery(query: Record<string, string>): string {
	const sorted = Object.entries(query).sort(([left], [right]) => (left < right ? -1 : 1));
	return new URLSearchParams(sorted).toString();
}

export const useFilters = defineStore("filters", () => {
	const items = shallowRef<readonly SavedFilter[]>([]);

	function take(page: { readonly items: readonly SavedFilter[] }): void {
		items.value = page.items;
	}

	async function load(): Promise<void> {
		try {
			take(await get("/filters", checks.filterListCheck));
		} catch {
			/* What is known stays; the next change asks again. */
		}
	}

	function of(place: FilterPlace): readonly SavedFilter[] {
		return items.value.filter((item) => item.place === place);
	}

	async function create(place: FilterPlace, wish: FilterWish): Promise<void> {
		take(await post("/filters", checks.filterListCheck, { place, ...wish }));
	}

	async function change(id: string, wish: Partial<FilterWish>): Promise<void> {
		take(await patch(`/filters/${id}`, checks.filterListCheck, wish));
	}

	async function drop(id: string): Promise<void> {
		await remove(`/filters/${id}`);
		items.value = items.value.filter((item) => item.id !== id);
	}

	function clear(): void {
		items.value = [];
	}

	return { items, load, of, create, change, drop, clear };
});
