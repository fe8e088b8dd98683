import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { pickLocale, translator } from "../src";
import { loadMessages } from "../src/console";
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

describe("the audit", () => {
	/** Written by the server's C sources as "subject.what_was_done". */
	function actions(): string[] {
		const root = fileURLToPath(new URL("../../../server", import.meta.url));
		const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".c"));
		const found = sources.flatMap((name) =>
			[...readFileSync(join(root, name), "utf8").matchAll(/"([a-z_]+\.(?:[a-z]+ed|made|again|rights|distinct|proven|unproven))"/g)].map((match) => match[1] ?? ""));
		const settings = ["webhook.enabled"];
		return [...new Set(found)].filter((action) => !settings.includes(action));
	}

	it.each(["zh-CN", "en"] as const)("says in %s what was done, whatever it was", async (locale) => {
		const labels: Record<string, string> = (await loadMessages(locale)).audit.action;
		expect(actions().length).toBeGreaterThan(40);
		expect(actions().filter((action) => labels[action.replace(".", "_")] === undefined)).toEqual([]);
	});
});
