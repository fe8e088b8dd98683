/** The page inside an app's web view, on a telephone: who its user is comes from the app, her
 * history is that of the web, and nothing of her identity stays in the address. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { App, Receiver, signIdentity } from "../lib/app.ts";
import { Caller, Desk, Watch, another, expectAccessible, expectText, launchBrowser, picture, screenshot, startDemo } from "../lib/browser.ts";
import type { Loose } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";
import { patienceMs, until } from "../lib/wait.ts";

interface Told {
	type: string;
	[member: string]: unknown;
}

let server: TestServer;
let browser: Browser;
let app: App;
let ann: Desk;

beforeAll(async () => {
	server = await startDemo("sqlite", { "outbox.private": "127.0.0.1", "outbox.grace": "400ms" });
	browser = await launchBrowser();
	app = await App.open(server);
	ann = await Desk.open(browser, server, "ann");
});

afterAll(async () => {
	await ann.close();
	await browser.close();
	await server.dispose();
});

/** A web view with the bridge that an Android app puts there. */
class WebView {
	private constructor(
		readonly page: Page,
		readonly watch: Watch,
	) {}

	static async open(fragment: string, options: { dark?: boolean; lang?: string } = {}): Promise<WebView> {
		const context = await browser.newContext({
			viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "zh-CN",
			colorScheme: options.dark === true ? "dark" : "light",
		});
		context.setDefaultTimeout(patienceMs);
		const watch = new Watch(context, [server.url]);
		await context.addInitScript(() => {
			const told: string[] = [];
			Object.assign(window, { told, TrunklineHost: { postMessage: (text: string) => told.push(text) } });
		});
		const page = await context.newPage();
		await page.goto(`${server.url}/widget/app.html?key=${app.channel.public_key}&lang=${options.lang ?? "zh-CN"}${fragment}`);
		return new WebView(page, watch);
	}

	async told(): Promise<Told[]> {
		const texts = await this.page.evaluate(() => (window as unknown as { told: string[] }).told);
		return texts.map((text) => JSON.parse(text) as Told);
	}

	async command(name: string, value: string): Promise<void> {
		await this.page.evaluate(([command, text]) => (window as unknown as { Trunkline: (n: unknown, v: unknown) => void }).Trunkline(command, text), [name, value]);
	}

	async write(text: string): Promise<void> {
		await this.page.locator("textarea").fill(text);
		await this.page.locator("button.is-send").click();
		await expectText(this.page.locator(".msg", { hasText: text }), /已发送|已送达|已读|Sent|Delivered|Read/);
	}

	async close(): Promise<void> {
		await this.page.context().close();
		this.watch.expectNothing();
	}
}

describe("the page in an app", () => {
	test("lets her in by the address's fragment, which is gone at once, and by nothing the next time", async () => {
		const view = await WebView.open(`#identity=${app.identity(another("app-1-"), { name: "周晓彤" })}`);
		await view.write("应用里问一下到账时间");
		expect(view.page.url()).not.toContain("identity");
		expect(await view.page.evaluate(() => JSON.stringify(localStorage))).not.toContain("eyJ");
		await ann.goto("/inbox/unassigned");
		await ann.openRow("应用里问一下到账时间");
		await ann.take();
		await ann.write("预计今天 18 点前到账");
		await view.page.locator(".bubble", { hasText: "18 点前到账" }).waitFor();
		await view.page.reload();
		await view.page.locator(".bubble", { hasText: "18 点前到账" }).waitFor();
		await screenshot(view.page, "app-page");
		await expectAccessible(view.page);
		await screenshot(ann.page, "app-console");
		await view.close();
	});

	test("asks the app for an identity, and says so, when it has none", async () => {
		const view = await WebView.open("", { dark: true, lang: "en" });
		await view.page.getByText("open customer service from the app").waitFor();
		await until("the app is asked", async () => (await view.told()).some(({ type }) => type === "identify"));
		expect(await view.page.locator("textarea").isDisabled()).toBe(true);
		await expectAccessible(view.page);
		await screenshot(view.page, "app-page-unknown");
		await view.command("identify", "no.such.token");
		await view.page.getByText("open customer service from the app").waitFor();
		await view.command("identify", app.identity(another("app-2-")));
		await view.write("Hello from the bridge");
		await screenshot(view.page, "app-page-dark");
		await view.page.getByRole("button", { name: "Back" }).click();
		await until("the app is told to close", async () => (await view.told()).some(({ type }) => type === "close"));
		await view.close();
	});

	test("sends a picture, and the way back leads out of it", async () => {
		const view = await WebView.open(`#identity=${app.identity(another("app-3-"))}`);
		await view.write("先发一句");
		await view.page.locator("input[type=file]").setInputFiles(picture());
		await view.page.getByRole("button", { name: "移除 凭证.png" }).waitFor();
		await view.page.locator("button.is-send").click();
		/* The picture on its way gives place to the one that was stored. */
		const stored = view.page.locator(".msg[data-state=delivered]");
		const small = stored.getByRole("button", { name: "查看图片 凭证.png" });
		await small.click();
		await view.page.getByRole("dialog").waitFor();
		await view.page.goBack();
		await view.page.getByRole("dialog").waitFor({ state: "detached" });
		expect(new URL(view.page.url()).pathname).toBe("/widget/app.html");
		await small.click();
		await view.page.getByRole("button", { name: "关闭" }).click();
		await view.page.getByRole("dialog").waitFor({ state: "detached" });
		await view.write("还在这里");
		await view.close();
	});

	test("shares the history with the widget on the web", async () => {
		const web = (await app.boss.get("/api/v1/channels")).body.items.find((one: Loose) => one.kind === "webchat");
		const { kid, secret } = (await app.boss.post(`/api/v1/channels/${web.id}/keys`)).body;
		const user = another("app-4-");
		const view = await WebView.open(`#identity=${app.identity(user)}`);
		await view.write("这句写在应用里");
		const caller = await Caller.open(browser, server);
		await caller.page.evaluate((token) => (window as unknown as { Trunkline: (n: string, v: string) => void }).Trunkline("identify", token), signIdentity(kid, secret, web.public_key, user));
		await caller.bubble("这句写在应用里").waitFor();
		await caller.write("这句写在网页上");
		await view.page.locator(".bubble", { hasText: "这句写在网页上" }).waitFor();
		await caller.close();
		await view.close();
	});

	test("is shown in no frame, and only for an app's key", async () => {
		const answer = await fetch(`${server.url}/widget/app.html?key=${app.channel.public_key}`);
		expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
		const web = (await app.boss.get("/api/v1/channels")).body.items.find((one: Loose) => one.kind === "webchat");
		expect((await fetch(`${server.url}/widget/app.html?key=${web.public_key}`)).status).toBe(403);
		expect((await fetch(`${server.url}/widget/frame.html?key=${app.channel.public_key}`)).status).toBe(403);
	});
});

describe("an administrator", () => {
	test("adds an app, has its server told, and sees how that goes", async () => {
		const receiver = await Receiver.open();
		const boss = await Desk.open(browser, server, "boss");
		const name = another("远岫 App");
		await boss.goto("/admin/channels");
		await boss.button("新增渠道").click();
		await boss.page.locator("label.choice-chip", { hasText: "App" }).click();
		await boss.page.getByLabel("显示名称").fill(name);
		await boss.page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
		const card = boss.page.getByRole("article", { name });
		await card.getByText("仅限应用确认过身份的客户").waitFor();
		expect(await card.getByLabel("应用内网页地址").inputValue()).toContain("/widget/app.html?key=");
		await card.getByLabel("地址", { exact: true }).fill("nonsense");
		await card.getByRole("button", { name: "保存" }).click();
		await card.getByText("须形如").waitFor();
		await card.getByLabel("地址", { exact: true }).fill(receiver.url);
		await card.getByRole("button", { name: "保存" }).click();
		await card.getByRole("button", { name: "生成密钥" }).click();
		receiver.secrets = [await boss.page.getByRole("dialog").getByLabel("密钥").inputValue()];
		await boss.button("完成").click();
		await card.getByRole("button", { name: "发送测试" }).click();
		await card.getByText("对方已接受：204").waitFor();
		expect(receiver.calls.at(-1)).toMatchObject({ signed: true, body: { type: "ping" } });
		receiver.behaviour = (_call, answer) => answer.writeHead(503).end("closed for lunch");
		await card.getByRole("button", { name: "发送测试" }).click();
		await card.getByText("closed for lunch").waitFor();
		await card.getByRole("button", { name: "启用" }).click();
		await card.getByText("没有放弃发送的内容").waitFor();
		await expectAccessible(boss.page);
		await boss.close();
		await receiver.close();
	});

	test("finds what was given up with the server's words, and sends it again", async () => {
		const receiver = await Receiver.open();
		await app.hook(receiver);
		receiver.behaviour = (_call, answer) => answer.writeHead(410).end("this hook has moved");
		const view = await WebView.open(`#identity=${app.identity("app-5", { name: "离线客户" })}`);
		await view.write("我先下线了");
		await view.close();
		await ann.goto("/inbox/unassigned");
		await ann.openRow("我先下线了");
		await ann.take();
		await ann.write("给您留言");
		await until("it was given up", async () => (await app.outbox("dead")).summary.dead === 1);
		const boss = await Desk.open(browser, server, "boss");
		await boss.goto("/admin/channels");
		const card = boss.page.getByRole("article", { name: "Test app" });
		await card.locator(".outbox-item", { hasText: "410 this hook has moved" }).waitFor();
		await card.scrollIntoViewIfNeeded();
		await screenshot(boss.page, "app-outbox");
		receiver.behaviour = (_call, answer) => answer.writeHead(204).end();
		await card.getByRole("button", { name: "全部重新发送" }).click();
		await until("it went through", async () => (await app.outbox("sent")).summary.sent === 1);
		expect(receiver.texts).toEqual(["给您留言"]);
		await boss.close();
		const narrow = await Desk.open(browser, server, "boss", { viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "en-GB" });
		await narrow.goto("/admin/channels");
		await narrow.page.getByRole("article", { name: "Test app" }).locator(".outbox").waitFor();
		await narrow.page.getByRole("article", { name: "Test app" }).locator(".outbox").scrollIntoViewIfNeeded();
		await expectAccessible(narrow.page);
		await screenshot(narrow.page, "app-outbox-narrow");
		await narrow.close();
		await receiver.close();
	});
});
