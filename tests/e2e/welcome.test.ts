/** An installation without anything: from the password on the terminal to the first customer. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller, expectAccessible, launchBrowser, screenshot, visit, type Visit } from "../lib/browser.ts";
import { TestServer } from "../lib/server.ts";

let server: TestServer;
let browser: Browser;
let desk: Visit;
let password = "";

beforeAll(async () => {
	server = new TestServer();
	password = /password (\S+)/.exec(server.command("init"))?.[1] ?? "";
	await server.start();
	browser = await launchBrowser();
	desk = await visit(browser, server);
});
afterAll(async () => {
	try {
		await desk.context.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

async function logIn(page: Page): Promise<void> {
	await page.goto(`${server.url}/console/`);
	await page.locator("input[name=login]").fill("admin");
	await page.locator("input[name=password]").fill(password);
	await page.locator("form button.is-primary").click();
}

describe("an empty installation", () => {
	test("leads its first administrator to the first steps", async () => {
		const { page } = desk;
		expect(password.length).toBeGreaterThan(11);
		await logIn(page);
		await page.getByRole("heading", { name: "安装完成，接入第一个客户吧" }).waitFor();
		await page.getByRole("button", { name: "创建网页聊天" }).waitFor();
		await expectAccessible(page);
		await screenshot(page, "welcome-start-zh");
	});

	test("shows empty places that lead back to them", async () => {
		const { page } = desk;
		for (const path of ["/inbox/all", "/customers", "/transcripts"]) {
			await page.goto(`${server.url}/console${path}`);
			await page.getByRole("link", { name: "继续开始使用" }).first().waitFor();
		}
		await screenshot(page, "welcome-empty-transcripts");
		await page.goto(`${server.url}/console/inbox/all`);
		await page.getByRole("main").getByRole("link", { name: "继续开始使用" }).click();
		await page.getByRole("button", { name: "创建网页聊天" }).waitFor();
	});

	test("makes a channel, and the first message is seen arriving", async () => {
		const { page } = desk;
		await page.getByLabel("显示名称").fill("官网客服");
		await page.getByLabel("您的网站").fill("www.example.com/contact?x=1");
		await page.getByRole("button", { name: "创建网页聊天" }).click();
		const snippet = await page.getByLabel("粘贴到网页的代码").inputValue();
		expect(snippet).toContain("/widget.js");
		await page.getByText("正在等第一条消息").waitFor();
		await expectAccessible(page);
		await screenshot(page, "welcome-waiting-zh");
		await page.reload();
		await page.getByText("正在等第一条消息").waitFor();
		const url = await page.getByRole("link", { name: "打开试用页" }).getAttribute("href");
		const caller = await Caller.open(browser, server, {}, `${server.url}${url}`);
		await caller.write("您好，我是第一位客户");
		await page.locator(".first-message", { hasText: "您好，我是第一位客户" }).waitFor();
		await screenshot(page, "welcome-arrived-zh");
		await caller.close();
	});

	test("invites a colleague and is finished, in English on a phone in the dark too", async () => {
		const narrow = await visit(browser, server, { viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "en-GB" });
		await logIn(narrow.page);
		await narrow.page.locator(".inbox").waitFor();
		await narrow.page.goto(`${server.url}/console/welcome`);
		const { page } = narrow;
		await page.getByRole("button", { name: "新建员工" }).click();
		const dialog = page.getByRole("dialog", { name: "新建员工" });
		await dialog.getByLabel("姓名").fill("Zhao Lei");
		await dialog.getByLabel("登录名").fill("zhaolei");
		await dialog.getByRole("button", { name: "保存" }).click();
		await page.getByRole("dialog").getByRole("button", { name: "完成" }).click();
		await page.getByRole("heading", { name: "一切就绪" }).waitFor();
		await expectAccessible(page);
		await screenshot(page, "welcome-finished-narrow");
		await page.getByRole("button", { name: "进入收件箱" }).click();
		await page.locator(".inbox").waitFor();
		await page.goto(`${server.url}/console/customers`);
		expect(await page.getByRole("link", { name: "继续开始使用" }).count()).toBe(0);
		await narrow.context.close();
		narrow.watch.expectNothing();
	});
});
