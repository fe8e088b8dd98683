/* A mail is begun from one of her addresses: in her thread, wherever that was chosen. */
import { onMounted } from "vue";
import { useRoute, useRouter } from "vue-router";
import { useMailboxes } from "../../stores/mailboxes";
import { useMailRequests } from "../../stores/mailRequests";

export interface StartMail {
	canStart: (contactKind: string) => boolean;
	start: (customer: string, address: string) => void;
}

export function useStartMail(): StartMail {
	const mailboxes = useMailboxes();
	const requests = useMailRequests();
	const route = useRoute();
	const router = useRouter();
	onMounted(() => void mailboxes.need());

	function start(customer: string, address: string): void {
		requests.ask(customer, address);
		if (route.name !== "inbox" || route.params["customer"] !== customer) {
			void router.push(`/inbox/all/${customer}`);
		}
	}

	return {
		canStart: (kind) => (kind === "email" || kind === "sender") && mailboxes.enabled.length > 0,
		start,
	};
}
