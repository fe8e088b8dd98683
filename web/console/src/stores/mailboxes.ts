/* The house's mailboxes that mail can be written from. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { checks, get } from "../app/api";
import type { Mailbox } from "../shared/types";

const freshMs = 60_000;

export const useMailboxes = defineStore("mailboxes", () => {
	const items = ref<readonly Mailbox[]>([]);
	const known = ref(false);
	let readAt = 0;
	const enabled = computed(() => items.value.filter((mailbox) => mailbox.enabled));
	/* Addresses of the house: nobody answers herself. */
	const addresses = computed(() => items.value.map((mailbox) => mailbox.address));

	/* Read again when somebody may have changed them. */
	async function need(): Promise<void> {
		if (Date.now() - readAt < freshMs) {
			return;
		}
		readAt = Date.now();
		try {
			items.value = (await get("/mailboxes", checks.mailboxListCheck)).items;
			known.value = true;
		} catch {
			readAt = 0;
		}
	}

	function clear(): void {
		items.value = [];
		known.value = false;
		readAt = 0;
	}

	return { items, known, enabled, addresses, need, clear };
});
