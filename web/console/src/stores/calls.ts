/* Calls at my extension: the card that pops up while one rings or is talked, and after it ended
 * until it is put away. */
import type { CallFrame } from "@trunkline/protocol";
import { defineStore } from "pinia";
import { ref } from "vue";
import { checks, get } from "../app/api";
import type { Call, Conversation, Customer, Entry } from "../shared/types";

export interface CallCard {
	call: Call;
	customer: Customer | null;
	candidates: readonly Customer[];
	conversation: Conversation | null;
	/* The page's clock when we heard of it: the server's may differ. */
	heardAt: number;
}

/* What fits beside a thread without hiding it. */
const maxCards = 2;

export const useCalls = defineStore("calls", () => {
	const cards = ref<CallCard[]>([]);
	const dismissed = new Set<string>();

	function isOver(call: Call): boolean {
		return call.result !== "ringing" && call.result !== "talking";
	}

	function put(card: Omit<CallCard, "heardAt">): void {
		const known = cards.value.find((one) => one.call.id === card.call.id);
		if (known === undefined) {
			cards.value = [...cards.value, { ...card, heardAt: Date.now() }].slice(-maxCards);
			return;
		}
		if (known.call.version > card.call.version) {
			return;
		}
		const heardAt = known.call.result === card.call.result ? known.heardAt : Date.now();
		cards.value = cards.value.map((one) => (one === known ? { ...card, heardAt } : one));
	}

	function ring(frame: CallFrame): void {
		if (!dismissed.has(frame.call.id)) {
			put(frame);
		}
	}

	/* Whose history the call is in; the next event would say it too, but may be far. */
	async function identify({ id, timeline }: Call): Promise<void> {
		if (timeline === null) {
			return;
		}
		try {
			const { customer, conversation } = await get(`/customers/${timeline}`, checks.customerDetailCheck);
			cards.value = cards.value.map((card) =>
				card.call.id === id && card.customer === null ? { ...card, customer, conversation } : card,
			);
		} catch {
			/* The card still leads to the history. */
		}
	}

	/* After a reload: calls that still ring or talk, without the caller. */
	function restore(current: readonly Call[]): void {
		const alive = new Set(current.map((call) => call.id));
		cards.value = cards.value.filter((card) => isOver(card.call) || alive.has(card.call.id));
		for (const call of current) {
			const known = cards.value.find((card) => card.call.id === call.id);
			if (known === undefined && !dismissed.has(call.id)) {
				put({ call, customer: null, candidates: [], conversation: null });
				void identify(call);
			}
		}
	}

	/* An outcome noted elsewhere puts the card away. */
	function applyEntry(entry: Entry): void {
		if (entry.kind === "call_outcome" && entry.body !== null) {
			dismiss(entry.body.call);
		}
	}

	function settle(id: string, customer: Customer): void {
		cards.value = cards.value.map((card) =>
			card.call.id === id ? { ...card, customer, candidates: [] } : card,
		);
	}

	function dismiss(id: string): void {
		dismissed.add(id);
		cards.value = cards.value.filter((card) => card.call.id !== id);
	}

	function clear(): void {
		cards.value = [];
		dismissed.clear();
	}

	return { cards, isOver, ring, restore, applyEntry, settle, dismiss, clear };
});
