/* A mail that seems to belong to another customer's conversation: who that is, join or say no. */
import { computed, onMounted, ref, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { anything, checks, get, post } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import { readJson, writeJson } from "../../shared/storage";
import type { Customer, LinkProposedEntry } from "../../shared/types";
import type { Thread } from "../../stores/threads";
import { useToasts } from "../../stores/toasts";

export interface Proposal {
	/* null: not known here, she may be out of sight. */
	other: Ref<Customer | null>;
	settled: ComputedRef<boolean>;
	busy: Ref<boolean>;
	refuse: () => Promise<void>;
}

const storageKey = "trunkline.refusedLinks";
const maxKept = 200;

function keptRefusals(): string[] {
	const kept = readJson(storageKey);
	return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === "string") : [];
}

export function useProposal(thread: () => Thread, entry: () => LinkProposedEntry): Proposal {
	const { t } = useI18n();
	const toasts = useToasts();
	const other = ref<Customer | null>(null);
	const refused = ref(keptRefusals().includes(entry().id));
	const busy = ref(false);
	const target = computed(() => entry().body?.customer ?? "");
	const joined = computed(
		() => thread().customer === target.value || (thread().detail?.timelines ?? []).some(({ timeline }) => timeline === target.value),
	);

	onMounted(async () => {
		if (refused.value || joined.value) {
			return;
		}
		try {
			const { items } = await get(`/customers/${thread().customer}/likely`, checks.likelyListCheck);
			other.value = items.find(({ customer }) => customer.id === target.value)?.customer ?? null;
		} catch {
			/* Without her name the comparison still shows who she is. */
		}
	});

	async function refuse(): Promise<void> {
		busy.value = true;
		try {
			await post(`/customers/${thread().customer}/distinct`, anything, { other: target.value });
			writeJson(storageKey, [...keptRefusals(), entry().id].slice(-maxKept));
			refused.value = true;
		} catch (error) {
			const { code, text } = refusalOf(error);
			toasts.show(code === "offline" ? t("common.offline") : t("common.failed", { text }), "danger");
		} finally {
			busy.value = false;
		}
	}

	return { other, settled: computed(() => refused.value || joined.value), busy, refuse };
}
