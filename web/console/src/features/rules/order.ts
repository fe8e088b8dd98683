/* Rules stand in levels: a higher priority is judged first, within one the longest match wins. Moving a
 * rule therefore means giving it another level, never a place among its equals. */
import type { Rule } from "@trunkline/protocol";

export interface Level {
	readonly priority: number;
	readonly rules: readonly Rule[];
}

const step = 10;

export function levelsOf(rules: readonly Rule[]): Level[] {
	const levels: { priority: number; rules: Rule[] }[] = [];
	for (const rule of rules) {
		const last = levels.at(-1);
		if (last !== undefined && last.priority === rule.priority) {
			last.rules.push(rule);
		} else {
			levels.push({ priority: rule.priority, rules: [rule] });
		}
	}
	return levels;
}

/* One level up (or down); beyond the last one a new level begins. `all`: in the order of judgement. */
export function moved(all: readonly Rule[], rule: Rule, up: boolean): number {
	const levels = [...new Set(all.map((one) => one.priority))].sort((left, right) => left - right);
	const alone = all.filter((one) => one.priority === rule.priority).length === 1;
	const next = up ? levels.find((priority) => priority > rule.priority) : levels.filter((priority) => priority < rule.priority).at(-1);
	if (next !== undefined) {
		return next;
	}
	return alone ? rule.priority : rule.priority + (up ? step : -step);
}
