/* Tells the server what I have read: only while the page is in front and the end in sight. */
import { onBeforeUnmount, onMounted, watch, type Ref } from "vue";
import { useConnection } from "../../stores/connection";
import { useConversations } from "../../stores/conversations";
import { useNotifications } from "../../stores/notifications";
import type { Thread } from "../../stores/threads";

export function useReading(thread: Thread, pinned: Ref<boolean>): void {
	const connection = useConnection();
	const conversations = useConversations();
	const notifications = useNotifications();
	const marked = new Map<string, number>();

	function read(): void {
		if (!pinned.value || !thread.loaded || document.visibilityState !== "visible" || !document.hasFocus()) {
			return;
		}
		for (const { timeline } of thread.detail?.timelines ?? []) {
			const newest = thread.model.newest(timeline);
			if (newest !== null && newest > (marked.get(timeline) ?? 0)) {
				marked.set(timeline, newest);
				thread.looked = new Map(marked);
				connection.client?.mark(thread.customer, timeline, newest);
			}
		}
		conversations.markRead(thread.customer);
		notifications.looked(thread.customer);
	}

	notifications.reading = thread.customer;
	watch([() => thread.entries, () => thread.loaded, () => thread.detail, pinned], read, { flush: "post", immediate: true });
	onMounted(() => {
		window.addEventListener("focus", read);
		document.addEventListener("visibilitychange", read);
	});
	onBeforeUnmount(() => {
		window.removeEventListener("focus", read);
		document.removeEventListener("visibilitychange", read);
		if (notifications.reading === thread.customer) {
			notifications.reading = null;
		}
	});
}
