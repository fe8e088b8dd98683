/* What is being written to one customer: text per kind with its draft, typing signals, sending. */
import { TypingSignal } from "@trunkline/client";
import { browserClock } from "@trunkline/ui/browser";
import { computed, onBeforeUnmount, ref, shallowRef, watch, type ComputedRef, type Ref } from "vue";
import { useConnection } from "../../stores/connection";
import { useDrafts } from "../../stores/drafts";
import { useQuickReplies } from "../../stores/quickReplies";
import { useStaff } from "../../stores/staff";
import type { Thread } from "../../stores/threads";
import type { MailDraft } from "../mail/useMailDraft";
import type { Actions } from "../thread/useActions";
import { named } from "./mentionText";
import type { Uploads } from "./useUploads";

export type Kind = "message" | "note" | "mail";

export interface Composer {
	kind: Ref<Kind>;
	text: Ref<string>;
	saved: Ref<boolean>;
	/* All is there, or will be once the files are up and, for a mail, the line is back. */
	complete: ComputedRef<boolean>;
	canSend: ComputedRef<boolean>;
	/* It was said to send while something was missing that comes: then it is sent by itself. */
	willSend: ComputedRef<boolean>;
	/* How much may be written, in letters. */
	limit: ComputedRef<number>;
	/* The text was made of this quick reply. */
	madeOf: (reply: string) => void;
	/* `acknowledged`: phrases of which I was warned. */
	send: (acknowledged?: readonly string[]) => Promise<boolean>;
	sendAndResolve: (acknowledged?: readonly string[]) => Promise<void>;
}

const saveAfterMs = 400;
export const maxText = 8000;
const maxMailText = 6500;
const maxMadeOf = 10;

export function useComposer(thread: Thread, actions: Actions, uploads: Uploads, mail: MailDraft): Composer {
	const connection = useConnection();
	const drafts = useDrafts();
	const quickReplies = useQuickReplies();
	const made = new Set<string>();
	const staff = useStaff();
	const kind = ref<Kind>("message");
	const text = ref(drafts.read(thread.customer, kind.value));
	const saved = ref(text.value !== "");
	let saveTimer: ReturnType<typeof setTimeout> | undefined;
	const signal = new TypingSignal(browserClock, (on) =>
		connection.client?.typing(thread.customer, on, kind.value !== "message"),
	);

	function save(): void {
		clearTimeout(saveTimer);
		drafts.write(thread.customer, kind.value, text.value);
		saved.value = text.value.trim() !== "";
	}

	watch(text, (now, before) => {
		saved.value = false;
		clearTimeout(saveTimer);
		saveTimer = setTimeout(save, saveAfterMs);
		if (now.trim() === "") {
			made.clear();
			signal.rest();
		} else if (now !== before) {
			signal.hit();
		}
	});

	watch(kind, (now, before) => {
		clearTimeout(saveTimer);
		drafts.write(thread.customer, before, text.value);
		signal.rest();
		text.value = drafts.read(thread.customer, now);
	});

	/* A refused message that was put back for editing. */
	watch(
		() => drafts.changed,
		() => {
			const kept = drafts.read(thread.customer, kind.value);
			if (drafts.changed === thread.customer && kept !== text.value) {
				text.value = kept;
			}
		},
	);

	onBeforeUnmount(() => {
		save();
		signal.rest();
	});

	const limit = computed(() => (kind.value === "mail" ? maxMailText : maxText));
	const complete = computed(() => {
		const ready = !uploads.failed.value && text.value.length <= limit.value;
		if (kind.value === "mail") {
			return ready && !mail.busy.value && mail.missing.value === null && text.value.trim() !== "";
		}
		return ready && (text.value.trim() !== "" || uploads.items.value.length > 0);
	});
	/* Chat messages wait for the line in the outbox, a mail waits here: its writer is told at once
	 * whether it was taken. */
	const canSend = computed(() => complete.value && !uploads.sending.value && (kind.value !== "mail" || connection.online));
	/* What was wished while a file was on its way or the line cut; whatever is changed meanwhile takes it back. */
	const wish = shallowRef<(() => unknown) | null>(null);
	const willSend = computed(() => wish.value !== null);

	watch(canSend, (can) => {
		const act = wish.value;
		wish.value = null;
		if (can && act !== null) {
			void act();
		}
	});
	watch([text, kind, complete], () => (wish.value = null), { flush: "sync" });

	/* Whether it can be done now; if only files or the line are missing, it is done when they are there. */
	function now(act: () => unknown): boolean {
		wish.value = complete.value && !canSend.value ? act : null;
		return canSend.value;
	}

	function seenSeq(timeline: string): number {
		return thread.looked.get(timeline) ?? thread.model.newest(timeline) ?? 0;
	}

	/* An open conversation is named; without one the message opens the next. */
	function target(): { conversation: string } | { customer: string } {
		const open = actions.conversation.value;
		return open !== undefined && open.state !== "resolved" ? { conversation: open.id } : { customer: thread.customer };
	}

	/* A mail is handed over while the writer waits: until it is taken, nothing is put away. */
	async function sendMail(): Promise<boolean> {
		const to = target();
		const path = "conversation" in to ? `/conversations/${to.conversation}` : `/customers/${to.customer}`;
		const files = uploads.items.value.flatMap((item) => (item.file === null ? [] : [item.file.id]));
		const quick = [...made].slice(0, maxMadeOf);
		const timeline = actions.conversation.value?.timeline;
		const seen = timeline !== undefined && "conversation" in to ? seenSeq(timeline) : null;
		if (!(await mail.send(path, { text: text.value.trim(), files, quickReplies: quick, seenSeq: seen }))) {
			return false;
		}
		quickReplies.used(quick);
		uploads.take();
		finish();
		return true;
	}

	function finish(): void {
		signal.rest();
		text.value = "";
		save();
		thread.newAfter = null;
	}

	/* What it is called in the outbox; "": a mail, which is stored already; null: nothing was sent. */
	async function write(acknowledged: readonly string[]): Promise<string | null> {
		/* Who answers an unassigned conversation has taken it; the other agents see that. */
		const open = actions.conversation.value;
		if (kind.value !== "note" && open !== undefined && open.assignee === null && open.state !== "resolved" && connection.online) {
			if (!(await actions.take())) {
				return null;
			}
		}
		if (kind.value === "mail") {
			return (await sendMail()) ? "" : null;
		}
		const mentions = kind.value === "note" ? named(text.value, staff.active) : [];
		const files = uploads.take();
		const replies = [...made].slice(0, maxMadeOf);
		const timeline = open?.timeline ?? thread.detail?.timelines[0]?.timeline;
		const guarded = kind.value === "message" && timeline !== undefined && "conversation" in target();
		const reference = connection.send({
			...target(),
			kind: kind.value,
			text: text.value.trim(),
			lane: thread.customer,
			extra: { customer: thread.customer, fileNames: files.map((file) => file.name) },
			...(files.length > 0 ? { files: files.map((file) => file.id) } : {}),
			...(replies.length > 0 ? { quickReplies: replies } : {}),
			...(mentions.length > 0 ? { mentions } : {}),
			...(acknowledged.length > 0 ? { acknowledged } : {}),
			...(guarded ? { seenSeq: seenSeq(timeline), check: true } : {}),
		});
		quickReplies.used(replies);
		finish();
		return reference;
	}

	async function send(acknowledged: readonly string[] = []): Promise<boolean> {
		return now(() => send(acknowledged)) && (await write(acknowledged)) !== null;
	}

	async function sendAndResolve(acknowledged: readonly string[] = []): Promise<void> {
		if (!now(() => sendAndResolve(acknowledged))) {
			return;
		}
		const reference = await write(acknowledged);
		if (reference !== null && (await connection.taken(reference))) {
			await actions.resolve();
		}
	}

	return { kind, text, saved, complete, canSend, willSend, limit, madeOf: (reply) => made.add(reply), send, sendAndResolve };
}
