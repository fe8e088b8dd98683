/** Every page in both languages, wide and on a phone, light and dark: nothing that axe objects
 * to, nothing wider than its screen, no key of a missing text. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller, Desk, expectAccessible, expectCount, launchBrowser, screenshot, startDemo, visit } from "../lib/browser.ts";
import { staff } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
	server = await startDemo();
	browser = await launchBrowser();
});
afterAll(async () => {
	await browser.close();
	await server.dispose();
});

interface Look {
	name: string;
	options: BrowserContextOptions;
}

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const looks: Look[] = [
	{ name: "zh-wide-light", options: { locale: "zh-CN", colorScheme: "light" } },
	{ name: "en-wide-dark", options: { locale: "en-US", colorScheme: "dark" } },
	{ name: "zh-phone-dark", options: { ...phone, locale: "zh-CN", colorScheme: "dark" } },
	{ name: "en-phone-light", options: { ...phone, locale: "en-US", colorScheme: "light" } },
];

const pages: readonly [name: string, path: string, ready: string][] = [
	["inbox", "/inbox/all", ".conv"],
	["customers", "/customers", ".table tbody tr"],
	["transcripts", "/transcripts", "main a"],
	["staff", "/admin/staff", ".table tbody tr"],
	["channels", "/admin/channels", ".channel-card"],
	["api-keys", "/admin/api-keys", "main h1, main h2"],
	["audit", "/admin/audit", ".table tbody tr"],
	["missing", "/no/such/page", "main a"],
];

async function expectFits(page: Page): Promise<void> {
	const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	expect(over).toBeLessThanOrEqual(0);
}

/** A text that is not there shows its key. */
async function expectTranslated(page: Page, english: boolean): Promise<void> {
	const text = await page.locator("body").innerText();
	expect(text).not.toMatch(/\b(shell|inbox|thread|customer|composer|call|staff|channels|audit|transcripts|profile|common)\.[a-z]+[A-Za-z.]*\b/);
	if (english) {
		const labels = await page.locator("nav, main h1, .thread-head, .composer, th").allInnerTexts();
		const chinese = labels.join(" ").match(/(收件箱|客户|回复|备注|发送|领取|结束|员工|渠道|审计)/);
		expect(chinese).toBeNull();
	}
}

async function check(page: Page, name: string, english: boolean): Promise<void> {
	await expectTranslated(page, english);
	await expectFits(page);
	await screenshot(page, name);
	await expectAccessible(page);
}

describe.each(looks)("$name", ({ name, options }) => {
	const english = options.locale === "en-US";

	beforeAll(async () => {
		for (const login of ["boss", "ann"]) {
			const answer = await (await staff(server, login)).request("PATCH", "/api/v1/staff/me", { language: english ? "en" : "zh-CN" });
			expect(answer.status).toBe(200);
		}
	});

	test("log-in", async () => {
		const { context, page, watch } = await visit(browser, server, options);
		await page.goto(`${server.url}/console/`);
		await page.locator("input[name=password]").waitFor();
		await page.locator("input[name=login]").fill("boss");
		await page.locator("input[name=password]").fill("not her password");
		await page.locator("form button.is-primary").click();
		await page.getByRole("alert").waitFor();
		await check(page, `${name}-login`, english);
		await context.close();
		watch.expectNothing();
	});

	test("every page of the console", async () => {
		const boss = await Desk.open(browser, server, "boss", options);
		for (const [page, path, ready] of pages) {
			await boss.goto(path);
			await boss.page.locator(ready).first().waitFor();
			await check(boss.page, `${name}-${page}`, english);
		}
		await boss.close();
	});

	test("a thread with notes, calls and pictures", async () => {
		const ann = await Desk.open(browser, server, "ann", options);
		await ann.goto("/inbox/all");
		await ann.openRow("Grace Miller");
		await ann.log.locator(".entry-card").first().waitFor();
		await check(ann.page, `${name}-thread`, english);
		if (options.isMobile === true) {
			await ann.page.locator(".thread-head .only-drawer").click();
			await ann.page.locator(".panel").waitFor();
			await check(ann.page, `${name}-panel`, english);
		} else {
			await ann.page.locator(".rail-me").click();
			await ann.page.getByRole("menu").waitFor();
			await check(ann.page, `${name}-menu`, english);
		}
		await ann.close();
	});

	test("the widget", async () => {
		const ann = await Desk.open(browser, server, "ann", options);
		const lin = await Caller.open(browser, server, options, `${server.url}/demo/${english ? "en.html" : ""}`);
		await check(lin.page, `${name}-widget-empty`, english);
		await lin.write("https://example.com 链接，很长很长的一句话：".repeat(6));
		await lin.frame.locator(".msg.is-out").waitFor();
		await lin.frame.locator(".presence.is-online").waitFor();
		await check(lin.page, `${name}-widget`, english);
		await lin.page.keyboard.press("Escape");
		await expectCount(lin.page.locator("button[aria-haspopup=dialog][aria-expanded=false]"), 1);
		await lin.close();
		await ann.close();
	});
});
