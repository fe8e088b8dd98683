/* Head of the mail that is being written to one customer, and handing it over. The text is the
 * composer's. Until something was changed by hand, the head follows the newest mail. */
import { ulid } from "@trunkline/client";
import { randomBytes } from "@trunkline/ui/browser";
import { computed, reactive, ref, watch, type ComputedRef, type Ref } from "vue";
import { anything, post } from "../../app/api";
import { refusalOf, type Refusal } from "../../app/refusal";
import type { Mail, MailAddress, Mailbox, TextEntry } from "../../shared/types";
import { useDrafts } from "../../stores/drafts";
import { useMailboxes } from "../../stores/mailboxes";
import type { Thread } from "../../stores/threads";
import { answerSubject, answerTo, isAddress, maxRecipients, maxSubject, type AnswerTo } from "./mailText";

export interface MailHead {
	to: readonly MailAddress[];
	cc: readonly MailAddress[];
	subject: string;
	/* The entry that is answered; null: a mail of its own. */
	answers: string | null;
	mailbox: string;
	/* She asked for answers elsewhere, and somebody said where this one goes. */
	confirmed: boolean;
}

export interface MailDraft {
	head: MailHead;
	/* The mail that is answered. */
	answered: ComputedRef<TextEntry | null>;
	/* To be decided before it may go: who gets the answer. */
	instead: ComputedRef<AnswerTo["instead"]>;
	mailboxes: ComputedRef<readonly Mailbox[]>;
	/* Addresses that the customer has. */
	known: ComputedRef<readonly MailAddress[]>;
	possible: ComputedRef<boolean>;
	/* Why it cannot go yet; null: it can. */
	missing: ComputedRef<"needAddress" | "badAddress" | "tooMany" | "needSubject" | "replyTo" | null>;
	busy: Ref<boolean>;
	refusal: Ref<Refusal | null>;
	begin: (address: string) => void;
	chooseRecipient: (recipient: MailAddress) => void;
	touched: () => void;
	send: (target: string, mail: Written) => Promise<boolean>;
}

export interface Written {
	readonly text: string;
	readonly files: readonly string[];
	readonly quickReplies: readonly string[];
	/* How far the history was seen: what came since has to be looked at first. */
	readonly seenSeq: number | null;
}

const unanswerable: readonly Mail["nature"][] = ["bounce", "delayed", "report", "loop", "list"];

/* Hers if she wrote one; else ours is followed up. */
function newestMail(thread: Thread): TextEntry | null {
	let ours: TextEntry | null = null;
	for (let at = thread.entries.length - 1; at >= 0; at -= 1) {
		const entry = thread.entries[at];
		const mail = entry?.kind === "message" ? entry.body?.mail : undefined;
		if (entry?.kind === "message" && mail !== undefined && !unanswerable.includes(mail.nature)) {
			if (entry.author.kind === "customer") {
				return entry;
			}
			ours ??= entry;
		}
	}
	return ours;
}

function readHead(kept: string): Partial<MailHead> {
	try {
		const value: unknown = JSON.parse(kept);
		return typeof value === "object" && value !== null ? (value as Partial<MailHead>) : {};
	} catch {
		return {};
	}
}

export function useMailDraft(thread: Thread): MailDraft {
	const drafts = useDrafts();
	const boxes = useMailboxes();
	const head = reactive<MailHead>({ to: [], cc: [], subject: "", answers: null, mailbox: "", confirmed: false });
	const busy = ref(false);
	const refusal = ref<Refusal | null>(null);
	let byHand = false;
	let reference = "";
	/* It was refused because of what came meanwhile; the writer has seen that now. */
	let looked = false;

	const known = computed(() => {
		const name = thread.detail?.customer.anonymous === false ? thread.detail.customer.name : "";
		const found = new Map<string, MailAddress>();
		for (const { kind, value } of thread.detail?.contacts ?? []) {
			if (kind === "email" || kind === "sender") {
				found.set(value, { name, address: value });
			}
		}
		return [...found.values()];
	});
	const possible = computed(() => boxes.enabled.length > 0 && (known.value.length > 0 || newestMail(thread) !== null));
	const answered = computed(() => {
		const entry = thread.entries.find((one) => one.id === head.answers);
		return entry?.kind === "message" && entry.body?.mail !== undefined ? entry : null;
	});
	const instead = computed(() => {
		const mail = answered.value?.body?.mail;
		return mail === undefined ? null : answerTo(mail, answered.value?.author.kind === "customer", boxes.addresses).instead;
	});
	const missing = computed(() => {
		const all = [...head.to, ...head.cc];
		if (head.to.length === 0) {
			return "needAddress";
		}
		if (all.some(({ address }) => !isAddress(address))) {
			return "badAddress";
		}
		if (all.length > maxRecipients) {
			return "tooMany";
		}
		if (instead.value !== null && !head.confirmed) {
			return "replyTo";
		}
		return head.subject.trim() === "" ? "needSubject" : null;
	});

	function put(next: MailHead): void {
		Object.assign(head, next);
	}

	function follow(): void {
		const entry = newestMail(thread);
		const mail = entry?.body?.mail;
		const mailbox = boxes.enabled.find(({ id }) => id === entry?.channel)?.id ?? boxes.enabled[0]?.id ?? "";
		if (entry === null || mail === undefined) {
			const first = known.value[0];
			put({ to: first === undefined ? [] : [first], cc: [], subject: "", answers: null, mailbox, confirmed: false });
			return;
		}
		const { to, cc } = answerTo(mail, entry.author.kind === "customer", boxes.addresses);
		put({ to, cc, subject: answerSubject(mail.subject), answers: entry.id, mailbox, confirmed: false });
	}

	function keep(): void {
		drafts.write(thread.customer, "mailHead", byHand ? JSON.stringify(head) : "");
	}

	const kept = drafts.read(thread.customer, "mailHead");
	if (kept !== "") {
		byHand = true;
		put({ to: [], cc: [], subject: "", answers: null, mailbox: "", confirmed: false, ...readHead(kept) });
	}
	watch(
		[() => newestMail(thread)?.id, () => known.value.length, () => boxes.enabled],
		() => {
			/* Under a text that was begun the recipients do not change by themselves. */
			if (!byHand && drafts.read(thread.customer, "mail") === "") {
				follow();
			} else if (!boxes.enabled.some(({ id }) => id === head.mailbox)) {
				head.mailbox = boxes.enabled[0]?.id ?? "";
			}
		},
		{ immediate: true },
	);

	function touched(): void {
		byHand = true;
		refusal.value = null;
		keep();
	}

	/* A mail of its own to this address. */
	function begin(address: string): void {
		const recipient = known.value.find((one) => one.address === address) ?? { name: "", address };
		put({ to: [recipient], cc: [], subject: "", answers: null, mailbox: head.mailbox || (boxes.enabled[0]?.id ?? ""), confirmed: false });
		touched();
	}

	function chooseRecipient(recipient: MailAddress): void {
		const gone = [instead.value?.from.address, instead.value?.replyTo.address];
		head.to = [recipient, ...head.to.filter(({ address }) => !gone.includes(address))];
		head.confirmed = true;
		touched();
	}

	/* Said twice, it is one mail: the ref stays until somebody has taken it. */
	async function send(target: string, { text, files, quickReplies, seenSeq }: Written): Promise<boolean> {
		busy.value = true;
		refusal.value = null;
		reference ||= ulid(Date.now(), randomBytes);
		try {
			await post(`${target}/mails`, anything, {
				ref: reference,
				to: head.to,
				cc: head.cc,
				subject: head.subject.trim().slice(0, maxSubject),
				text,
				files,
				...(head.answers === null ? {} : { answers: head.answers }),
				...(head.mailbox === "" ? {} : { mailbox: head.mailbox }),
				...(instead.value === null ? {} : { confirm_reply_to: true }),
				...(quickReplies.length > 0 ? { quick_replies: quickReplies } : {}),
				...(seenSeq === null || looked ? {} : { seen_seq: seenSeq, check: true }),
			});
			looked = false;
			reference = "";
			byHand = false;
			keep();
			follow();
			return true;
		} catch (error) {
			refusal.value = refusalOf(error);
			looked = ["conflict", "stale"].includes(refusal.value.code);
			if (!["offline", "busy", "unavailable"].includes(refusal.value.code)) {
				reference = "";
			}
			return false;
		} finally {
			busy.value = false;
		}
	}

	return {
		head, answered, instead, known, possible, missing, busy, refusal, begin, chooseRecipient, touched, send,
		mailboxes: computed(() => boxes.enabled),
	};
}
