/** Nobody is there: the widget says until when and takes an address, and the answer follows by mail. */
import type { Browser } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Caller, Desk, expectAccessible, expectText, launchBrowser, screenshot } from "../lib/browser.ts";
import { MailStack } from "../lib/mailstack.ts";
import { addChannel, staff, type Loose } from "../lib/people.ts";
import { startServer, type TestServer } from "../lib/server.ts";

const dayMs = 24 * 3600 * 1000;

let browser: Browser;
let mail: MailStack;
let server: TestServer;
let page: string;

/* What is said and sent is counted: each try begins with an empty house. */
beforeEach(async () => {
	browser = await launchBrowser();
	mail = await MailStack.start();
	server = await startServer({ settings: { ...mail.serverSettings, "mail.answer_after": "1s" } });
	await addChannel(server, "email", { name: "Test mailbox", mailbox: mail.settings("support") });
	const channel = await addChannel(server, "webchat", { origins: [] });
	page = `${server.url}/demo/try.html?key=${String(channel.public_key)}&lang=zh-CN`;
});
afterEach(async () => {
	await browser.close();
	await server.dispose();
	await mail.dispose();
});

/** Closed now and tomorrow; it opens at nine on the day after. */
async function closeTheHouse(): Promise<Date> {
	const opens = new Date(Date.now() + 2 * dayMs);
	const monday = (opens.getUTCDay() + 6) % 7;
	const week = Array.from({ length: 7 }, (_, day) => (day === monday ? [{ from: "09:00", to: "18:00" }] : []));
	const answer = await (await staff(server, "lead")).request("PUT", "/api/v1/hours", { always: false, zone: "UTC", week, special: [] });
	expect(answer.status).toBe(200);
	return opens;
}

test("a visitor is told when the house opens, leaves an address and goes; the answer comes to it", { timeout: 120_000 }, async () => {
	const opens = await closeTheHouse();
	const visitor = await Caller.open(browser, server, {}, page);
	const weekday = new Intl.DateTimeFormat("zh-CN", { weekday: "short", timeZone: "UTC" }).format(opens);
	await expectText(visitor.frame.locator(".widget-head"), new RegExp(`已下班，${weekday} ?09:00 上班`));
	await visitor.write("周末可以办理转托管吗？");
	await visitor.message("转托管").getByText(/已发送|已送达/).waitFor();
	const address = visitor.frame.getByLabel("留下邮箱，上班后通过邮件回复您");
	await address.fill("nobody");
	await visitor.frame.getByRole("button", { name: "保存" }).click();
	expect(await address.evaluate((input) => (input as HTMLInputElement).validity.valid)).toBe(false);
	await address.fill(mail.address("visitor"));
	await expectAccessible(visitor.page);
	await visitor.frame.getByRole("button", { name: "保存" }).click();
	await visitor.frame.getByText(`回复会发到 ${mail.address("visitor")}`).waitFor();
	expect(await visitor.message("转托管").count()).toBe(1);
	await screenshot(visitor.page, "widget-closed");
	await visitor.close();

	const ann = await Desk.open(browser, server, "ann");
	try {
		await ann.goto("/inbox/unassigned");
		await ann.openRow("转托管");
		await ann.bubble("周末可以办理转托管吗？").waitFor();
		await ann.write("可以，周一至周五 9:00–15:00 办理。");
		const arrived = await mail.arrived("visitor", "Content-Transfer-Encoding");
		expect(arrived).toMatch(/^To: .*visitor@test\.local/im);
		expect(arrived).toMatch(/^Content-Transfer-Encoding: base64\r?$/im);
		const body = Buffer.from(arrived.replaceAll("\r", "").split("\n\n").slice(1).join(""), "base64").toString();
		expect(body).toMatch(/^可以，周一至周五 9:00–15:00 办理。/);
		expect(body).toContain("> 周末可以办理转托管吗？");
		expect(mail.inbox("visitor")).toHaveLength(1);
		await screenshot(ann.page, "widget-closed-answered");

		/* One history: what she wrote in the chat, and what reached her by mail. */
		const api = await staff(server, "ann");
		const [conversation, ...others] = (await api.get("/api/v1/conversations?view=all&state=any")).body.items as Loose[];
		expect(others).toEqual([]);
		const { entries } = (await api.get(`/api/v1/customers/${String(conversation.customer)}/entries`)).body as { entries: Loose[] };
		expect(entries.filter(({ kind }) => kind === "message").map(({ author, body }) => [author.kind, body.text])).toEqual([
			["customer", "周末可以办理转托管吗？"],
			["staff", "可以，周一至周五 9:00–15:00 办理。"],
		]);
	} finally {
		await ann.close();
	}
});
