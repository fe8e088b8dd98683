/* What the page does to a phrase, and how each of it is taken back. */
import type { Phrase } from "@trunkline/protocol";
import { useI18n } from "vue-i18n";
import { checks, patch, post, remove } from "../../app/api";
import { useToasts } from "../../stores/toasts";
import { phraseProblem } from "./phraseForm";

export interface PhraseChanges {
	/* It was stored already; `before` is null for a new one. */
	saved: (phrase: Phrase, before: Phrase | null) => void;
	takeAway: (phrase: Phrase) => Promise<void>;
}

export function usePhraseChanges(reload: () => void): PhraseChanges {
	const { t } = useI18n();
	const toasts = useToasts();

	async function attempt(work: () => Promise<unknown>): Promise<boolean> {
		try {
			await work();
			return true;
		} catch (error) {
			toasts.show(phraseProblem(error, t), "danger");
			return false;
		} finally {
			reload();
		}
	}

	const drop = (phrase: Phrase): Promise<boolean> => attempt(() => remove(`/phrases/${phrase.id}`));
	const restore = (phrase: Phrase): Promise<boolean> => attempt(() => post(`/phrases/${phrase.id}/restore`, checks.phraseAnswerCheck));

	/* It is again what it was, unless somebody has edited it since. */
	function putBack({ id, text, action, advice, exceptions }: Phrase, version: number): Promise<boolean> {
		return attempt(() => patch(`/phrases/${id}`, checks.phraseAnswerCheck, { text, action, advice, exceptions, version }));
	}

	function saved(phrase: Phrase, before: Phrase | null): void {
		reload();
		if (before === null) {
			toasts.show(t("phrases.created", { phrase: phrase.text }), "plain", () => void drop(phrase));
		} else {
			toasts.show(t("phrases.saved", { phrase: phrase.text }), "plain", () => void putBack(before, phrase.version));
		}
	}

	async function takeAway(phrase: Phrase): Promise<void> {
		if (await drop(phrase)) {
			toasts.show(t("phrases.removed", { phrase: phrase.text }), "plain", () => void restore(phrase));
		}
	}

	return { saved, takeAway };
}
