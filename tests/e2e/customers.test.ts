/** Customers of the house: fields of its own, lists by them, imports and exports. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, expectAccessible, expectCount, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
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

describe("the list of customers", () => {
	test("is narrowed by fields of the house and put in another order", async () => {
		const { page } = boss;
		await boss.goto("/customers");
		const rows = page.getByRole("row");
		await page.getByRole("link", { name: "林若溪" }).waitFor();
		const all = await rows.count();
		expect(all).toBeGreaterThan(5);
		await page.getByRole("button", { name: "筛选" }).click();
		const filters = page.getByRole("region", { name: "筛选" });
		await filters.getByLabel("风险等级").selectOption({ label: "进取" });
		await expectCount(rows, 2);
		await page.getByRole("row", { name: /林若溪/ }).waitFor();
		await page.getByRole("button", { name: "选择显示的列" }).click();
		await page.getByRole("menuitemcheckbox", { name: "风险等级" }).click();
		await page.getByRole("menuitemcheckbox", { name: "资产规模" }).click();
		await page.keyboard.press("Escape");
		await page.getByRole("cell", { name: "1,250,000.00" }).waitFor();
		await screenshot(page, "customers-filtered");
		await expectAccessible(page);
		await filters.getByLabel("资产规模从").fill("2000000");
		await filters.getByLabel("资产规模从").blur();
		await page.getByText("没有找到客户").waitFor();
		await screenshot(page, "customers-none");
		await page.getByRole("button", { name: "清除筛选" }).click();
		await expectCount(rows, all);
		await page.getByRole("button", { name: "姓名" }).click();
		await page.locator("th[aria-sort=ascending]", { hasText: "姓名" }).waitFor();
		await page.getByRole("button", { name: "最近联系" }).click();
		await page.locator("th[aria-sort=descending]", { hasText: "最近联系" }).waitFor();
		await expectCount(rows, all);
		await page.reload();
		await expectCount(rows, all);
		expect(page.url()).toContain("sort=contact");
		await page.setViewportSize({ width: 390, height: 800 });
		await screenshot(page, "customers-narrow");
		await expectAccessible(page);
		await page.setViewportSize({ width: 1440, height: 900 });
	});
});

/** 林若溪 and 郑一 as an office program writes them in China. */
const list = Buffer.concat([
	Buffer.from([0xbf, 0xcd, 0xbb, 0xa7, 0xba, 0xc5, 0x2c, 0xd0, 0xd5, 0xc3, 0xfb, 0x2c, 0xca, 0xd6, 0xbb, 0xfa, 0xba, 0xc5, 0x2c, 0xb7, 0xe7, 0xcf, 0xd5, 0xb5, 0xc8, 0xbc, 0xb6, 0x0d, 0x0a]),
	Buffer.from("90001,"), Buffer.from([0xd6, 0xa3, 0xd2, 0xbb]), Buffer.from(",13977770001,"), Buffer.from([0xce, 0xc8, 0xbd, 0xa1]), Buffer.from("\r\n"),
	Buffer.from("90002,"), Buffer.from([0xd6, 0xa3, 0xb6, 0xfe]), Buffer.from(",13977770002,"), Buffer.from([0xbf, 0xf1, 0xc8, 0xc8]), Buffer.from("\r\n"),
]);

describe("an import", () => {
	test("takes a GB18030 list, shows it, brings it in and names the bad rows", async () => {
		const { page } = boss;
		await boss.goto("/customers");
		await page.getByRole("link", { name: "导入客户" }).click();
		await screenshot(page, "import-choose");
		await expectAccessible(page);
		await page.locator("input[type=file]").setInputFiles({ name: "客户.csv", mimeType: "text/csv", buffer: list });
		await page.getByRole("cell", { name: "郑一" }).waitFor();
		expect(await page.getByLabel("字符集").inputValue()).toBe("gb18030");
		expect(await page.getByLabel("“风险等级”列的含义").inputValue()).toBe("field.risk");
		expect(await page.getByLabel("“手机号”列的含义").inputValue()).toBe("phone");
		await screenshot(page, "import-mapping");
		await expectAccessible(page);
		await page.getByRole("button", { name: "开始导入" }).click();
		await page.getByText("已完成").waitFor();
		const count = (name: string): Promise<string | null> => page.locator(".import-counts div", { hasText: name }).locator("dd").textContent();
		expect([await count("新建"), await count("更新"), await count("未变"), await count("有误")]).toEqual(["1", "0", "0", "1"]);
		await screenshot(page, "import-done");
		await expectAccessible(page);
		const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载有误的行" }).click()]);
		const bad = readFileSync(await download.path(), "utf8");
		expect(bad).toMatch(/^\ufeffline,reason,客户号,姓名,手机号,风险等级\r\n3,.*not one of the choices.*,90002,郑二/);
		await page.getByRole("button", { name: "再次导入" }).click();
		await page.getByRole("button", { name: "开始导入" }).click();
		await page.locator(".import-counts div", { hasText: "未变" }).getByText("1").waitFor();
		expect([await count("新建"), await count("更新"), await count("有误")]).toEqual(["0", "0", "1"]);
		await boss.goto("/customers?q=90001");
		await page.getByRole("link", { name: "郑一" }).waitFor();
	});
});

describe("an export", () => {
	test("holds the filtered customers, safe for a spreadsheet, and is audited", async () => {
		const { page } = boss;
		await boss.goto("/customers?f.risk=is:bold");
		await expectCount(page.getByRole("row"), 2);
		const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "导出" }).click()]);
		const lines = readFileSync(await download.path(), "utf8").split("\r\n");
		expect(lines[0]).toBe("\ufeff客户号,姓名,性别,语言,单位,负责人,手机号,邮箱,微信号,备注,标签,意图,话题,风险等级,关注品种,资产规模,建立时间,最近联系");
		expect(lines[1]).toMatch(/^31008842,林若溪,女,zh-CN,.*,周明远,'\+8613800136021,.*,进取,基金,1250000\.00,/);
		expect(lines.length).toBe(3);
		await boss.goto("/admin/audit");
		await page.getByRole("row", { name: /导出客户.*1 customers/ }).waitFor();
	});

	test("is not for agents", async () => {
		const ann = await Desk.open(browser, server, "ann");
		await ann.goto("/customers");
		await ann.page.getByRole("link", { name: "林若溪" }).waitFor();
		await expectCount(ann.page.getByRole("link", { name: "导出" }), 0);
		await expectCount(ann.page.getByRole("link", { name: "导入客户" }), 0);
		const status = await ann.page.evaluate(async () => (await fetch("/api/v1/customers/export")).status);
		expect(status).toBe(403);
		await ann.close();
	});
});
