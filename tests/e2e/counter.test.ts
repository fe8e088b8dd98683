/** A visit noted on a phone: the draft survives a reload, the network may go, it arrives once. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Desk, expectAccessible, expectCount, launchBrowser, picture, screenshot, startDemo } from "../lib/browser.ts";
import { staff, type Loose, type Staff } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let server: TestServer;
let browser: Browser;
let boss: Staff;
let ann: Desk;

beforeAll(async () => {
	server = await startDemo();
	browser = await launchBrowser();
	boss = await staff(server, "boss");
	ann = await Desk.open(browser, server, "ann", phone);
});
afterAll(async () => {
	try {
		await ann.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

beforeEach(() => ann.context.setOffline(false));

async function visitsOf(name: string): Promise<Loose[]> {
	const found = await boss.get(`/api/v1/customers?q=${encodeURIComponent(name)}`);
	const { entries } = (await boss.get(`/api/v1/customers/${found.body.items[0].id}/entries`)).body;
	return entries.filter((entry: Loose) => entry.kind === "visit");
}

describe("the counter", () => {
	test("makes a customer and keeps the draft over a reload", async () => {
		const { page } = ann;
		await page.getByRole("link", { name: "面访" }).click();
		await page.getByRole("heading", { name: "记录面访" }).waitFor();
		await expectAccessible(page);
		await page.getByRole("button", { name: "新建客户" }).click();
		const dialog = page.getByRole("dialog");
		await dialog.getByLabel("姓名").fill("上门客户沈岚");
		await dialog.getByRole("button", { name: "保存" }).click();
		await page.locator(".visit-who", { hasText: "上门客户沈岚" }).waitFor();
		await page.getByLabel("地点").fill("南京西路营业部 3 号柜台");
		await page.getByLabel("谈了什么").fill("办理开户，做了风险测评 C3。\n想了解中短债基金。");
		await page.locator("input[type=file]").setInputFiles(picture());
		await page.locator(".visit-form .upload", { hasText: "凭证.png" }).waitFor();
		await expectCount(page.locator(".visit-form .upload progress"), 0);
		await page.getByLabel("下一步").fill("寄送中短债产品清单");
		await page.reload();
		await expect.poll(() => page.getByLabel("谈了什么").inputValue()).toContain("C3");
		expect(await page.getByLabel("下一步").inputValue()).toBe("寄送中短债产品清单");
		await page.locator(".visit-form .upload", { hasText: "凭证.png" }).waitFor();
		await page.locator(".visit-who", { hasText: "上门客户沈岚" }).waitFor();
		await page.getByLabel("日期").fill("2031-03-14");
		await page.getByLabel("地点").focus();
		await screenshot(page, "counter-form-zh");
	});

	test("sends it once after the network was away", async () => {
		const { page, context } = ann;
		await context.setOffline(true);
		await page.getByRole("button", { name: "保存面访" }).click();
		await page.getByText("保存在本机，有网络后发送").waitFor();
		await screenshot(page, "counter-offline-zh");
		await page.getByRole("button", { name: "立即发送" }).click();
		expect(await visitsOf("沈岚")).toHaveLength(0);
		await context.setOffline(false);
		await page.getByText("已记入上门客户沈岚的历史").waitFor();
		await expectCount(page.locator(".visit-queue li"), 0);
		await page.reload();
		const visits = await visitsOf("沈岚");
		expect(visits).toHaveLength(1);
		expect(visits[0]).toMatchObject({
			channel_kind: "counter",
			body: { visit: { place: "南京西路营业部 3 号柜台", next_step: "寄送中短债产品清单", next_on: "2031-03-14" } },
			files: [{ name: "凭证.png" }],
		});
	});

	test("shows the visit with place, topic and next step, in light and dark", async () => {
		for (const [login, options, name] of [
			["boss", {}, "counter-card-zh"],
			["lead", { ...phone, locale: "en-GB", colorScheme: "dark" as const }, "counter-card-en-narrow"],
		] as const) {
			const desk = await Desk.open(browser, server, login, options);
			const [visit] = await visitsOf("沈岚");
			await desk.goto(`/inbox/all/${visit?.customer}`);
			const card = desk.page.locator(".visit-card");
			await card.getByText("想了解中短债基金").waitFor();
			await card.getByText("寄送中短债产品清单").waitFor();
			await card.getByText("2031-03-14").waitFor();
			await card.getByRole("img", { name: /凭证/ }).waitFor();
			await expectAccessible(desk.page);
			await screenshot(desk.page, name);
			await desk.close();
		}
	});

	test("is found by its channel among the transcripts", async () => {
		const desk = await Desk.open(browser, server, "lead");
		await desk.goto("/transcripts?channel=counter&period=all");
		await desk.page.locator(".hit", { hasText: "沈岚" }).waitFor();
		await desk.page.getByRole("radio", { name: "电话" }).click();
		await expectCount(desk.page.locator(".hit", { hasText: "沈岚" }), 0);
		await desk.page.getByRole("radio", { name: "柜台" }).click();
		await desk.page.locator(".hit", { hasText: "沈岚" }).waitFor();
		await screenshot(desk.page, "counter-transcripts");
		await desk.close();
	});
});
