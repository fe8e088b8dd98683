/* By which ways this customer can be written to, and which one is taken unless somebody chooses:
 * the way that she took herself last. */
import { computed, onMounted, ref, watch, type ComputedRef, type Ref } from "vue";
import { useMailboxes } from "../../stores/mailboxes";
import { useMailRequests } from "../../stores/mailRequests";
import type { Thread } from "../../stores/threads";
import type { MailDraft } from "../mail/useMailDraft";
import type { Actions } from "../thread/useActions";
import type { Kind } from "./useComposer";

export interface Ways {
	ways: ComputedRef<readonly ("message" | "mail")[]>;
	/* Where a chat message would be seen. */
	chatKind: ComputedRef<string>;
	reply: ComputedRef<"message" | "mail">;
	choose: (way: "message" | "mail") => void;
	/* Neither: only notes can be written. */
	unreachable: ComputedRef<boolean>;
}

const unwritten: readonly string[] = ["phone", "email", "counter"];

export function useWays(thread: Thread, actions: Actions, mail: MailDraft, kind: Ref<Kind>, begun: () => void): Ways {
	const mailboxes = useMailboxes();
	const requests = useMailRequests();
	const chosen = ref<"message" | "mail" | null>(null);
	const messages = computed(() => thread.entries.filter((entry) => entry.kind === "message"));
	const chatKind = computed(() => [...messages.value].reverse().find((entry) => entry.channel_kind !== "email" && entry.channel_kind !== "")?.channel_kind ?? "webchat");
	/* A telephone cannot show text; a chat needs somebody who was there. */
	const chat = computed(() => {
		const open = actions.conversation.value;
		const written = messages.value.some((entry) => entry.channel_kind !== "email");
		const visits = thread.detail?.contacts.some((contact) => contact.kind === "visitor") ?? false;
		return !thread.loaded || written || visits || (open !== undefined && !unwritten.includes(open.channel_kind));
	});
	const ways = computed(() => {
		const found: ("message" | "mail")[] = chat.value ? ["message"] : [];
		return mail.possible.value ? [...found, "mail" as const] : found;
	});
	const preferred = computed(() => {
		const last = [...messages.value].reverse().find((entry) => entry.author.kind === "customer");
		return last?.channel_kind === "email" || !chat.value ? "mail" : "message";
	});
	const reply = computed(() => {
		const wanted = chosen.value ?? preferred.value;
		return ways.value.includes(wanted) ? wanted : (ways.value[0] ?? "message");
	});

	function choose(way: "message" | "mail"): void {
		chosen.value = way;
	}

	watch(
		reply,
		(way) => {
			if (kind.value !== "note") {
				kind.value = way;
			}
		},
		{ immediate: true },
	);
	/* "Write a mail" was chosen elsewhere; her addresses have to be known first. */
	watch(
		[() => requests.waiting, mail.possible],
		() => {
			const request = mail.possible.value ? requests.take(thread.customer) : null;
			if (request !== null) {
				choose("mail");
				kind.value = "mail";
				mail.begin(request.address);
				begun();
			}
		},
		{ immediate: true },
	);
	onMounted(() => void mailboxes.need());

	return { ways, chatKind, reply, choose, unreachable: computed(() => ways.value.length === 0) };
}
