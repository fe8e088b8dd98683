/** The built widget in Chromium, on a page with a strict policy. Run: npm run test:browser -w widget */
import { readFileSync } from "node:fs";

import { chromium } from "playwright-core";
import type { Browser, BrowserContext, BrowserContextOptions, FrameLocator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { FakeServer } from "./fake-server";

declare global {
	interface Window {
		Trunkline?: (name: string, value?: unknown) => void;
	}
}

const axe = readFileSync(new URL("../../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

let browser: Browser;
let server: FakeServer;
let context: BrowserContext;
let page: Page;
let frame: FrameLocator;
let problems: string[];

beforeAll(async () => {
	browser = await chromium.launch({
		executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell",
		args: [
			"--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
			"--disable-background-networking", "--disable-component-update",
		],
	});
});

afterAll(() => browser.close());

async function visit(path = "/demo/", options: BrowserContextOptions = {}): Promise<void> {
	context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "zh-CN", ...options });
	page = await context.newPage();
	problems = [];
	page.on("pageerror", (error) => problems.push(error.message));
	page.on("console", (message) => {
		if (/Content Security Policy/.test(message.text())) {
			problems.push(message.text());
		}
	});
	page.on("request", (request) => {
		const url = request.url();
		if (!url.startsWith(server.origin) && !url.startsWith("blob:") && !url.startsWith("data:")) {
			problems.push(`asked ${url}`);
		}
	});
	frame = page.frameLocator("iframe");
	await page.goto(server.origin + path);
}

const launcher = () => page.locator("button[aria-haspopup=dialog]");
const composer = () => frame.locator("textarea");
const bubbles = () => frame.locator(".msg .bubble");
const meta = () => frame.locator(".msg.is-out .meta").last();

async function open(path?: string, options?: BrowserContextOptions): Promise<void> {
	await visit(path, options);
	await launcher().click();
	await frame.locator(".presence.is-online").waitFor();
}

/** Runs in the frame of a slow telephone: what it is told reaches it later. */
function fallAsleep(): void {
	if (window !== top) {
		const told: MessageEvent[] = [];
		Object.assign(window, { told });
		addEventListener("message", (event) => {
			if (event.isTrusted) {
				event.stopImmediatePropagation();
				told.push(new MessageEvent("message", { data: event.data, origin: event.origin, source: event.source }));
			}
		}, true);
	}
}

const inFrame = <Result>(look: (told: MessageEvent[]) => Result): Promise<Result> =>
	frame.locator("html").evaluate(`(${String(look)})(window.told)`);

async function write(text: string): Promise<void> {
	await composer().fill(text);
	await composer().press("Enter");
}

beforeEach(async () => {
	server = await FakeServer.start();
});

afterEach(async () => {
	await context.close();
	await server.stop();
	expect(problems).toEqual([]);
});

describe("talking", () => {
	it("makes no session for somebody who only passes by", async () => {
		await visit();
		await frame.locator("textarea").waitFor({ state: "attached" });
		expect(server.sessions).toEqual([]);
	});

	it("shows the ticks of a message as it goes its way", async () => {
		await open();
		await write("昨天转出 5 万，证券账户还没有。");
		await expect.poll(() => meta().textContent()).toMatch(/已发送/);
		server.mark(1, 0);
		await expect.poll(() => meta().textContent()).toMatch(/已送达/);
		server.mark(1, 1);
		await expect.poll(() => meta().textContent()).toMatch(/已读/);
		expect(server.texts()).toEqual(["昨天转出 5 万，证券账户还没有。"]);
	});

	it("sends by Enter, breaks the line by Shift+Enter, leaves the input method its Enter", async () => {
		await open();
		await composer().fill("一");
		await composer().press("Shift+Enter");
		await composer().pressSequentially("二");
		await composer().evaluate((area) => {
			area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }));
			const old = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
			Object.defineProperty(old, "keyCode", { value: 229 });
			area.dispatchEvent(old);
		});
		expect(server.entries).toEqual([]);
		await composer().press("Enter");
		await expect.poll(() => server.texts()).toEqual(["一\n二"]);
	});

	it("shows the agent's name, text as text, and who types", async () => {
		await open();
		await write("在吗");
		server.write("<b>您好</b> https://example.com/a?b=1。");
		await expect.poll(() => bubbles().last().textContent()).toBe("<b>您好</b> https://example.com/a?b=1。");
		expect(await frame.locator(".bubble a").getAttribute("href")).toBe("https://example.com/a?b=1");
		expect(await frame.locator(".widget-head h1").textContent()).toBe("陈嘉禾");
		server.say({ t: "typing", who: { kind: "staff", name: "陈嘉禾" }, on: true });
		await frame.getByRole("img", { name: "陈嘉禾正在输入" }).waitFor();
		server.cut();
		await frame.locator(".typing").waitFor({ state: "detached" });
	});

	it("counts unread messages on the closed launcher, and reads them when it is opened", async () => {
		await open();
		await write("在吗");
		await composer().press("Escape");
		await page.getByRole("button", { name: "打开远岫客服", exact: true }).waitFor();
		server.write("您好");
		server.write("请讲");
		await page.getByRole("button", { name: "打开远岫客服，2 条未读" }).waitFor();
		await launcher().click();
		await expect.poll(() => server.own.seen).toBe(3);
		await composer().press("Escape");
		await page.getByRole("button", { name: "打开远岫客服", exact: true }).waitFor();
	});

	it("gives the focus to the text when opened and to the launcher when closed", async () => {
		await open();
		await expect.poll(() => composer().evaluate((area) => area === document.activeElement)).toBe(true);
		await composer().press("Escape");
		await expect.poll(() => launcher().evaluate((button) =>
			(button.getRootNode() as ShadowRoot).activeElement === button)).toBe(true);
		await expect.poll(() => page.locator("iframe").isVisible()).toBe(false);
	});
});

describe("losing nothing, doubling nothing", () => {
	it("makes one entry of a message whose ack was lost", async () => {
		await open();
		server.loseAcks = 1;
		await write("一次");
		await expect.poll(() => meta().textContent()).toMatch(/已发送/);
		expect(server.texts()).toEqual(["一次"]);
		expect(await bubbles().filter({ hasText: "一次" }).count()).toBe(1);
	});

	it("keeps what was written without a network over a reload, and sends it in order", async () => {
		await open();
		server.down = true;
		server.cut();
		await write("一");
		await write("二");
		await expect.poll(() => meta().textContent()).toMatch(/等待网络/);
		await frame.getByText("网络已断开").waitFor();
		server.down = false;
		await page.reload();
		await expect.poll(() => server.texts()).toEqual(["一", "二"]);
		await launcher().click();
		await expect.poll(() => bubbles().allTextContents()).toEqual(["您好，请问有什么可以帮您？", "一", "二"]);
		expect(server.sessions).toHaveLength(1);
	});

	it("sends once what two windows both hold", async () => {
		await open();
		server.down = true;
		server.cut();
		await write("只一次");
		const second = await context.newPage();
		await second.goto(`${server.origin}/demo/`);
		server.down = false;
		await expect.poll(() => server.frames.filter(({ t }) => t === "send").length).toBeGreaterThan(0);
		await expect.poll(() => meta().textContent()).toMatch(/已发送/);
		await second.locator("button[aria-haspopup=dialog]").click();
		const there = second.frameLocator("iframe").locator(".msg.is-out .bubble");
		await expect.poll(() => there.allTextContents()).toEqual(["只一次"]);
		expect(server.texts()).toEqual(["只一次"]);
		server.write("收到");
		await expect.poll(() => bubbles().last().textContent()).toBe("收到");
	});

	it("keeps a draft over a reload", async () => {
		await open();
		await composer().fill("还没写完");
		await page.reload();
		await launcher().click();
		expect(await composer().inputValue()).toBe("还没写完");
	});

	it("keeps a refused message with a way out", async () => {
		await open();
		server.refuse = "denied";
		await write("请");
		await frame.getByText("未发出：不被允许").waitFor();
		server.refuse = null;
		await frame.getByRole("button", { name: "重试" }).click();
		await expect.poll(() => server.texts()).toEqual(["请"]);
	});

	it("sends again by itself when the server was busy", async () => {
		await open();
		server.refuse = "busy";
		await write("请");
		await frame.getByText("发送太快").waitFor();
		server.refuse = null;
		await expect.poll(() => server.texts(), { timeout: 5_000 }).toEqual(["请"]);
	});
});

describe("files", () => {
	it("uploads a picture and shows it", async () => {
		await open();
		await frame.locator("input[type=file]").setInputFiles([{ name: "截图.png", mimeType: "image/png", buffer: picture }]);
		await frame.locator(".attachment .muted").waitFor();
		await write("如图");
		await frame.locator(".picture img").waitFor();
		await frame.getByRole("button", { name: "查看图片 截图.png" }).click();
		const viewer = frame.getByRole("dialog", { name: "图片 截图.png" });
		await viewer.waitFor();
		await page.keyboard.press("Escape");
		await viewer.waitFor({ state: "detached" });
		expect(await page.locator("iframe").isVisible()).toBe(true);
	});

	it("takes files that are pasted or dropped", async () => {
		await open();
		await composer().evaluate((area) => {
			const clipboardData = new DataTransfer();
			clipboardData.items.add(new File(["a"], "粘贴.txt", { type: "text/plain" }));
			area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
			const dataTransfer = new DataTransfer();
			dataTransfer.items.add(new File(["b"], "拖入.txt", { type: "text/plain" }));
			area.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
		});
		await expect.poll(() => frame.locator(".attachment .muted").count()).toBe(2);
		await page.reload();
		await launcher().click();
		await frame.locator(".presence.is-online").waitFor();
		await composer().press("Enter");
		await expect.poll(() => server.entries[0]?.files?.map(({ name }) => name)).toEqual(["粘贴.txt", "拖入.txt"]);
	});

	it("says in words why a file cannot go", async () => {
		await open();
		await frame.locator("input[type=file]").setInputFiles([
			{ name: "大.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(100_001) },
			{ name: "空.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(0) },
			{ name: "程序.exe", mimeType: "application/octet-stream", buffer: Buffer.alloc(10) },
		]);
		await frame.getByText("大.pdf 超过 98 KB，不能发送").waitFor();
		await frame.getByText("空.pdf 是空文件，不能发送").waitFor();
		await frame.getByText("程序.exe 的格式不能发送").waitFor();
		await composer().fill("字");
		expect(await frame.getByRole("button", { name: "发送", exact: true }).isDisabled()).toBe(true);
		for (const name of ["大.pdf", "空.pdf", "程序.exe"]) {
			await frame.getByRole("button", { name: `移除 ${name}` }).click();
		}
		await composer().press("Enter");
		await expect.poll(() => server.texts()).toEqual(["字"]);
	});

	it("uploads again after the network was away", async () => {
		await open();
		server.down = true;
		await frame.locator("input[type=file]").setInputFiles([{ name: "对账单.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") }]);
		const again = frame.getByRole("button", { name: "重新上传 对账单.pdf" });
		await again.waitFor();
		server.down = false;
		await again.click();
		await frame.locator(".attachment .muted").waitFor();
		await composer().press("Enter");
		await frame.getByRole("button", { name: /下载 对账单.pdf/ }).waitFor();
	});
});

describe("a long thread", () => {
	it("loads older pages above without moving what is read, and offers the way back", async () => {
		for (let i = 1; i <= 180; i++) {
			server.write(`第 ${i} 条`);
		}
		server.own = { delivered: 180, seen: 180 };
		await open();
		await expect.poll(() => bubbles().last().isVisible()).toBe(true);
		const log = frame.getByRole("log");
		await log.evaluate((element) => element.scrollTo(0, 0));
		await frame.getByText("第 90 条", { exact: true }).waitFor();
		const at = await log.evaluate((element) => element.scrollTop);
		expect(at).toBeGreaterThan(500);
		server.write("最新");
		const jump = frame.getByRole("button", { name: "1 条新消息" });
		await jump.click();
		await expect.poll(() => server.own.seen).toBe(181);
		await jump.waitFor({ state: "detached" });
		for (let i = 0; i < 6; i++) {
			await log.evaluate((element) => element.scrollTo(0, 0));
			await page.waitForTimeout(100);
		}
		expect(await frame.locator(".msg").count()).toBe(182);
		await frame.getByText("聊天内容会被记录").waitFor();
	});
});

describe("the page around it", () => {
	it("can open, close, name the language and the person", async () => {
		await visit();
		await page.evaluate(() => window.Trunkline?.("open"));
		await frame.locator(".presence.is-online").waitFor();
		await page.evaluate(() => window.Trunkline?.("language", "en"));
		await frame.getByPlaceholder("Write a message").waitFor();
		await page.getByRole("button", { name: "Minimise Yuanxiu service" }).waitFor();
		await page.evaluate(() => window.Trunkline?.("close"));
		await expect.poll(() => page.locator("iframe").isVisible()).toBe(false);
		const claims = Buffer.from(JSON.stringify({ sub: "u-1" })).toString("base64url");
		await page.evaluate((token) => window.Trunkline?.("identify", token), `e30.${claims}.x`);
		await expect.poll(() => server.sessions.at(-1)).toMatchObject({ token: "tv_1", identity: `e30.${claims}.x` });
	});

	it("does not go on as nobody when the identity is refused", async () => {
		await open();
		await page.evaluate(() => window.Trunkline?.("identify", "forged"));
		await frame.getByText("登录已过期").waitFor();
		expect(await composer().isDisabled()).toBe(true);
	});

	it("leaves nothing of a person who logs out", async () => {
		await open();
		await write("我的账户");
		await expect.poll(() => server.entries).toHaveLength(1);
		server.entries.length = 0;
		await page.evaluate(() => window.Trunkline?.("logout"));
		await expect.poll(() => bubbles().count()).toBe(1);
		await expect.poll(() => server.sessions).toHaveLength(2);
		expect(server.sessions[1]).not.toHaveProperty("token");
	});

	it("takes its button away where the server does not let it be framed", async () => {
		server.forbidden = true;
		await visit();
		await launcher().waitFor();
		await launcher().waitFor({ state: "hidden", timeout: 20_000 });
		problems = [];
	});

	it("comes back as it was when the frame answers after all", async () => {
		await visit("/demo/", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
		await context.addInitScript(fallAsleep);
		await page.clock.install();
		await page.reload();
		await launcher().click();
		await expect.poll(() => page.evaluate(() => document.documentElement.style.overflow)).toBe("hidden");
		await expect.poll(() => inFrame((told) => told.length)).toBeGreaterThan(0);
		await page.clock.fastForward(20_000);
		await page.locator("iframe").waitFor({ state: "hidden" });
		expect(await page.evaluate(() => document.documentElement.style.overflow)).toBe("");
		await inFrame((told) => told.splice(0).forEach((message) => dispatchEvent(message)));
		await frame.locator(".presence.is-online").waitFor();
		await expect.poll(() => page.locator("iframe").boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
		expect(await page.evaluate(() => document.documentElement.style.overflow)).toBe("hidden");
	});

	it("is closed by Esc on its button too", async () => {
		await open();
		await launcher().focus();
		await page.keyboard.press("Escape");
		await expect.poll(() => page.locator("iframe").isVisible()).toBe(false);
	});

	it("ignores messages that are not ours", async () => {
		await open();
		await page.evaluate(() => {
			window.postMessage({ trunkline: 1, type: "close" }, "*");
			window.postMessage({ trunkline: 1, type: "state", unread: 7, label: "x", title: "x", colour: "" }, "*");
		});
		await page.waitForTimeout(200);
		expect(await page.locator("iframe").isVisible()).toBe(true);
		expect(await launcher().getAttribute("aria-label")).toBe("收起远岫客服");
	});
});

describe("everybody", () => {
	it.each([
		["zh-CN, light", "/demo/", { colorScheme: "light" }],
		["en, dark", "/demo/en.html", { colorScheme: "dark", locale: "en-GB" }],
	] as const)("finds nothing wrong by axe: %s", async (_name, path, options) => {
		await open(path, options);
		await write("在吗");
		server.mark(1, 1);
		server.write("您好");
		server.refuse = "denied";
		await write("再问一句");
		await frame.locator(".is-failed").waitFor();
		const handle = await page.locator("iframe").elementHandle();
		const inner = await handle?.contentFrame();
		// axe must not be a script element of the page: its policy would refuse it.
		const violations = await inner?.evaluate(`(() => { ${axe}; return axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }).then((r) => r.violations.map((v) => v.id + " " + v.nodes.map((n) => n.target + " " + n.failureSummary).join("; "))); })()`);
		expect(violations).toEqual([]);
	});

	it("fills a phone's screen, and the page behind does not scroll", async () => {
		await open("/demo/", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
		// It arrives from a few pixels below.
		await expect.poll(() => page.locator("iframe").boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
		expect(await launcher().isVisible()).toBe(false);
		expect(await page.evaluate(() => document.documentElement.style.overflow)).toBe("hidden");
		await frame.getByRole("button", { name: "收起" }).click();
		await expect.poll(() => launcher().isVisible()).toBe(true);
		expect(await page.evaluate(() => document.documentElement.style.overflow)).toBe("");
	});
});
