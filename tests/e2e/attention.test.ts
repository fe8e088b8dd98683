/** A message that concerns her calls the agent: a sound, the title, a notification, in a second. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, expectText, launchBrowser, patienceMs, startDemo } from "../lib/browser.ts";
import { customer, say } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";
import { quiet } from "../lib/wait.ts";

interface Called {
	notifications: { title: string; body: string; at: number }[];
	sounds: number[];
}

let server: TestServer;
let browser: Browser;
let ann: Desk;

/** Runs in the page before it: a browser without a screen shows no notifications. */
function listen(): void {
	const called: Called = { notifications: [], sounds: [] };
	Object.assign(window, { called });
	window.Notification = class {
		static readonly permission = "granted";
		static requestPermission(): Promise<NotificationPermission> {
			return Promise.resolve("granted");
		}
		constructor(title: string, options: NotificationOptions = {}) {
			called.notifications.push({ title, body: options.body ?? "", at: Date.now() });
		}
		close(): void {}
	} as unknown as typeof Notification;
	const { start } = OscillatorNode.prototype;
	OscillatorNode.prototype.start = function (...times) {
		called.sounds.push(Date.now());
		start.apply(this, times);
	};
}

function called(): Promise<Called> {
	return ann.page.evaluate(() => (window as unknown as { called: Called }).called);
}

beforeAll(async () => {
	server = await startDemo();
	browser = await launchBrowser();
	ann = await Desk.open(browser, server, "ann");
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
	const lin = await customer(server, "demo-web");
	const socket = await lin.socket();
	expect((await say(socket, { text: "有人在吗" })).t).toBe("ack");
	const sentAt = Date.now();
	await expect.poll(async () => (await called()).notifications.length, { timeout: patienceMs }).toBe(1);
	const { notifications, sounds } = await called();
	expect(notifications[0]).toMatchObject({ title: expect.stringMatching(/^访客 \d+/), body: "有人在吗" });
	expect((notifications[0]?.at ?? Infinity) - sentAt).toBeLessThan(1000);
	expect((sounds[0] ?? Infinity) - sentAt).toBeLessThan(1000);
	await expect.poll(() => ann.page.title(), { timeout: patienceMs }).toMatch(/^\(1\) /);
	socket.close();
});

test("a message in a colleague's conversation does not", async () => {
	const bob = await Desk.open(browser, server, "bob");
	const lin = await customer(server, "demo-web");
	const socket = await lin.socket();
	await say(socket, { text: "给小博的" });
	await bob.goto("/inbox/unassigned");
	await bob.openRow("给小博的");
	await bob.button("领取").click();
	await bob.button("结束").waitFor();
	const before = (await called()).notifications.length;
	await say(socket, { text: "只有小博该听到" });
	await expectText(bob.log, /只有小博该听到/);
	await quiet(300);
	expect((await called()).notifications.length).toBe(before);
	socket.close();
	await bob.close();
});

test("what she opens calls no more", async () => {
	await ann.goto("/inbox/unassigned");
	await ann.openRow("有人在吗");
	await ann.button("领取").click();
	await ann.button("结束").waitFor();
	await expect.poll(() => ann.page.title(), { timeout: patienceMs }).not.toMatch(/^\(/);
});
