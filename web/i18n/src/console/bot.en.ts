import type { Translated } from "../translate";
import type zhCN from "./bot.zh-CN";

export default {
	answered: "answered automatically",
	unanswered: "the automatic answer did not know",
	rule: "Rule: {title}",
	menu: "Choices shown",
	flagged: "With flagged phrases",
	heldBack: "Answers of these rules had a forbidden phrase. They were not sent, a person was asked for:",
	heldBackOne: "{title} ({count})",
	reason: {
		asked: "the customer pressed for one",
		human_word: "the customer asked for one",
		stop_word: "a word that always needs a person",
		misses: "no answer was found several times",
		rule: "the rule says so",
		exact: "the rule says so",
		menu: "the customer chose it",
		phrase: "the answer had a forbidden phrase and was not sent",
		other: "a person is needed",
	},
} satisfies Translated<typeof zhCN>;
