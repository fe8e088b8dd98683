/* What the page does to rules, and how each of it is taken back: by the server's own versions. */
import type { Rule } from "@trunkline/protocol";
import { useI18n } from "vue-i18n";
import { checks, patch, post, remove } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import { useRules } from "../../stores/rules";
import { useToasts } from "../../stores/toasts";

export interface Undo {
	readonly id: string;
	readonly version: number;
	readonly remove?: boolean;
}

/* The most that the server takes at once. */
const atOnce = 500;

export interface RuleChanges {
	/* It was stored already; `fresh` is a new one. */
	saved: (rule: Rule, fresh: boolean) => void;
	set: (rule: Rule, members: Partial<Rule>, said: string) => Promise<void>;
	takeAway: (rule: Rule) => Promise<boolean>;
	takeBack: (items: readonly Undo[]) => Promise<void>;
}

export function useRuleChanges(): RuleChanges {
	const { t } = useI18n();
	const store = useRules();
	const toasts = useToasts();

	function refused(error: unknown): void {
		const { code, text } = refusalOf(error);
		toasts.show(code === "offline" ? t("common.offline") : code === "conflict" ? t("rules.conflict") : t("common.failed", { text }), "danger");
		if (code === "conflict") {
			void store.load();
		}
	}

	async function takeBack(items: readonly Undo[]): Promise<void> {
		let failed = 0;
		try {
			for (let at = 0; at < items.length; at += atOnce) {
				failed += (await post("/rules/revert", checks.rulesRevertedCheck, { items: items.slice(at, at + atOnce) })).failed;
			}
			if (failed > 0) {
				toasts.show(t("rules.undoPartly", { count: failed }), "danger");
			}
		} catch (error) {
			refused(error);
		}
		await store.load();
	}

	function saved(rule: Rule, fresh: boolean): void {
		store.put(rule);
		toasts.show(t(fresh ? "rules.created" : "rules.saved", { title: rule.title }), "plain", () => void takeBack([{ id: rule.id, version: rule.version }]));
	}

	async function set(rule: Rule, members: Partial<Rule>, said: string): Promise<void> {
		/* At once, and as it was when the server refuses. */
		store.put({ ...rule, ...members });
		try {
			const answer = await patch(`/rules/${rule.id}`, checks.ruleAnswerCheck, { ...members, version: rule.version });
			store.put(answer.rule);
			toasts.show(said, "plain", () => void takeBack([{ id: rule.id, version: answer.rule.version }]));
		} catch (error) {
			store.put(rule);
			refused(error);
		}
	}

	async function takeAway(rule: Rule): Promise<boolean> {
		try {
			await remove(`/rules/${rule.id}`);
		} catch (error) {
			refused(error);
			return false;
		}
		store.put({ ...rule, removed: true });
		toasts.show(t("rules.removed", { title: rule.title }), "plain", () => void takeBack([{ id: rule.id, version: rule.version + 1 }]));
		return true;
	}

	return { saved, set, takeAway, takeBack };
}
