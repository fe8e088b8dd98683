import { computed, type ComputedRef } from "vue";
import { useCustomerName } from "../../shared/useCustomerName";
import { useConversations } from "../../stores/conversations";
import type { Thread } from "../../stores/threads";

/* The name from the profile, or from the list while the profile is still on its way. */
export function useThreadName(thread: Thread): ComputedRef<string> {
	const conversations = useConversations();
	const nameOf = useCustomerName();
	return computed(() => {
		const listed = conversations.currentOf(thread.customer);
		return nameOf({
			id: thread.customer,
			name: thread.detail?.customer.name ?? listed?.customer_name ?? "",
			anonymous: thread.detail?.customer.anonymous ?? true,
		});
	});
}
