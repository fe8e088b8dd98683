/* Take, assign, release, resolve, reopen: sent to the server, whose answer is what shows. */
import { computed, ref, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import type { Action, Conversation } from "../../shared/types";
import { useConnection } from "../../stores/connection";
import { sameSituation } from "../../stores/conversationLists";
import { useConversations } from "../../stores/conversations";
import { useSession } from "../../stores/session";
import { useStaff } from "../../stores/staff";
import { useToasts } from "../../stores/toasts";
import { useWrapUp } from "../../stores/wrapUp";
import { refusalOf } from "../../app/refusal";

export interface Actions {
	conversation: ComputedRef<Conversation | undefined>;
	busy: Ref<boolean>;
	mine: ComputedRef<boolean>;
	resolved: ComputedRef<boolean>;
	take: () => Promise<boolean>;
	/* To a colleague, or to nobody: back to Unassigned. */
	transfer: (staff: string | null, note: string) => Promise<boolean>;
	release: () => Promise<boolean>;
	resolve: () => Promise<boolean>;
	reopen: () => Promise<boolean>;
	/* No more automatic answers until it is resolved. */
	quiet: () => Promise<boolean>;
}

export function useActions(customer: () => string, name: ComputedRef<string>): Actions {
	const { t } = useI18n();
	const connection = useConnection();
	const conversations = useConversations();
	const session = useSession();
	const staff = useStaff();
	const toasts = useToasts();
	const wrapUp = useWrapUp();
	const busy = ref(false);
	const conversation = computed(() => conversations.currentOf(customer()));
	const mine = computed(() => conversation.value?.assignee === session.me?.id);
	const resolved = computed(() => conversation.value?.state === "resolved");

	/* Of many simultaneous takes one wins: the others learn who it was. */
	async function explain(error: unknown, id: string): Promise<void> {
		const { code } = refusalOf(error);
		if (code === "conflict") {
			await conversations.fetchOne(id).catch(() => undefined);
			const owner = staff.nameOf(conversations.items.get(id)?.assignee);
			toasts.show(owner === "" ? t("thread.refused.conflict") : t("thread.refused.taken", { name: owner }), "danger");
			return;
		}
		const known = ["denied", "not_found", "offline", "unavailable", "busy"].includes(code);
		toasts.show(t(`thread.refused.${known ? code : "other"}`), "danger");
	}

	/* My own note or answer, written a moment ago, is no reason to refuse what I do next. */
	async function actOn(target: Conversation, action: Action, assignee?: string, note?: string): Promise<Conversation> {
		try {
			return await connection.act(target.id, action, target.version, assignee, note);
		} catch (error) {
			if (refusalOf(error).code !== "conflict") {
				throw error;
			}
			await conversations.fetchOne(target.id);
			const now = conversations.items.get(target.id);
			if (now === undefined || now.version === target.version || !sameSituation(target, now)) {
				throw error;
			}
			return actOn(now, action, assignee, note);
		}
	}

	async function act(action: Action, assignee?: string, note?: string): Promise<boolean> {
		const target = conversation.value;
		if (target === undefined || busy.value) {
			return false;
		}
		busy.value = true;
		try {
			conversations.apply(await actOn(target, action, assignee, note));
			return true;
		} catch (error) {
			await explain(error, target.id);
			return false;
		} finally {
			busy.value = false;
		}
	}

	async function take(): Promise<boolean> {
		if (mine.value && !resolved.value) {
			return true;
		}
		return act("take");
	}

	async function transfer(to: string | null, note: string): Promise<boolean> {
		const done = to === null ? await act("release", undefined, note) : await act("assign", to, note);
		if (done) {
			toasts.show(to === null ? t("thread.releasedToast") : t("thread.assignedTo", { name: staff.nameOf(to) }));
		}
		return done;
	}

	async function quiet(): Promise<boolean> {
		const done = await act("quiet");
		if (done) {
			toasts.show(t("thread.quietToast"));
		}
		return done;
	}

	async function resolve(): Promise<boolean> {
		if (resolved.value) {
			return false;
		}
		const { id } = conversation.value ?? {};
		const who = name.value;
		const done = await act("resolve");
		if (done && id !== undefined) {
			toasts.show(t("thread.resolvedToast", { name: who }), "plain", () => void undoResolve(id));
			wrapUp.after("resolve");
		}
		return done;
	}

	async function undoResolve(id: string): Promise<void> {
		try {
			conversations.apply(await connection.act(id, "reopen", undefined, undefined));
		} catch (error) {
			await explain(error, id);
		}
	}

	return {
		conversation,
		busy,
		mine,
		resolved,
		take,
		transfer,
		release: () => act("release"),
		resolve,
		reopen: () => act("reopen"),
		quiet,
	};
}
