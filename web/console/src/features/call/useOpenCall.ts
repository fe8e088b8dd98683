import { useRouter } from "vue-router";
import type { CallCard } from "../../stores/calls";

/* The thread that the call is in. A call whose caller nobody knows has its own anonymous
 * customer: the timeline it was put on bears her number. */
export function customerOfCall(card: CallCard): string | null {
	return card.customer?.id ?? card.conversation?.customer ?? card.call.timeline;
}

export function useOpenCall(): (card: CallCard) => Promise<void> {
	const router = useRouter();
	return async (card) => {
		const customer = customerOfCall(card);
		if (customer !== null) {
			await router.push(`/inbox/all/${customer}`);
		}
	};
}
