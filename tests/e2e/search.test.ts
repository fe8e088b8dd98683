/** Searching what was said, in the console: words, filters, keys, and the thread at what was found. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, expectAccessible, expectCount, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import { staff, type Staff } from "../lib/people.ts";
import { makeRef } from "../lib/socket.ts";
import type { TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let server: TestServer;
let browser: Browser;
let boss: Staff;
let desk: Desk;

/** A long history, and what is looked for in it is far back. */
async function writeMuch(): Promise<void> {
	const { items } = (await boss.get(`/api/v1/customers?q=${encodeURIComponent("戴岚")}`)).body;
	for (let n = 0; n < 260; n++) {
		await boss.post("/api/v1/entries/counter", { ref: makeRef(), customer: items[0].id, topic: n === 3 ? "很久以前的信天翁" : `跟进 ${n}`, at: new Date(Date.UTC(2025, 0, 1, 0, n)).toISOString() });
	}
}

beforeAll(async () => {
	server = await startDemo();
	browser = await launchBrowser();
	boss = await staff(server, "boss");
	await writeMuch();
	desk = await Desk.open(browser, server, "ann");
});
afterAll(async () => {
	try {
		await desk.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

describe("the transcripts page", () => {
	test("says how to search, and finds by words that stand anywhere", async () => {
		const { page } = desk;
		await page.getByRole("link", { name: "会话检索" }).first().click();
		await page.locator(".hits a").first().waitFor();
		await page.keyboard.press("/");
		const field = page.getByRole("searchbox", { name: "检索全部记录" });
		await expect.poll(() => field.evaluate((box) => box === document.activeElement)).toBe(true);
		await field.fill("！！");
		await page.getByText("这样无法检索").waitFor();
		await field.fill("证收");
		const hit = page.locator("a.hit[data-entry]");
		await hit.first().waitFor();
		expect(await hit.first().locator("mark").allTextContents()).toContain("证收");
		await field.fill("收益");
		await until("both entries", async () => (await hit.count()) === 2);
		await page.getByText(/2 条 · \d+ 毫秒/).waitFor();
		await screenshot(page, "search-zh");
		await expectAccessible(page);
	});

	test("walks through results by keys and stands at the entry in its thread", async () => {
		const { page } = desk;
		await page.getByRole("searchbox").press("ArrowDown");
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		const found = page.locator(".trunk-row.is-found");
		await found.waitFor();
		await expect.poll(() => found.textContent()).toContain("保证收益");
		await expect.poll(() => found.evaluate((row) => {
			const box = row.closest(".thread-body")?.getBoundingClientRect();
			const { top, bottom } = row.getBoundingClientRect();
			return box !== undefined && top >= box.top && bottom <= box.bottom;
		})).toBe(true);
		await page.locator("a.hit.is-active").waitFor();
		await screenshot(page, "search-found-zh");
		await expectAccessible(page);
	});

	test("stands at an entry far back in a long history", async () => {
		const { page } = desk;
		await desk.goto("/transcripts");
		await page.getByRole("searchbox").fill("信天翁");
		await page.locator("a.hit[data-entry]").first().click();
		await page.locator(".trunk-row.is-found", { hasText: "信天翁" }).waitFor();
	});

	test("narrows by who said it, and says so when nothing is left", async () => {
		const { page } = desk;
		await desk.goto("/transcripts?q=收益");
		await page.locator("a.hit[data-entry]").first().waitFor();
		await page.getByRole("radio", { name: "员工" }).click();
		await until("one of staff", async () => (await page.locator("a.hit[data-entry]").count()) === 1);
		await page.getByRole("radio", { name: "自动应答" }).click();
		await page.getByText("没有找到").waitFor();
		await page.getByRole("button", { name: "去掉筛选条件" }).click();
		await until("both again", async () => (await page.locator("a.hit[data-entry]").count()) === 2);
	});

	test("finds customers by name above entries, and searches one customer from her thread", async () => {
		const { page } = desk;
		await desk.goto("/transcripts?q=戴岚");
		await page.locator("a.hit:not([data-entry])", { hasText: "戴岚" }).first().click();
		await page.getByRole("link", { name: "检索此客户的记录" }).click();
		await page.getByText("仅此客户").waitFor();
		await page.getByRole("searchbox").fill("信天翁");
		await until("hers alone", async () => (await page.locator("a.hit[data-entry]").count()) === 1);
		await page.getByRole("button", { name: "检索所有客户" }).click();
		await expectCount(page.getByText("仅此客户"), 0);
	});

	test("loads older results on a press", async () => {
		const { page } = desk;
		await desk.goto("/transcripts?q=跟进");
		const hits = page.locator("a.hit[data-entry]");
		await until("a page", async () => (await hits.count()) === 30);
		await page.getByRole("button", { name: "更早的结果…" }).click();
		await until("two pages", async () => (await hits.count()) === 60);
	});

	test("fits a phone, in English, in the dark", async () => {
		await (await staff(server, "lead")).request("PATCH", "/api/v1/staff/me", { language: "en" });
		const narrow = await Desk.open(browser, server, "lead", { ...phone, locale: "en-GB", colorScheme: "dark" });
		await narrow.goto("/transcripts?q=fund");
		await narrow.page.locator("a.hit[data-entry]").first().waitFor();
		expect(await narrow.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
		await screenshot(narrow.page, "search-phone-en-dark");
		await expectAccessible(narrow.page);
		await narrow.page.locator("a.hit[data-entry]").first().click();
		await narrow.page.locator(".trunk-row.is-found").waitFor();
		await screenshot(narrow.page, "search-phone-found-en-dark");
		await narrow.close();
	});
});
