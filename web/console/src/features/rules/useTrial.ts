/* Asks the server what would be answered, a moment after the question or the rule was changed. What a
 * customer would have been told before (an open menu, misses) is remembered from question to question. */
import type { RuleMemory, RuleTest } from "@trunkline/protocol";
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { checks, post } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import { isWhole, wireOf, type RuleDraft } from "./draft";

const pauseMs = 300;

export interface Question {
	text: string;
	channel: string;
	/* null: by the calendar */
	open: boolean | null;
	name: string;
}

export interface Trial {
	readonly answer: ShallowRef<RuleTest | null>;
	/* The question that it answers. */
	readonly asked: Ref<string>;
	readonly busy: Ref<boolean>;
	readonly problem: Ref<string>;
	readonly memory: ShallowRef<RuleMemory | null>;
	/* The customer goes on: what she was told stays in mind. */
	goOn: (text: string) => void;
	startOver: () => void;
}

export function useTrial(question: Question, language: () => string, draft: () => RuleDraft | null, ruleId: () => string | null, changes: () => number): Trial {
	const answer = shallowRef<RuleTest | null>(null);
	const memory = shallowRef<RuleMemory | null>(null);
	const asked = ref("");
	const busy = ref(false);
	const problem = ref("");
	let timer: ReturnType<typeof setTimeout> | undefined;
	let number = 0;

	async function ask(): Promise<void> {
		const mine = ++number;
		const text = question.text.trim();
		const rule = draft();
		if (text === "") {
			answer.value = null;
			problem.value = "";
			return;
		}
		busy.value = true;
		try {
			const found = await post("/rules/test", checks.ruleTestCheck, {
				text,
				channel: question.channel,
				...(question.open === null ? {} : { open: question.open }),
				language: language(),
				...(question.name.trim() === "" ? {} : { name: question.name.trim() }),
				...(memory.value === null ? {} : { state: memory.value }),
				...(rule === null || !isWhole(rule) ? {} : { rule: { ...wireOf(rule), id: ruleId() } }),
			});
			if (mine === number) {
				answer.value = found;
				asked.value = text;
				problem.value = "";
			}
		} catch (error) {
			if (mine === number) {
				const { code, text: words, field } = refusalOf(error);
				answer.value = null;
				problem.value = code === "offline" ? "offline" : field === null ? words : `${field}: ${words}`;
			}
		} finally {
			busy.value = mine === number ? false : busy.value;
		}
	}

	function soon(): void {
		clearTimeout(timer);
		timer = setTimeout(() => void ask(), pauseMs);
	}

	function goOn(text: string): void {
		memory.value = answer.value?.state ?? null;
		question.text = text;
	}

	function startOver(): void {
		memory.value = null;
		soon();
	}

	watch([() => ({ ...question }), draft, changes, language], soon, { deep: true });
	onBeforeUnmount(() => clearTimeout(timer));
	return { answer, asked, busy, problem, memory, goOn, startOver };
}
