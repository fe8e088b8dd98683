/** Keyword rules in the console: levels, what is sent of a draft, what is found, what is marked. */
import type { Rule } from "@trunkline/protocol";
import { describe, expect, it } from "vitest";
import { draftOf, emptyDraft, isWhole, sameDraft, wireOf } from "../../src/features/rules/draft";
import { RuleIndex } from "../../src/features/rules/find";
import { markedParts } from "../../src/features/rules/marks";
import { levelsOf, moved } from "../../src/features/rules/order";
import { draftFrom, templateNames } from "../../src/features/rules/templates";
import { synonymsOf } from "../../src/features/rules/useSynonyms";
import { readingsOf } from "../../src/features/quick/readings";

function rule(id: string, priority: number, more: Partial<Rule> = {}): Rule {
	return {
		...emptyDraft(),
		id,
		title: `规则${id}`,
		priority,
		version: 1,
		updated_at: null,
		updated_by: null,
		removed: false,
		hits: 0,
		daily: [],
		helped: 0,
		failed: 0,
		hit_at: null,
		...more,
	};
}

describe("levels", () => {
	const rules = [rule("1", 100), rule("2", 10), rule("3", 10), rule("4", 0)];

	it("gather rules of one priority", () => {
		expect(levelsOf(rules).map(({ priority, rules: all }) => [priority, all.length])).toEqual([[100, 1], [10, 2], [0, 1]]);
	});

	it.each([
		["4", true, 10],
		["2", true, 100],
		["2", false, 0],
		["1", true, 100],
		["1", false, 10],
		["4", false, 0],
	])("move rule %s (up: %s) to %i", (id, up, expected) => {
		const one = rules.find((each) => each.id === id);
		expect(one && moved(rules, one, up)).toBe(expected);
	});

	it("begin anew beyond the last one", () => {
		const equals = [rule("1", 0), rule("2", 0)];
		expect(moved(equals, equals[0] as Rule, true)).toBe(10);
		expect(moved(equals, equals[0] as Rule, false)).toBe(-10);
	});
});

describe("a draft", () => {
	it("is sent without what is blank", () => {
		const draft = { ...emptyDraft(), title: " 标题 ", replies: ["一", "  "], pattern: "x", menu: [{ label: "", rule: null, human: true }, { label: "人工", rule: null, human: true }, { label: "去哪", rule: null, human: false }] };
		expect(wireOf(draft)).toMatchObject({ title: "标题", replies: ["一"], pattern: "", menu: [{ label: "人工", human: true }] });
	});

	it("of a rule is the same until something is written", () => {
		const one = rule("1", 0, { any: ["词"], replies: [] });
		const draft = draftOf(one);
		expect(draft.replies).toEqual([""]);
		expect("hits" in draft).toBe(false);
		expect(sameDraft(draft, draftOf(one))).toBe(true);
		expect(sameDraft({ ...draft, any: ["词", "又"] }, draft)).toBe(false);
	});

	it("can be tried once it has a title and words", () => {
		expect(isWhole({ ...emptyDraft(), title: "x" })).toBe(false);
		expect(isWhole({ ...emptyDraft(), title: "x", all: ["词"] })).toBe(true);
		expect(isWhole({ ...emptyDraft(), title: "x", any: ["词"], match: "pattern" })).toBe(false);
	});

	it.each(templateNames)("from the template %s can be tried in both languages", (name) => {
		expect(isWhole(draftFrom(name, "zh-CN"))).toBe(true);
		expect(isWhole(draftFrom(name, "en"))).toBe(true);
	});
});

describe("the list", () => {
	const readings = readingsOf({ yin: "银", zheng: "证", kai: "开", hu: "户" });
	const rules = [rule("1", 0, { title: "银证转账", any: ["入金"] }), rule("2", 0, { title: "开户", replies: ["准备身份证"] })];

	it.each([
		["", ["1", "2"]],
		["yz", ["1"]],
		["入金", ["1"]],
		["身份证", ["2"]],
		["没有的", []],
	])("finds by “%s”", (text, expected) => {
		expect(new RuleIndex().find(rules, text, readings).map((one) => one.rule.id)).toEqual(expected);
	});

	it("knows a rule as it is now", () => {
		const index = new RuleIndex();
		index.find(rules, "开户", readings);
		expect(index.find([rule("2", 0, { title: "销户", version: 2 })], "开户", readings)).toEqual([]);
	});
});

describe("marks", () => {
	it("count characters, not units", () => {
		expect(markedParts("😀怎么开户", [{ begin: 3, end: 5, term: "开户" }])).toEqual([{ text: "😀怎么", term: "" }, { text: "开户", term: "开户" }]);
	});

	it("may overlap, and never reach beyond the end", () => {
		expect(markedParts("转账", [{ begin: 0, end: 2, term: "转账" }, { begin: 1, end: 9, term: "账" }])).toEqual([{ text: "转账", term: "转账" }]);
		expect(markedParts("", [{ begin: 0, end: 2, term: "x" }])).toEqual([]);
	});
});

it("synonyms are told for each word of their groups", () => {
	const settings = { enabled: true, human_words: [], stop_words: [], synonyms: [["开户", "开立"], ["开户", "办户"]], misses: 2, menu_ms: 1, repeat_ms: 1, updated_by: null, updated_at: null, version: 1 };
	expect(synonymsOf(settings).get("开户")).toEqual(["开立", "办户"]);
	expect(synonymsOf(settings).get("办户")).toEqual(["开户"]);
});
