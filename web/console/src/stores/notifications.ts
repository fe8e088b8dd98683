/* Sound, title badge and desktop notification for what wants me: a customer's message or a
 * missed call in a conversation that is mine or nobody's. Of my several tabs one calls, and none
 * when I look at it in any of them. */
import type { NewMention } from "@trunkline/protocol";
import { defineStore } from "pinia";
import { computed, ref, watch } from "vue";
import { i18n } from "../app/language";
import { router } from "../app/router";
import { beep, canBeep, quietMs } from "../shared/beep";
import { visitorNumber } from "../shared/format";
import { beAt, isAnyoneAt, once } from "../shared/tabs";
import type { Conversation, Entry } from "../shared/types";
import { useConversations } from "./conversations";
import { usePreferences } from "./preferences";
import { useSession } from "./session";
import { useStaff } from "./staff";

/* Imported or replayed history makes no noise. */
const freshMs = 60_000;
/* The slowest of my tabs has heard of an entry after this. */
const settledMs = 10_000;

export const useNotifications = defineStore("notifications", () => {
	const preferences = usePreferences();
	const session = useSession();
	const conversations = useConversations();
	const staff = useStaff();
	/* Conversations that asked for attention and were not looked at since. */
	const waiting = ref<ReadonlySet<string>>(new Set());
	const reading = ref<string | null>(null);
	let pageTitle = "Trunkline";
	let otherTabs: BroadcastChannel | null = null;
	let leave = (): void => undefined;

	const count = computed(() => {
		const unassigned = [...waiting.value].filter((id) => conversations.items.get(id)?.assignee === null);
		return conversations.counts.mine_unread + unassigned.length;
	});

	/* A colleague gave it to me. */
	function isHandover(entry: Entry): boolean {
		if (entry.kind !== "assigned" || entry.body === null) {
			return false;
		}
		const { to, by } = entry.body;
		return to === session.me?.id && by !== null && by !== to;
	}

	function wants(entry: Entry, conversation: Conversation): boolean {
		const missed = entry.kind === "call_ended" && entry.body?.call.result === "missed";
		/* What the bot has answered needs nobody; the conversation says so with the question itself. */
		const message = entry.kind === "message" && entry.author.kind === "customer" && conversation.bot !== "answered";
		const concerns = conversation.assignee === null || conversation.assignee === session.me?.id;
		const fresh = Date.now() - Date.parse(entry.committed_at) < freshMs;
		return (missed || message || isHandover(entry)) && concerns && fresh && !entry.imported && conversation.state !== "resolved";
	}

	function nameOf(what: string): string {
		return `trunkline:${session.me?.id ?? ""}:${what}`;
	}

	function isLooking(customer: string): boolean {
		return reading.value === customer && document.hasFocus();
	}

	async function consider(entry: Entry, conversation: Conversation): Promise<void> {
		if (!wants(entry, conversation) || isLooking(conversation.customer)) {
			return;
		}
		if (await isAnyoneAt(nameOf(`at:${conversation.customer}`))) {
			return;
		}
		waiting.value = new Set(waiting.value).add(conversation.id);
		if (preferences.sound && canBeep()) {
			once(nameOf("sound"), quietMs, beep);
		}
		if (preferences.desktop) {
			once(nameOf(`shown:${entry.id}`), settledMs, () => show(entry, conversation));
		}
	}

	/* The other tabs hear where I look, for as long as I do. */
	function tellWhere(): void {
		leave();
		const customer = reading.value;
		leave = customer !== null && isLooking(customer) ? beAt(nameOf(`at:${customer}`)) : () => undefined;
	}

	function wordsOf(entry: Entry): string {
		const { t } = i18n.global;
		if (entry.kind === "message") {
			return entry.body?.text ?? "";
		}
		return entry.kind === "assigned" ? t("handover.title", { name: staff.nameOf(entry.body?.by) }) : t("inbox.preview.call_ended");
	}

	function show(entry: Entry, conversation: Conversation): void {
		if (typeof Notification === "undefined" || Notification.permission !== "granted") {
			return;
		}
		const { t } = i18n.global;
		const known = conversations.items.get(conversation.id);
		const number = visitorNumber(conversation.customer);
		const name = known?.customer_name || t("common.visitor", { number });
		const text = wordsOf(entry);
		try {
			const box = new Notification(name, { body: text.slice(0, 160), tag: conversation.id });
			box.onclick = () => {
				window.focus();
				void router.push(`/inbox/${conversation.assignee === null ? "unassigned" : "mine"}/${conversation.customer}`);
				box.close();
			};
		} catch {
			/* Some phones allow notifications from service workers only. */
		}
	}

	/* A note names me. */
	function mentioned(mention: NewMention): void {
		if (isLooking(mention.customer)) {
			return;
		}
		if (preferences.sound && canBeep()) {
			once(nameOf("sound"), quietMs, beep);
		}
		if (preferences.desktop) {
			once(nameOf(`shown:${mention.entry}`), settledMs, () => showMention(mention));
		}
	}

	function showMention(mention: NewMention): void {
		if (typeof Notification === "undefined" || Notification.permission !== "granted") {
			return;
		}
		try {
			const box = new Notification(i18n.global.t("mentions.named", { name: staff.nameOf(mention.author) }), { body: mention.text.slice(0, 160) });
			box.onclick = () => {
				window.focus();
				void router.push(`/inbox/mentions/${mention.customer}`);
				box.close();
			};
		} catch {
			/* Some phones allow notifications from service workers only. */
		}
	}

	function forget(customer: string): void {
		const left = [...waiting.value].filter((id) => conversations.items.get(id)?.customer !== customer);
		if (left.length !== waiting.value.size) {
			waiting.value = new Set(left);
		}
	}

	function looked(customer: string): void {
		forget(customer);
		otherTabs?.postMessage(customer);
	}

	function listen(): BroadcastChannel | null {
		if (typeof BroadcastChannel === "undefined") {
			return null;
		}
		const channel = new BroadcastChannel(nameOf("looked"));
		channel.onmessage = ({ data }: MessageEvent<unknown>) => {
			if (typeof data === "string") {
				forget(data);
			}
		};
		return channel;
	}

	function title(): void {
		document.title = count.value > 0 ? `(${count.value}) ${pageTitle}` : pageTitle;
	}

	function setPageTitle(next: string): void {
		pageTitle = next;
		title();
	}

	/* Keeps the title true; the answer stops it. */
	function start(): () => void {
		const stops = [watch(count, title, { immediate: true }), watch(reading, tellWhere)];
		otherTabs = listen();
		window.addEventListener("focus", tellWhere);
		window.addEventListener("blur", tellWhere);
		return () => {
			stops.forEach((stop) => stop());
			otherTabs?.close();
			otherTabs = null;
			window.removeEventListener("focus", tellWhere);
			window.removeEventListener("blur", tellWhere);
			leave();
			waiting.value = new Set();
			document.title = pageTitle;
		};
	}

	async function allowDesktop(): Promise<boolean> {
		if (typeof Notification === "undefined") {
			return false;
		}
		const permission = await Notification.requestPermission();
		preferences.desktop = permission === "granted";
		return preferences.desktop;
	}

	return { count, reading, consider, mentioned, looked, setPageTitle, start, allowDesktop };
});
