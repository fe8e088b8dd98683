/* Two customers became one: lists are read again, and the thread in front is the one that stayed. */
import { useRoute, useRouter } from "vue-router";
import { useConversations } from "../../stores/conversations";
import { useThreads } from "../../stores/threads";

export function useAfterMerge(): (shown: string, into: string) => Promise<void> {
	const route = useRoute();
	const router = useRouter();
	const conversations = useConversations();
	const threads = useThreads();

	return async (shown, into) => {
		void conversations.resync();
		if (into !== shown && route.name === "inbox") {
			threads.drop(shown);
			await router.push(`/inbox/${String(route.params["tab"] || "all")}/${into}`);
		}
	};
}
