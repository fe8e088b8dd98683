/** Keyword rules in the console: found, tried, written, moved, taken back, imported; the words that hold for all. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, another, expectAccessible, expectCount, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import type { TestServer } from "../lib/server.ts";

let server: TestServer;
let browser: Browser;
let lead: Desk;

beforeAll(async () => {
	server = await startDemo("sqlite", {}, true);
	browser = await launchBrowser();
	lead = await Desk.open(browser, server, "lead");
});
afterAll(async () => {
	try {
		await lead.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

const rows = (desk: Desk) => desk.page.locator(".rule-row");
const question = (desk: Desk) => desk.page.getByRole("textbox", { name: "客户的话" });
const verdict = (desk: Desk) => desk.page.locator(".rules-test .banner");

const search = (desk: Desk) => desk.page.getByRole("searchbox", { name: "查找规则" });

async function find(desk: Desk, text: string): Promise<void> {
	await desk.goto("/answers/rules");
	await search(desk).fill(text);
}

describe("a supervisor", () => {
	test("finds a rule by pinyin initials and sees how often it answered", async () => {
		await find(lead, "yzzzdjdz");
		await expectCount(rows(lead), 1);
		await expectText(rows(lead).locator(".rule-title"), "银证转账多久到账");
		await rows(lead).getByRole("img", { name: /近 30 天共命中 \d+ 次/ }).waitFor();
		await find(lead, "");
		await expectAccessible(lead.page);
		await screenshot(lead.page, "rules-list");
	});

	test("tries a question and sees which words brought which answer", async () => {
		await lead.goto("/answers/rules");
		await question(lead).fill("昨天转的钱怎么还没到账");
		await expectText(verdict(lead).locator("b"), "自动回答：银证转账多久到账");
		await expectText(lead.page.locator(".test-question mark"), "转的钱怎么还没到");
		await question(lead).fill("我要投诉");
		await expectText(verdict(lead).locator("b"), "转人工");
		await question(lead).fill("转账");
		await lead.page.getByRole("button", { name: "1 多久到账" }).click();
		await expectText(verdict(lead).locator("b"), "自动回答：银证转账多久到账");
		await lead.page.getByText("接着上一句").waitFor();
		await screenshot(lead.page, "rules-test");
	});

	test("writes a rule, tries it before it is saved, saves it and takes it back", async () => {
		const { page } = lead;
		const title = another("星际开户");
		await lead.goto("/answers/rules");
		await page.getByRole("button", { name: "新建规则" }).click();
		await page.getByLabel("标题", { exact: true }).fill(title);
		await page.getByLabel("包含任意一个").fill("火星开户");
		await page.keyboard.press("Enter");
		await page.getByLabel("答案", { exact: true }).fill("{{name|您}}好，火星暂不支持。");
		await question(lead).fill("请问火星开户行吗");
		await page.getByText("正在试用左侧未保存的规则").waitFor();
		await expectText(verdict(lead).locator("b"), `自动回答：${title}`);
		await expectText(page.locator(".rules-test .quick-bubble"), "您好，火星暂不支持。");
		await expectAccessible(page);
		await screenshot(page, "rules-editor");
		await page.getByRole("button", { name: "保存" }).click();
		await page.getByText(`已添加“${title}”`).waitFor();
		await search(lead).fill(title);
		await expectCount(rows(lead), 1);
		await page.getByRole("button", { name: "撤销" }).first().click();
		await expectCount(rows(lead), 0);
	});

	test("switches a rule off and moves it with the keys; both can be taken back", async () => {
		const { page } = lead;
		await find(lead, "怎么撤单");
		const row = rows(lead).filter({ has: page.getByRole("button", { name: "怎么撤单", exact: true }) });
		await row.getByRole("switch").click();
		await page.getByText("已停用“怎么撤单”").waitFor();
		expect(await row.getByRole("switch").getAttribute("aria-checked")).toBe("false");
		await page.getByRole("button", { name: "撤销" }).last().click();
		await row.and(page.locator(":not(.is-off)")).waitFor();
		await row.getByRole("button", { name: "怎么撤单", exact: true }).focus();
		await page.keyboard.press("Alt+ArrowUp");
		await page.getByText("“怎么撤单”移到优先级 60").waitFor();
		await page.getByRole("region", { name: "优先级 60" }).getByText("怎么撤单").first().waitFor();
	});

	test("imports a table after looking at what it would do, and takes all of it back", async () => {
		const { page } = lead;
		const title = another("导入的规则");
		const path = join(server.dataDir, "rules.csv");
		writeFileSync(path, `\uFEFF标题,任一词,回复\n${title},导入词甲,答案甲\n,没有标题,x\n`);
		await lead.goto("/answers/rules");
		await page.getByRole("button", { name: "导入", exact: true }).click();
		await page.getByLabel("规则文件").setInputFiles(path);
		await page.getByText("新建 1，修改 0，不变 0").waitFor();
		await page.getByRole("cell", { name: "没有标题" }).waitFor();
		await page.getByRole("button", { name: "导入 1 条" }).click();
		await expectCount(page.getByRole("dialog"), 0);
		await search(lead).fill(title);
		await expectCount(rows(lead), 1);
		await page.getByRole("button", { name: "撤销" }).last().click();
		await expectCount(rows(lead), 0);
	});

	test("adds a synonym, and a rule is found by it", async () => {
		const { page } = lead;
		await lead.goto("/answers/words");
		await page.getByRole("button", { name: "添加一组" }).click();
		const group = page.getByLabel("第 1 组", { exact: true });
		await group.fill("撤单，扯回来");
		await page.getByRole("button", { name: "保存" }).click();
		await page.getByText("已保存").waitFor();
		await expectAccessible(page);
		await screenshot(page, "rules-words");
	});
});

test("an agent reads rules and tries them, but finds nothing to change them with", async () => {
	const ann = await Desk.open(browser, server, "ann");
	await ann.goto("/answers/rules");
	await rows(ann).first().waitFor();
	expect(await ann.page.getByRole("button", { name: "新建规则" }).count()).toBe(0);
	expect(await rows(ann).getByRole("switch").count()).toBe(0);
	await question(ann).fill("怎么开户");
	await expectText(verdict(ann).locator("b"), "自动回答：怎么开立证券账户");
	await ann.close();
});
