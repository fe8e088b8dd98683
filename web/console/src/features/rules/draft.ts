/* A rule while it is being written: what of it is sent, and what a new one begins with. */
import type { Rule, RuleHours, RuleMatch, RuleMenuItem, RulePick } from "@trunkline/protocol";

export interface RuleDraft {
	title: string;
	folder: string;
	enabled: boolean;
	priority: number;
	match: RuleMatch;
	any: readonly string[];
	all: readonly string[];
	none: readonly string[];
	pattern: string;
	channels: readonly string[];
	hours: RuleHours;
	cooldown_ms: number;
	replies: readonly string[];
	pick: RulePick;
	menu: readonly RuleMenuItem[];
	human: boolean;
	ask_helpful: boolean;
	intent: string;
	tags: readonly string[];
	topics: readonly string[];
}

export const maxReplies = 10;
export const maxMenu = 10;
export const matches: readonly RuleMatch[] = ["contains", "exact", "prefix", "pattern"];
export const channelKinds = ["webchat", "app", "email"] as const;

export function emptyDraft(folder = ""): RuleDraft {
	return {
		title: "",
		folder,
		enabled: true,
		priority: 0,
		match: "contains",
		any: [],
		all: [],
		none: [],
		pattern: "",
		channels: [],
		hours: "always",
		cooldown_ms: 0,
		replies: [""],
		pick: "rotate",
		menu: [],
		human: false,
		ask_helpful: false,
		intent: "",
		tags: [],
		topics: [],
	};
}

/* The names are ours, so that nothing of a rule's use is taken along. */
export function draftOf(rule: Rule): RuleDraft {
	const draft = emptyDraft();
	for (const name of Object.keys(draft) as (keyof RuleDraft)[]) {
		Object.assign(draft, { [name]: rule[name] });
	}
	return { ...draft, replies: rule.replies.length === 0 ? [""] : rule.replies };
}

/* What is sent: without replies that are blank, and without a pattern where none is looked at. */
export function wireOf(draft: RuleDraft): RuleDraft {
	return {
		...draft,
		title: draft.title.trim(),
		folder: draft.folder.trim(),
		intent: draft.intent.trim(),
		pattern: draft.match === "pattern" ? draft.pattern : "",
		replies: draft.replies.map((text) => text.trim()).filter((text) => text !== ""),
		menu: draft.menu.filter((item) => item.label.trim() !== "" && (item.human || item.rule !== null)),
	};
}

export function sameDraft(left: RuleDraft, right: RuleDraft): boolean {
	return JSON.stringify(wireOf(left)) === JSON.stringify(wireOf(right));
}

/* Whether there is enough of it to be tried. */
export function isWhole(draft: RuleDraft): boolean {
	const words = draft.match === "pattern" ? draft.pattern !== "" : draft.any.length + draft.all.length > 0;
	return draft.title.trim() !== "" && words;
}
