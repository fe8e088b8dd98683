/* Tags, topics and intents in use: to be suggested and filtered by. */
import type { CustomerTag, KnownTag } from "@trunkline/protocol";
import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";
import { checks, get, patch } from "../app/api";

export interface TagEdit {
	tags?: readonly string[];
	tags_removed?: readonly string[];
	topics?: readonly string[];
	topics_removed?: readonly string[];
	intent?: string;
}

const freshMs = 60_000;

export const useTags = defineStore("tags", () => {
	const known = shallowRef<readonly KnownTag[]>([]);
	const words = computed(() => [...new Set(known.value.filter((tag) => tag.kind !== "intent").map((tag) => tag.text))]);
	let readAt = 0;

	async function load(): Promise<void> {
		if (Date.now() - readAt < freshMs) {
			return;
		}
		readAt = Date.now();
		try {
			known.value = (await get("/tags", checks.knownTagListCheck)).items;
		} catch {
			readAt = 0;
		}
	}

	async function edit(customer: string, changes: TagEdit): Promise<readonly CustomerTag[]> {
		const answer = await patch(`/customers/${customer}/tags`, checks.customerTagListCheck, changes);
		readAt = 0;
		return answer.items;
	}

	return { known, words, load, edit };
});
