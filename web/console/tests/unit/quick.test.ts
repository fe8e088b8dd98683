/** Quick replies: what is found, how it is filled in, and when the slash means them. */
import type { QuickReply } from "@trunkline/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { indexText, matchText, partsOf, plainOf } from "../../src/features/quick/match";
import { loadReadings, type Readings } from "../../src/features/quick/readings";
import { entryOf, searchReplies } from "../../src/features/quick/search";
import { triggerAt } from "../../src/features/quick/trigger";
import { fill, unfilled, unknownNames, valuesOf } from "../../src/features/quick/variables";

let readings: Readings;
beforeAll(async () => {
	readings = await loadReadings();
});

/** The text with what was found in brackets; null when nothing was. */
function found(text: string, query: string): string | null {
	const match = matchText(indexText(text, readings), plainOf(query));
	return match === null ? null : partsOf(text, match.marks).map((part) => (part.marked ? `[${part.text}]` : part.text)).join("");
}

describe("a search", () => {
	it.each([
		["银证到账时间", "到账", "银证[到账]时间"],
		["银证到账时间", "yzdz", "[银证到账]时间"],
		["银证到账时间", "dzsj", "银证[到账时间]"],
		["银证到账时间", "yinzheng", "[银证]到账时间"],
		["银证到账时间", "yinzhdao", "[银证到]账时间"],
		["银证到账时间", "银zhengd", "[银证到]账时间"],
		["银证到账时间", "yzhd", "[银证到]账时间"],
		["Bank transfer arrival", "transfer", "Bank [transfer] arrival"],
		["Bank transfer arrival", "bta", "[B]ank [t]ransfer [a]rrival"],
		["Bank transfer arrival", "btrarr", "[B]ank [tr]ansfer [arr]ival"],
		["您好，很高兴", "nhhg", "[您好]，[很高]兴"],
		["A股开户", "agkh", "[A股开户]"],
		["ＡＢＣ科技", "abckj", "[ＡＢＣ科技]"],
	])("finds in %s what %s means", (text, query, expected) => {
		expect(found(text, query)).toBe(expected);
	});

	it("takes every reading of a character", () => {
		expect(found("银行卡更换", "yhk")).toBe("[银行卡]更换");
		expect(found("不行就不行", "bux")).toBe("[不行]就不行");
		expect(found("重置密码", "czmm")).toBe("[重置密码]");
		expect(found("重要提示", "zyts")).toBe("[重要提示]");
		expect(found("绿色通道", "lvse")).toBe("[绿色]通道");
		expect(found("绿色通道", "luse")).toBe("[绿色]通道");
	});

	it("does not find what is not there", () => {
		expect(found("银证到账时间", "zyd")).toBeNull();
		expect(found("银证到账时间", "yzx")).toBeNull();
		expect(found("", "a")).toBeNull();
		expect(found("啊啊啊啊啊啊啊啊啊啊啊啊", "a".repeat(60))).toBeNull();
	});
});

function reply(id: number, values: Partial<QuickReply>): QuickReply {
	return {
		id: String(id),
		scope: "global",
		place: null,
		removed: false,
		editable: false,
		folder: "",
		title: `第${id}条`,
		shortcut: null,
		body: "正文",
		files: [],
		used: 0,
		used_by_me: 0,
		used_at: null,
		updated_by: null,
		created_at: "2026-11-20T00:00:00.000Z",
		updated_at: "2026-11-20T00:00:00.000Z",
		version: 1,
		...values,
	};
}

describe("the list after the slash", () => {
	const now = Date.parse("2026-11-22T00:00:00.000Z");
	const titles = (replies: readonly QuickReply[], query: string): string[] =>
		searchReplies(replies.map((one) => entryOf(one, readings)), query, now).map((one) => one.reply.title);

	it("begins with what I use", () => {
		const replies = [
			reply(1, { title: "别人常用", used: 90 }),
			reply(2, { title: "我常用", used: 9, used_by_me: 5, used_at: "2026-10-01T00:00:00.000Z" }),
			reply(3, { title: "我刚用过", used: 1, used_by_me: 1, used_at: "2026-11-21T00:00:00.000Z" }),
		];
		expect(titles(replies, "")).toEqual(["我刚用过", "我常用", "别人常用"]);
	});

	it("puts the shortcut before the title, the title before folder and text", () => {
		const replies = [
			reply(1, { title: "正文里有", body: "请先 kh 再说" }),
			reply(2, { title: "目录里有", folder: "开户" }),
			reply(3, { title: "网上开户" }),
			reply(4, { title: "开户流程" }),
			reply(5, { title: "快捷码更长", shortcut: "khcl" }),
			reply(6, { title: "快捷码", shortcut: "kh" }),
		];
		expect(titles(replies, "kh")).toEqual(["快捷码", "快捷码更长", "开户流程", "网上开户", "目录里有", "正文里有"]);
	});

	it("finds what matches among 2,000, and nothing else", () => {
		const words = "银证转账多久到账时间客户经理您好请提供身份证开户流程佣金费用查询交易密码重置风险测评到期";
		const pick = (seed: number): string => words.charAt((seed * 7919) % words.length);
		const entries = Array.from({ length: 2000 }, (_, id) =>
			entryOf(reply(id, { title: Array.from({ length: 10 }, (_, at) => pick(id * 13 + at * 7)).join(""), body: Array.from({ length: 120 }, (_, at) => pick(id + at)).join("") }), readings),
		);
		expect(searchReplies(entries, "到", now).length).toBeGreaterThan(0);
		expect(searchReplies(entries, "qqqq", now)).toEqual([]);
	});
});

describe("the slash", () => {
	const at = (text: string): string | null => triggerAt(text, text.length)?.query ?? null;

	it("asks for a reply at the start of a word, also after Chinese", () => {
		expect(at("/")).toBe("");
		expect(at("/yzd")).toBe("yzd");
		expect(at("您好/开户")).toBe("开户");
		expect(at("hello /Bank")).toBe("bank");
		expect(at("第一行\n/x")).toBe("x");
		expect(at("／ｙｚ")).toBe("yz");
		expect(triggerAt("您好/开户再见", 5)).toEqual({ start: 2, query: "开户" });
	});

	it("is a slash in dates, addresses and fractions, and after a blank", () => {
		expect(at("12/5")).toBeNull();
		expect(at("https:/")).toBeNull();
		expect(at("and/or")).toBeNull();
		expect(at("/开户 ")).toBeNull();
		expect(at("你好")).toBeNull();
	});

	it("takes the Chinese comma for it only at the start of a line", () => {
		expect(at("、kh")).toBe("kh");
		expect(at("身份证、银行卡")).toBeNull();
	});
});

describe("variables", () => {
	const values = valuesOf({
		customer: { name: "林若溪", anonymous: false, gender: "female", company: "", external_id: null, language: "zh-CN" },
		agent: { name: "陈嘉禾", extension: "8001" },
		now: new Date(2026, 10, 20, 9, 5),
		language: "en",
	});

	it("are filled in, in the customer's language", () => {
		expect(fill("{{greeting}}，{{customer.name}}{{ customer.title }}，我是{{agent.name}}，{{date}} {{time}}", values)).toBe(
			"早上好，林若溪女士，我是陈嘉禾，11 月 20 日 周五 09:05",
		);
	});

	it("take their fallback when there is no value, and stay open without one", () => {
		expect(fill("{{customer.company|贵司}}、{{customer.company}}、{{流水号}}、{{回电时间|收盘前}}", values)).toBe(
			"贵司、{{customer.company}}、{{流水号}}、收盘前",
		);
		expect(fill("{{customer.title|}}好", values)).toBe("女士好");
		expect(fill("{{customer.number|}}好", values)).toBe("好");
	});

	it("never take the made-up name of a visitor", () => {
		const visitor = valuesOf({
			customer: { name: "访客 1234", anonymous: true, gender: "", company: "", external_id: null, language: "" },
			agent: null,
			now: new Date(2026, 10, 20, 9, 5),
			language: "en",
		});
		expect(fill("{{customer.name|there}}", visitor)).toBe("there");
	});

	it("that are open or unknown are pointed at", () => {
		expect(unfilled("请报{{流水号}}和{{金额}}")).toEqual([[2, 9], [10, 16]]);
		expect(unfilled("没有")).toEqual([]);
		expect(unknownNames("{{customer.name}}{{流水号}}{{时间|现在}}{{}}")).toEqual(["流水号", ""]);
	});
});
