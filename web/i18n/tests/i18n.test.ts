import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { pickLocale, translator } from "../src";
import { messages, type Source } from "../src/widget";

describe("messages", () => {
	it("say the same in both languages", () => {
		const script = fileURLToPath(new URL("../scripts/check.mjs", import.meta.url));
		expect(execFileSync(process.execPath, [script], { encoding: "utf8" })).toMatch(/ 0 problems/);
	}, 30_000);
});

describe("locale", () => {
	it.each([
		[["zh-Hans-CN"], "zh-CN"], [["zh_TW"], "zh-CN"], [["en-GB", "zh"], "en"],
		[[null, undefined, "", "zh"], "zh-CN"], [["fr", "zh-CN"], "zh-CN"], [["fr"], "en"], [[], "en"],
	] as const)("of %j is %s", (wishes, locale) => {
		expect(pickLocale(wishes)).toBe(locale);
	});
});

describe("translate", () => {
	it("fills in what is given", () => {
		const t = translator<Source>(messages.en);
		expect(t("launcher.openUnread", { title: "Help", count: 2 })).toBe("Open Help, 2 unread");
	});

	it("does not read markers out of what is filled in", () => {
		const t = translator<Source>(messages.en);
		expect(t("typing", { name: "{count}" })).toBe("{count} is typing");
	});
});
