/* What "Automatic answers" has, one line a tab: its name is its place in the address and its text. */
import { defineAsyncComponent, type Component } from "vue";

export interface AnswersTab {
	readonly name: string;
	readonly view: Component;
}

export const answersTabs: readonly AnswersTab[] = [
	{ name: "rules", view: defineAsyncComponent(() => import("../rules/RulesTab.vue")) },
	{ name: "words", view: defineAsyncComponent(() => import("../rules/WordsTab.vue")) },
	{ name: "phrases", view: defineAsyncComponent(() => import("../phrases/PhrasesTab.vue")) },
	{ name: "hours", view: defineAsyncComponent(() => import("../hours/HoursTab.vue")) },
];
