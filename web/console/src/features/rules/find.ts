/* What is typed over the list: words of the title, the folder, the keywords or the answer, also by initials. */
import type { Rule } from "@trunkline/protocol";
import { indexText, matchText, plainOf, type Indexed, type Mark } from "../quick/match";
import type { Readings } from "../quick/readings";

export interface FoundRule {
	readonly rule: Rule;
	readonly marks: readonly Mark[];
}

interface Entry {
	readonly version: number;
	readonly title: Indexed;
	readonly rest: string;
}

const none: readonly Mark[] = [];

export class RuleIndex {
	readonly #entries = new Map<string, Entry>();
	#readings: Readings | null = null;

	#entry(rule: Rule, readings: Readings): Entry {
		if (this.#readings !== readings) {
			this.#entries.clear();
			this.#readings = readings;
		}
		const known = this.#entries.get(rule.id);
		if (known?.version === rule.version) {
			return known;
		}
		const words = [rule.folder, ...rule.any, ...rule.all, rule.pattern, ...rule.replies, rule.intent, ...rule.tags, ...rule.topics];
		const entry = { version: rule.version, title: indexText(rule.title, readings), rest: plainOf(words.join("\n")) };
		this.#entries.set(rule.id, entry);
		return entry;
	}

	/* Keeps the order of the rules. */
	find(rules: readonly Rule[], typed: string, readings: Readings): FoundRule[] {
		const query = plainOf(typed.trim());
		if (query === "") {
			return rules.map((rule) => ({ rule, marks: none }));
		}
		return rules.flatMap((rule) => {
			const entry = this.#entry(rule, readings);
			const marks = matchText(entry.title, query)?.marks;
			return marks !== undefined ? [{ rule, marks }] : entry.rest.includes(query) ? [{ rule, marks: none }] : [];
		});
	}
}
