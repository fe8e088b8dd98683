/** Customers of the house: fields of its own, lists by them, imports and exports. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, expectAccessible, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import type { TestServer } from "../lib/server.ts";

let server: TestServer;
let browser: Browser;
let boss: Desk;

beforeAll(async () => {
	server = await startDemo();
	browser = await launchBrowser();
	boss = await Desk.open(browser, server, "boss");
});
afterAll(async () => {
	try {
		await boss.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

async function define(label: string, english: string, kind: string, choices: readonly [string, string][] = []): Promise<void> {
	const { page } = boss;
	await page.getByRole("button", { name: "新建字段" }).click();
	const dialog = page.getByRole("dialog", { name: "新建字段" });
	await dialog.getByLabel("中文名称").fill(label);
	await dialog.getByLabel("英文名称").fill(english);
	await dialog.getByLabel("类型").selectOption({ label: kind });
	for (const [index, [zh, en]] of choices.entries()) {
		if (index > 0) {
			await dialog.getByRole("button", { name: "添加选项" }).click();
		}
		await dialog.getByLabel(`选项 ${index + 1} 的中文`).fill(zh);
		await dialog.getByLabel(`选项 ${index + 1} 的英文`).fill(en);
	}
	await screenshot(page, `fields-new-${english.toLowerCase()}`);
	await expectAccessible(page);
	await dialog.getByRole("button", { name: "保存" }).click();
	await dialog.waitFor({ state: "detached" });
}

describe("fields of the house", () => {
	test("are defined by the administrator", async () => {
		const { page } = boss;
		await boss.goto("/admin/fields");
		await page.getByText("还没有自定义字段").waitFor();
		await define("风险等级", "Risk", "单选", [["保守", "Careful"], ["稳健", "Steady"], ["进取", "Bold"]]);
		await define("关注品种", "Interests", "多选", [["基金", "Funds"], ["债券", "Bonds"]]);
		await define("资产规模", "Assets", "金额");
		await page.getByRole("row", { name: /风险等级.*risk.*单选.*保守/ }).waitFor();
		await screenshot(page, "fields");
		await expectAccessible(page);
	});

	test("are filled in beside the conversation, with who did it and what was before", async () => {
		const { page } = boss;
		await boss.goto("/customers");
		await page.getByRole("link", { name: "林若溪" }).click();
		const section = page.getByRole("region", { name: "更多资料" });
		await section.getByRole("button", { name: "编辑更多资料" }).click();
		await section.getByLabel("风险等级").selectOption({ label: "稳健" });
		await section.getByText("基金", { exact: true }).click();
		await section.getByLabel("资产规模").fill("一百万");
		await section.getByRole("button", { name: "保存" }).click();
		await section.getByText("这个值不符合要求").waitFor();
		await screenshot(page, "fields-refused");
		await section.getByLabel("资产规模").fill("￥1,250,000");
		await section.getByRole("button", { name: "保存" }).click();
		await section.getByText("1,250,000.00").waitFor();
		await section.getByRole("button", { name: "编辑更多资料" }).click();
		await section.getByLabel("风险等级").selectOption({ label: "进取" });
		await section.getByRole("button", { name: "保存" }).click();
		await section.getByText("进取").waitFor();
		await screenshot(page, "fields-customer");
		await expectAccessible(page);
		await section.getByRole("button", { name: "“风险等级”的变更记录" }).click();
		const history = page.getByRole("dialog", { name: "“风险等级”的变更记录" });
		await expectText(history.getByRole("listitem").first(), /进取.*坐席填写.*当前/s);
		await expectText(history.getByRole("listitem").nth(1), /稳健.*坐席填写/s);
		await screenshot(page, "fields-history");
		await expectAccessible(page);
		await page.keyboard.press("Escape");
		await page.getByRole("log").getByText(/风险等级.*稳健.*进取/).waitFor();
		expect(await history.count()).toBe(0);
	});
});
