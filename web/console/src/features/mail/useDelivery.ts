/* How far an entry got that leaves the house, and sending it once more. */
import { computed, ref, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { anything, post } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import type { Delivery, Entry } from "../../shared/types";
import type { Thread } from "../../stores/threads";
import { useToasts } from "../../stores/toasts";

/* What was told last counts; a failure that stands in the history counts where nothing was told. */
export function deliveryOf(thread: Thread, id: string): Delivery | null {
	const told = thread.deliveries.get(id);
	if (told !== undefined) {
		return told;
	}
	const entry = thread.entries.find((one) => one.id === id);
	if (entry?.kind === "message" && entry.delivery !== undefined) {
		return entry.delivery;
	}
	return failureOf(thread.entries, id);
}

function failureOf(entries: readonly Entry[], id: string): Delivery | null {
	for (let at = entries.length - 1; at >= 0; at -= 1) {
		const entry = entries[at];
		if (entry?.id === id) {
			return null;
		}
		if (entry?.kind === "send_failed" && entry.body?.entry === id && entry.body.final) {
			return { entry: id, state: "failed", attempts: 0, due_at: null, text: entry.body.text };
		}
	}
	return null;
}

export interface Sending {
	delivery: ComputedRef<Delivery | null>;
	busy: Ref<boolean>;
	again: () => Promise<void>;
}

export function useDelivery(thread: () => Thread, id: () => string): Sending {
	const { t } = useI18n();
	const toasts = useToasts();
	const busy = ref(false);
	const delivery = computed(() => deliveryOf(thread(), id()));

	async function again(): Promise<void> {
		busy.value = true;
		try {
			await post(`/entries/${id()}/resend`, anything, {});
			const waiting: Delivery = { entry: id(), state: "waiting", attempts: 0, due_at: null, text: "" };
			/* What the server says meanwhile is newer than this. */
			if (delivery.value?.state === "failed") {
				thread().deliveries = new Map(thread().deliveries).set(id(), waiting);
			}
		} catch (error) {
			const { code, text } = refusalOf(error);
			const known = ["offline", "denied", "conflict"].includes(code);
			toasts.show(known ? t(`mail.refused.${code}`) : t("common.failed", { text }), "danger");
		} finally {
			busy.value = false;
		}
	}

	return { delivery, busy, again };
}
