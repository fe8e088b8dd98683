/* A mail that seems to belong to another customer's conversation: who that is, join or say no. What
 * one person says stands in the history, for everybody. */
import { computed, onMounted, ref, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { anything, checks, get, post } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import type { Customer, LinkJudgedEntry, LinkProposedEntry } from "../../shared/types";
import type { Thread } from "../../stores/threads";
import { useToasts } from "../../stores/toasts";

export interface Proposal {
	/* null: not known here, she may be out of sight. */
	other: Ref<Customer | null>;
	refused: ComputedRef<boolean>;
	joined: ComputedRef<boolean>;
	busy: Ref<boolean>;
	refuse: () => Promise<void>;
}

export interface ProposalRow {
	entry: LinkProposedEntry;
	judged: LinkJudgedEntry | null;
	thread: Thread;
}

export function useProposal(row: ProposalRow): Proposal {
	const { t } = useI18n();
	const toasts = useToasts();
	const other = ref<Customer | null>(null);
	const busy = ref(false);
	const target = computed(() => row.entry.body?.customer ?? "");
	const refused = computed(() => row.judged?.body?.refused === true);
	const joined = computed(
		() => row.thread.customer === target.value || (row.thread.detail?.timelines ?? []).some(({ timeline }) => timeline === target.value),
	);

	onMounted(async () => {
		if (refused.value || joined.value) {
			return;
		}
		try {
			const { items } = await get(`/customers/${row.thread.customer}/likely`, checks.likelyListCheck);
			other.value = items.find(({ customer }) => customer.id === target.value)?.customer ?? null;
		} catch {
			/* Without her name the comparison still shows who she is. */
		}
	});

	async function judge(undo: boolean): Promise<boolean> {
		busy.value = true;
		try {
			await post(`/customers/${row.thread.customer}/distinct`, anything, { proposal: row.entry.id, undo });
			return true;
		} catch (error) {
			const { code, text } = refusalOf(error);
			toasts.show(code === "offline" ? t("common.offline") : t("common.failed", { text }), "danger");
			return false;
		} finally {
			busy.value = false;
		}
	}

	async function refuse(): Promise<void> {
		if (await judge(false)) {
			toasts.show(t("mail.link.refusedToast"), "plain", () => void judge(true));
		}
	}

	return { other, refused, joined, busy, refuse };
}
