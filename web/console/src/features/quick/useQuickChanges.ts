/* What the page does to a quick reply, and how each of it is taken back. */
import type { QuickReply } from "@trunkline/protocol";
import { useI18n } from "vue-i18n";
import { checks, patch, post, remove } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import { useQuickReplies } from "../../stores/quickReplies";
import { useToasts } from "../../stores/toasts";

export interface QuickChanges {
	/* It was stored already; `before` is null for a new one. */
	saved: (reply: QuickReply, before: QuickReply | null) => void;
	takeAway: (reply: QuickReply) => Promise<void>;
	/* A copy of my own, of what others keep; null when there is none. */
	copy: (reply: QuickReply) => Promise<QuickReply | null>;
}

export function useQuickChanges(): QuickChanges {
	const { t } = useI18n();
	const store = useQuickReplies();
	const toasts = useToasts();

	async function attempt(work: () => Promise<void>): Promise<boolean> {
		try {
			await work();
			return true;
		} catch (error) {
			const { code, text } = refusalOf(error);
			toasts.show(code === "offline" ? t("common.offline") : t("common.failed", { text }), "danger");
			return false;
		}
	}

	function drop(reply: QuickReply): Promise<boolean> {
		return attempt(async () => {
			await remove(`/quick-replies/${reply.id}`);
			store.put({ ...reply, removed: true });
		});
	}

	function restore({ id }: QuickReply): Promise<boolean> {
		return attempt(async () => store.put((await post(`/quick-replies/${id}/restore`, checks.quickReplyAnswerCheck)).reply));
	}

	/* It is again what it was, unless somebody has edited it since. */
	function putBack({ id, title, folder, body, shortcut, files }: QuickReply, version: number): Promise<boolean> {
		const content = { title, folder, body, shortcut: shortcut ?? "", files: files.map((file) => file.id), version };
		return attempt(async () => store.put((await patch(`/quick-replies/${id}`, checks.quickReplyAnswerCheck, content)).reply));
	}

	function saved(reply: QuickReply, before: QuickReply | null): void {
		store.put(reply);
		if (before === null) {
			toasts.show(t("quick.created", { title: reply.title }), "plain", () => void drop(reply));
		} else {
			toasts.show(t("quick.saved", { title: reply.title }), "plain", () => void putBack(before, reply.version));
		}
	}

	async function takeAway(reply: QuickReply): Promise<void> {
		if (await drop(reply)) {
			toasts.show(t("quick.removed", { title: reply.title }), "plain", () => void restore(reply));
		}
	}

	async function copy({ title, folder, body }: QuickReply): Promise<QuickReply | null> {
		try {
			const { reply } = await post("/quick-replies", checks.quickReplyAnswerCheck, { scope: "personal", title, folder, body });
			store.put(reply);
			return reply;
		} catch (error) {
			const { code, text } = refusalOf(error);
			toasts.show(code === "conflict" ? t("quick.titleTaken") : code === "offline" ? t("common.offline") : t("common.failed", { text }), "danger");
			return null;
		}
	}

	return { saved, takeAway, copy };
}
