/** The administrator's pages: staff who can then log in, a channel whose snippet works on the
 * strictest page of somebody else. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller, Desk, another, expectAccessible, expectCount, launchBrowser, screenshot, startDemo, storingBrowser, visit } from "../lib/browser.ts";
import { addChannel, staff } from "../lib/people.ts";
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

/** A page on another site, which allows nothing but the widget's script and frame. */
class ForeignSite {
	snippet = "";
	private readonly http: Server;
	constructor() {
		this.http = createServer((_request, response) => {
			response.setHeader("content-type", "text/html; charset=utf-8");
			response.setHeader("content-security-policy", `default-src 'none'; script-src ${server.url}; frame-src ${server.url}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`);
			response.end(`<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>别家网站</title></head><body><main><h1>别家网站</h1></main>${this.snippet}</body></html>`);
		});
	}

	async open(): Promise<string> {
		await new Promise<void>((resolve) => this.http.listen(0, "localhost", resolve));
		return `http://localhost:${(this.http.address() as AddressInfo).port}`;
	}

	close(): Promise<void> {
		this.http.closeAllConnections();
		return new Promise((resolve) => this.http.close(() => resolve()));
	}
}

describe("the administrator", () => {
	test("adds a member of staff, who logs in with the password that was shown", async () => {
		const { page } = boss;
		const name = another("何晴");
		const login = another("heqing");
		await boss.goto("/admin/staff");
		await page.getByRole("button", { name: "新建员工" }).click();
		const dialog = page.getByRole("dialog", { name: "新建员工" });
		await dialog.getByLabel("姓名").fill(name);
		await dialog.getByLabel("登录名").fill(login);
		await dialog.getByLabel("分机").fill("7009");
		await screenshot(page, "admin-staff-new");
		await expectAccessible(page);
		await dialog.getByRole("button", { name: "保存" }).click();
		const secret = page.getByRole("dialog", { name: "新密码" });
		const password = await secret.getByLabel("密码").inputValue();
		expect(password.length).toBeGreaterThan(11);
		await expectAccessible(page);
		await secret.getByRole("button", { name: "完成" }).click();
		await page.getByRole("row", { name: new RegExp(`${name}.*${login}.*坐席.*7009`) }).waitFor();
		const { context, page: other, watch } = await visit(browser, server);
		await other.goto(`${server.url}/console/`);
		await other.locator("input[name=login]").fill(login);
		await other.locator("input[name=password]").fill(password);
		await other.locator("form button.is-primary").click();
		await other.locator(".inbox").waitFor();
		await other.getByRole("link", { name: "员工" }).waitFor({ state: "detached" });
		await page.getByRole("button", { name: `编辑 ${name}` }).click();
		await page.getByRole("dialog").getByLabel(/可以登录/).uncheck();
		await page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
		await other.locator("input[name=login]").waitFor();
		await other.getByText("登录已结束").waitFor();
		await context.close();
		watch.expectNothing();
	});

	test("adds a channel whose snippet works on a strict page of another site", async () => {
		const site = new ForeignSite();
		const origin = await site.open();
		const { page } = boss;
		const channel = another("别家网站");
		await boss.goto("/admin/channels");
		for (const name of ["远岫官网", "总机", "客服邮箱", "柜台"]) {
			await page.getByRole("article", { name, exact: true }).waitFor();
		}
		await page.getByRole("button", { name: "新增渠道" }).click();
		const dialog = page.getByRole("dialog", { name: "新增渠道" });
		await dialog.getByLabel("显示名称").fill(channel);
		await dialog.getByLabel("允许的网站").fill("别家网站");
		await dialog.getByRole("button", { name: "保存" }).click();
		await dialog.getByText("每行要像", { exact: false }).waitFor();
		await dialog.getByLabel("允许的网站").fill(origin);
		await dialog.getByLabel("聊天窗口标题（中文）").fill("别家客服");
		await screenshot(page, "admin-channel-new");
		await expectAccessible(page);
		await dialog.getByRole("button", { name: "保存" }).click();
		const card = page.getByRole("article", { name: channel });
		site.snippet = await card.getByLabel("粘贴到网页的代码").inputValue();
		expect(site.snippet).toMatch(/^<script src="http:\/\/127\.0\.0\.1:\d+\/widget\.js" data-key="[^"]+" async><\/script>$/);
		await screenshot(page, "admin-channels");
		await expectAccessible(page);
		const lin = await Caller.open(storingBrowser(), server, {}, origin);
		await lin.frame.getByRole("heading", { name: "别家客服" }).waitFor();
		await lin.write("从别家网站来的");
		await lin.message("从别家网站来的").getByText(/已发送|已送达/).waitFor();
		await screenshot(lin.page, "foreign-site");
		await lin.page.reload();
		await lin.unfold();
		await lin.bubble("从别家网站来的").waitFor();
		await expectAccessible(lin.page);
		await lin.close();
		await site.close();
	});

	test("loses no message where the browser forbids the frame to store", async () => {
		const site = new ForeignSite();
		const origin = await site.open();
		const { public_key: key } = await addChannel(server, "webchat", { origins: [origin] });
		site.snippet = `<script src="${server.url}/widget.js" data-key="${String(key)}" async></script>`;
		const lin = await Caller.open(browser, server, {}, origin);
		await lin.write("隐私窗口里写的");
		await lin.message("隐私窗口里写的").getByText(/已发送|已送达/).waitFor();
		await lin.close();
		await site.close();
	});

	test("decides which sites may show the widget", async () => {
		const site = new ForeignSite();
		const origin = await site.open();
		site.snippet = `<script src="${server.url}/widget.js" data-key="demo-web" async></script>`;
		const { context, page } = await visit(browser, server, {}, [origin]);
		const refused: string[] = [];
		page.on("console", (message) => refused.push(message.text()));
		await page.goto(origin);
		await expect.poll(() => refused.join()).toMatch(/frame-ancestors/);
		await page.locator("button[aria-haspopup=dialog]").waitFor({ state: "hidden" });
		await context.close();
		await site.close();
	});

	test("makes an API key that is shown once, and takes it back", async () => {
		const { page } = boss;
		const name = another("总部交换机");
		await boss.goto("/admin/api-keys");
		await page.getByRole("button", { name: "新建接口密钥" }).first().click();
		const dialog = page.getByRole("dialog");
		await dialog.getByLabel("名称").fill(name);
		await dialog.getByLabel("上报通话").check({ force: true });
		await expectAccessible(page);
		await dialog.getByRole("button", { name: /创建|保存/ }).click();
		const key = await page.getByRole("dialog", { name: "新的接口密钥" }).getByLabel("密钥").inputValue();
		const report = (): Promise<Response> => fetch(`${server.url}/api/v1/calls`, {
			method: "POST",
			headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
			body: JSON.stringify({ call_id: "key-1", event: "start", direction: "in", from: "13900008888", to: "02155550000", extension: "7001", at: new Date().toISOString() }),
		});
		expect((await report()).status).toBeLessThan(300);
		await page.getByRole("button", { name: "完成" }).click();
		await screenshot(page, "admin-api-keys");
		await expectAccessible(page);
		await page.getByRole("button", { name: `吊销 ${name}` }).click();
		await page.getByRole("dialog").getByRole("button", { name: "吊销" }).click();
		await page.getByRole("row", { name: new RegExp(`${name}.*已吊销`) }).waitFor();
		expect((await report()).status).toBe(401);
	});

	test("reads in the audit what was done", async () => {
		const { page } = boss;
		const administrator = await staff(server, "boss");
		await administrator.post("/api/v1/staff", { login: another("audited"), name: "何晴", role: "agent" });
		const { api_key: key } = (await administrator.post("/api/v1/api-keys", { name: "总机", scopes: ["calls:write"] })).body;
		await administrator.request("DELETE", `/api/v1/api-keys/${String(key.id)}`);
		await boss.goto("/admin/audit");
		await page.getByText("新建员工").first().waitFor();
		await page.getByText("吊销接口密钥").first().waitFor();
		await screenshot(page, "admin-audit");
		await expectAccessible(page);
	});
});

describe("the supervisor", () => {
	test("finds and reads transcripts without touching them", async () => {
		const lead = await Desk.open(browser, server, "lead");
		await lead.goto("/transcripts");
		await lead.page.getByRole("searchbox", { name: "检索全部记录" }).fill("苏雅");
		await lead.page.locator("a", { hasText: "苏雅" }).first().click();
		await lead.page.locator(".thread-body").waitFor();
		await lead.page.getByText("只读").first().waitFor();
		await expectCount(lead.composer, 0);
		await screenshot(lead.page, "transcripts");
		await expectAccessible(lead.page);
		await lead.close();
	});
});
