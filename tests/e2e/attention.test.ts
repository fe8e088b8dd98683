/** A message that concerns her calls the agent: a sound, the title, a notification, in a second. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Desk, another, expectText, launchWholeBrowser, startDemo } from "../lib/browser.ts";
import { customer, say } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";
import type { TestSocket } from "../lib/socket.ts";
import { quiet } from "../lib/wait.ts";

interface Called {
	notifications: { title: string; body: string; at: number }[];
	sounds: number[];
}

let server: TestServer;
let browser: Browser;
let ann: Desk;

/** Runs in the page before it: writes down what the page asks of the browser, which may do it. */
function listen(): void {
	const called: Called = { notifications: [], sounds: [] };
	Object.assign(window, { called });
	window.Notification = new Proxy(Notification, {
		construct(target, [title, options]: [string, NotificationOptions?]) {
			called.notifications.push({ title, body: options?.body ?? "", at: Date.now() });
			return new target(title, options);
		},
	});
	const { start } = OscillatorNode.prototype;
	OscillatorNode.prototype.start = function (...times) {
		// Each call is two notes of one context.
		if (this.context.state === "running" && (times[0] ?? 0) <= this.context.currentTime + 0.05) {
			called.sounds.push(Date.now());
		}
		start.apply(this, times);
	};
}

/** A page that was touched, so that it may sound, and that has asked for nothing yet. */
async function comeBack(): Promise<void> {
	await ann.goto("/inbox/mine");
	await ann.online();
	await ann.page.locator(".inbox").first().click();
}

function called(page = ann.page): Promise<Called> {
	return page.evaluate(() => (window as unknown as { called: Called }).called);
}

beforeAll(async () => {
	server = await startDemo();
	browser = await launchWholeBrowser();
	ann = await Desk.open(browser, server, "ann");
	await ann.context.grantPermissions(["notifications"], { origin: server.url });
	await ann.context.addInitScript(listen);
	await ann.goto("/inbox/mine");
	await ann.online();
	await ann.page.locator(".rail-me").click();
	await ann.page.getByRole("menuitemcheckbox", { name: "桌面通知" }).click();
	await ann.page.keyboard.press("Escape");
});
afterAll(async () => {
	try {
		await ann.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

test("a message of somebody unassigned calls within a second", async () => {
	await comeBack();
	const lin = await customer(server, "demo-web");
	const socket = await lin.socket();
	expect((await say(socket, { text: "有人在吗" })).t).toBe("ack");
	const sentAt = Date.now();
	await expect.poll(async () => (await called()).notifications.length).toBe(1);
	await expect.poll(async () => (await called()).sounds.length).toBe(1);
	const { notifications, sounds } = await called();
	expect(notifications[0]).toMatchObject({ title: expect.stringMatching(/^访客 \d+/), body: "有人在吗" });
	expect((notifications[0]?.at ?? Infinity) - sentAt).toBeLessThan(1000);
	expect((sounds[0] ?? Infinity) - sentAt).toBeLessThan(1000);
	await expect.poll(() => ann.page.title()).toMatch(/^\(1\) /);
	socket.close();
});

test("a message in a colleague's conversation does not", async () => {
	const bob = await Desk.open(browser, server, "bob");
	const lin = await customer(server, "demo-web");
	const socket = await lin.socket();
	const text = another("给小博的");
	await say(socket, { text });
	await bob.goto("/inbox/unassigned");
	await bob.openRow(text);
	await bob.take();
	const before = await called();
	await say(socket, { text: "只有小博该听到" });
	await expectText(bob.log, /只有小博该听到/);
	await quiet(300);
	expect(await called()).toEqual(before);
	socket.close();
	await bob.close();
});

test("what she opens calls no more", async () => {
	await comeBack();
	const socket = await (await customer(server, "demo-web")).socket();
	const text = another("还有人吗");
	await say(socket, { text });
	await expect.poll(() => ann.page.title()).toMatch(/^\(1\) /);
	await ann.page.getByRole("tab", { name: /未分配/ }).click();
	await ann.openRow(text);
	await ann.take();
	await expect.poll(() => ann.page.title()).not.toMatch(/^\(/);
	socket.close();
});

describe("of several tabs of one agent", () => {
	let second: Page;
	let lin: TestSocket;

	beforeEach(async () => {
		second = await ann.context.newPage();
		await second.goto(`${server.url}/console/inbox/mine`);
		await second.locator(".rail-me .presence[data-state=online]").waitFor();
		// A sound needs a page that was touched.
		await second.locator(".list-head, .inbox").first().click();
		await comeBack();
		lin = await (await customer(server, "demo-web")).socket();
	});
	afterEach(async () => {
		lin.close();
		await second.close();
	});

	test("one calls, and one title counts as the other", async () => {
		await say(lin, { text: "只响一次" });
		await Promise.all([ann.page, second].map((page) => expect.poll(() => page.title()).toMatch(/^\(1\) /)));
		const both = async (): Promise<Called[]> => Promise.all([called(), called(second)]);
		await expect.poll(async () => (await both()).flatMap((one) => one.notifications).length).toBe(1);
		await quiet(500);
		const heard = await both();
		expect(heard.flatMap((one) => one.notifications).map((one) => one.body)).toEqual(["只响一次"]);
		expect(heard.flatMap((one) => one.sounds)).toHaveLength(1);
	});

	test("none calls for what she looks at in one, and what she has looked at is forgotten in all", async () => {
		const text = another("看一眼");
		await say(lin, { text });
		await Promise.all([ann.page, second].map((page) => expect.poll(() => page.title()).toMatch(/^\(1\) /)));
		await second.bringToFront();
		await second.getByRole("tab", { name: /未分配/ }).click();
		await second.locator(".conv", { hasText: text }).first().click();
		await second.locator(".thread-body").waitFor();
		await Promise.all([ann.page, second].map((page) => expect.poll(() => page.title()).not.toMatch(/^\(/)));
		const before = await Promise.all([called(), called(second)]);
		await say(lin, { text: "我看着呢" });
		await second.locator(".bubble", { hasText: "我看着呢" }).waitFor();
		await quiet(500);
		expect(await Promise.all([called(), called(second)])).toEqual(before);
	});
});
