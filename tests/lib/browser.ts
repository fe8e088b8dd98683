/** Real browsers: members of staff at /console/, customers at the demo page, what axe finds. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Frame, FrameLocator, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { launchProfile } from "./chromium.ts";
import { TestServer, type Database } from "./server.ts";
import { patienceMs, until } from "./wait.ts";

export { launchBrowser, launchWholeBrowser } from "./chromium.ts";

const screens = join(import.meta.dirname, "..", "..", "build", "screens");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where a context can be had: a browser, whose contexts are as private windows, or a profile. */
export type Browsing = Pick<Browser, "newContext">;

/** The browser's processes write a little longer than it is open. */
function forget(folder: string): Promise<unknown> {
	return until(`${folder} is gone`, () => {
		try {
			rmSync(folder, { recursive: true, force: true });
			return true;
		} catch {
			return false;
		}
	});
}

/** A browser that lets a frame of another site store under the page's site, as most do:
 * private windows forbid it, and so does Debian's Chromium unless it is told. */
export function storingBrowser(): Browsing {
	return {
		async newContext(options = {}) {
			const folder = mkdtempSync(join(tmpdir(), "trunkline-profile-"));
			mkdirSync(join(folder, "Default"));
			writeFileSync(join(folder, "Default", "Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
			const context = await launchProfile(folder, options);
			context.on("close", () => void forget(folder));
			return context;
		},
	};
}

let names = 0;

/** A name that nothing has yet, also when the test is tried once more: the first try left its own. */
export function another(name: string): string {
	return `${name}${String(++names).padStart(3, "0")}`;
}

/** A server with the demo's house and four people whose password the tests know. What customers write is
 * answered by people alone, unless `answers` is on. */
export async function startDemo(database: Database = "sqlite", settings: Record<string, string> = {}, answers = false): Promise<TestServer> {
	const server = new TestServer({ database, settings });
	try {
		server.command("init", ["--demo"]);
		if (!answers) {
			server.sql(`UPDATE rule_settings SET body = REPLACE(body, '"enabled":true', '"enabled":false'), changes = changes + 1`);
		}
		server.addStaff("boss", "administrator");
		server.addStaff("lead", "supervisor");
		server.addStaff("ann", "agent", "7001");
		server.addStaff("bob", "agent", "7002");
		await server.start();
	} catch (error) {
		await server.dispose();
		throw error;
	}
	return server;
}

/** What a page did that it never should: errors of scripts, refused by policy, asked elsewhere. */
export class Watch {
	readonly problems: string[] = [];

	constructor(
		context: BrowserContext,
		private readonly allowed: readonly string[],
	) {
		context.on("weberror", (error) => this.problems.push(`error: ${error.error().message}`));
		context.on("console", (message) => {
			if (/Content.Security.Policy/i.test(message.text())) {
				this.problems.push(message.text());
			}
		});
		context.on("request", (request) => {
			const url = request.url();
			if (!/^(blob|data|about):/.test(url) && !this.allowed.some((origin) => url.startsWith(origin))) {
				this.problems.push(`asked ${url}`);
			}
		});
	}

	expectNothing(): void {
		expect(this.problems).toEqual([]);
	}
}

export interface Visit {
	context: BrowserContext;
	page: Page;
	watch: Watch;
}

export async function visit(browser: Browsing, server: TestServer, options: BrowserContextOptions = {}, alsoAllowed: readonly string[] = []): Promise<Visit> {
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN", ...options });
	context.setDefaultTimeout(patienceMs);
	const watch = new Watch(context, [server.url, ...alsoAllowed]);
	return { context, page: await context.newPage(), watch };
}

/** A member of staff at her console. */
export class Desk implements Visit {
	private constructor(
		readonly context: BrowserContext,
		readonly page: Page,
		readonly watch: Watch,
		readonly server: TestServer,
	) {}

	static async open(browser: Browsing, server: TestServer, login: string, options: BrowserContextOptions = {}): Promise<Desk> {
		const { context, page, watch } = await visit(browser, server, options);
		const desk = new Desk(context, page, watch, server);
		await page.goto(`${server.url}/console/`);
		await page.locator("input[name=login]").fill(login);
		await page.locator("input[name=password]").fill(server.password);
		await page.locator("form button.is-primary").click();
		await page.locator(".inbox").waitFor();
		return desk;
	}

	async goto(path: string): Promise<void> {
		await this.page.goto(`${this.server.url}/console${path}`);
	}

	/** Live: what happens from now on arrives by itself. */
	async online(): Promise<void> {
		await this.page.locator(".rail-me .presence[data-state=online]").waitFor();
	}

	row(text: string): Locator {
		return this.page.locator(".conv", { hasText: text });
	}

	async openRow(text: string): Promise<void> {
		await this.row(text).first().click();
		await this.page.locator(".thread-body").waitFor();
	}

	/** Takes the open conversation. That goes over the line, which must be there. */
	async take(): Promise<void> {
		await this.online();
		await this.button("领取").click();
		await this.button("结束").waitFor();
	}

	get log(): Locator {
		return this.page.locator(".thread-body");
	}

	get composer(): Locator {
		return this.page.locator("#composer-text");
	}

	button(name: string | RegExp): Locator {
		return this.page.getByRole("button", typeof name === "string" ? { name, exact: true } : { name });
	}

	bubble(text: string): Locator {
		return this.log.locator(".bubble, .note", { hasText: text });
	}

	message(text: string): Locator {
		return this.log.locator(".msg, .note", { hasText: text });
	}

	async write(text: string): Promise<void> {
		await this.composer.fill(text);
		await this.composer.press("Enter");
	}

	/** An answer that was kept back, because the customer has written since, is sent all the same. */
	async insist(text: string): Promise<void> {
		const message = this.message(text);
		await until(`${text} is sent`, async () => {
			const force = message.getByRole("button", { name: "仍要发送" });
			if ((await force.count()) > 0) {
				await force.click({ timeout: 1000 }).catch(() => undefined);
			}
			return (await message.getByText(/已发送|已送达|已读/).count()) > 0;
		});
	}

	/** Hands the open conversation to a colleague, with a note if there is something to say. */
	async handOver(login: string, note = ""): Promise<void> {
		const dialog = this.page.getByRole("dialog");
		await this.page.getByRole("button", { name: /^(转给同事（A）|Hand over \(A\))$/ }).click();
		await dialog.getByRole("searchbox").fill(login);
		await dialog.getByRole("button", { name: new RegExp(login.toUpperCase()) }).click();
		await dialog.getByRole("textbox").fill(note);
		await dialog.locator("button[type=submit]").click();
		await dialog.waitFor({ state: "detached" });
	}

	async note(text: string): Promise<void> {
		await this.page.getByRole("tab", { name: /备注|Note/ }).click();
		await this.write(text);
		await this.bubble(text).waitFor();
		await this.page.getByRole("tab", { name: /^(回复|Reply)$/ }).click();
	}

	async close(): Promise<void> {
		await this.context.close();
		this.watch.expectNothing();
	}
}

/** A customer on a page with the widget. */
export class Caller implements Visit {
	readonly frame: FrameLocator;

	private constructor(
		readonly context: BrowserContext,
		readonly page: Page,
		readonly watch: Watch,
	) {
		this.frame = page.frameLocator("iframe");
	}

	static async open(browser: Browsing, server: TestServer, options: BrowserContextOptions = {}, url = `${server.url}/demo/`): Promise<Caller> {
		const { context, page, watch } = await visit(browser, server, options, [new URL(url).origin]);
		const caller = new Caller(context, page, watch);
		await page.goto(url);
		await caller.unfold();
		return caller;
	}

	async unfold(): Promise<void> {
		await this.page.locator("button[aria-haspopup=dialog]").click();
		await this.composer.waitFor();
	}

	get composer(): Locator {
		return this.frame.locator("textarea");
	}

	get log(): Locator {
		return this.frame.locator(".log");
	}

	bubble(text: string): Locator {
		return this.frame.locator(".bubble", { hasText: text });
	}

	message(text: string): Locator {
		return this.frame.locator(".msg", { hasText: text });
	}

	async write(text: string): Promise<void> {
		await this.composer.fill(text);
		await this.composer.press("Enter");
	}

	async close(): Promise<void> {
		await this.context.close();
		this.watch.expectNothing();
	}
}

interface Violation {
	id: string;
	help: string;
	nodes: { target: unknown; failureSummary?: string }[];
}

async function violationsOf(frame: Frame): Promise<string[]> {
	await frame.evaluate(axeSource);
	const found = await frame.evaluate(async () => {
		const { axe } = window as unknown as { axe: { run: (context: Document, options: object) => Promise<{ violations: Violation[] }> } };
		return (await axe.run(document, { resultTypes: ["violations"], iframes: false })).violations;
	});
	return found.flatMap((v) => v.nodes.map((node) => `${v.id}: ${v.help} at ${JSON.stringify(node.target)} ${node.failureSummary ?? ""}`));
}

/** Neither the page nor a frame of ours in it has anything that axe objects to. */
export async function expectAccessible(page: Page): Promise<void> {
	const found: string[] = [];
	for (const frame of page.frames()) {
		// The widget's frame is there before it is shown; what is hidden is nobody's concern.
		const element = frame === page.mainFrame() ? null : await frame.frameElement();
		// A mail as its sender wrote it: no script runs there, not even a test's.
		const silent = element === null ? null : await element.getAttribute("sandbox");
		if (element === null || ((silent === null || silent.includes("allow-scripts")) && (await element.isVisible()))) {
			found.push(...(await violationsOf(frame)));
		}
	}
	expect(found).toEqual([]);
}

export async function screenshot(page: Page, name: string): Promise<void> {
	mkdirSync(screens, { recursive: true });
	await page.screenshot({ path: join(screens, `${name}.png`), animations: "disabled" });
}

/** Waits until the locator finds exactly so many. */
export async function expectCount(locator: Locator, count: number): Promise<void> {
	await until(`${count} of ${String(locator)}`, async () => (await locator.count()) === count);
}

export async function expectText(locator: Locator, text: string | RegExp): Promise<void> {
	await expect.poll(() => locator.textContent()).toMatch(text);
}

/** A small picture with sizes of its own. */
export function picture(): { name: string; mimeType: string; buffer: Buffer } {
	return {
		name: "凭证.png",
		mimeType: "image/png",
		buffer: readFileSync(join(import.meta.dirname, "..", "e2e", "receipt.png")),
	};
}
