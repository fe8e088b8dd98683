/** Calls that a PBX reports pop up at the extension's owner and stand in the history. */
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Desk, another, expectAccessible, expectCount, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import { staff, type Loose, type Staff } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";

let server: TestServer;
let browser: Browser;
let ann: Desk;
let boss: Staff;
let callCount = 0;

beforeAll(async () => {
	server = await startDemo();
	boss = await staff(server, "boss");
	browser = await launchBrowser();
	ann = await Desk.open(browser, server, "ann");
});
afterAll(async () => {
	try {
		await ann.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});
beforeEach(async () => {
	await ann.goto("/inbox/mine");
	await ann.online();
});

/** A number that nobody has called from. */
const unknown = (): string => another("13911110");

class Ringing {
	readonly id = `e2e-${++callCount}`;
	constructor(readonly number = unknown()) {}

	async report(event: string, extra: object = {}): Promise<Loose> {
		const answer = await boss.post("/api/v1/calls", {
			call_id: this.id, event, direction: "in", from: this.number, to: "02155550000", extension: "7001", at: new Date().toISOString(), ...extra,
		});
		expect(answer.status).toBeLessThan(300);
		return answer.body;
	}
}

async function popOf(call: Ringing): Promise<Locator> {
	const pop = ann.page.locator(".call-pop", { hasText: call.number.slice(-4) });
	await pop.waitFor();
	return pop;
}

describe("a call", () => {
	test("of an unknown number becomes a customer with a name, a card and an outcome", async () => {
		const call = new Ringing();
		await call.report("start");
		const pop = await popOf(call);
		await expectText(pop, /未知号码/);
		await screenshot(ann.page, "call-pop-unknown");
		await expectAccessible(ann.page);
		await pop.getByRole("button", { name: "新建客户" }).click();
		const dialog = ann.page.getByRole("dialog");
		await dialog.getByLabel("姓名").fill("来电新客");
		await screenshot(ann.page, "call-create");
		await dialog.getByRole("button", { name: "保存" }).click();
		await ann.page.locator(".thread-head h2", { hasText: "来电新客" }).waitFor();
		await call.report("answer");
		await expectText(ann.log.locator(".entry-card"), /通话中/);
		await call.report("end", { result: "completed", talk_ms: 65_000, ring_ms: 4000, hangup_by: "customer" });
		await expectText(ann.log.locator(".entry-card"), /已接听.*1:05/s);
		await expectCount(ann.log.locator(".entry-card"), 1);
		await pop.getByRole("button", { name: "记录结果" }).click();
		await pop.getByText("约定回拨").click();
		await pop.getByLabel("说明").fill("明早十点");
		await pop.getByRole("button", { name: "保存" }).click();
		await expectText(ann.log.locator(".entry-card"), /约定回拨.*明早十点/s);
		await expectCount(pop, 0);
		await screenshot(ann.page, "call-card");
		await expectAccessible(ann.page);
	});

	test("of a known number pops up with her name, and opens her by key", async () => {
		const call = new Ringing();
		const made = await boss.post("/api/v1/customers", { name: "熟客沈念", company: "远岫证券", contacts: [{ kind: "phone", value: call.number, proven: true }] });
		expect(made.status).toBeLessThan(300);
		await call.report("start");
		const pop = await popOf(call);
		await expectText(pop, /熟客沈念.*远岫证券/s);
		await screenshot(ann.page, "call-pop-known");
		await ann.page.keyboard.press("Alt+KeyO");
		await ann.page.locator(".thread-head h2", { hasText: "熟客沈念" }).waitFor();
		await call.report("end", { result: "completed", talk_ms: 1000 });
		await pop.getByRole("button", { name: "收起来电卡片" }).click();
		await expectCount(pop, 0);
	});

	test("of another number of a customer is attached to her", async () => {
		const name = another("换号的柳青");
		const made = await boss.post("/api/v1/customers", { name });
		expect(made.status).toBeLessThan(300);
		const call = new Ringing();
		await call.report("start");
		const pop = await popOf(call);
		await pop.getByRole("button", { name: "归并到客户" }).click();
		const dialog = ann.page.getByRole("dialog");
		await dialog.getByRole("searchbox").fill(name);
		await dialog.getByRole("button", { name: new RegExp(name) }).click();
		await screenshot(ann.page, "call-attach");
		await expectAccessible(ann.page);
		await dialog.getByRole("button", { name: "归并" }).click();
		await ann.page.locator(".thread-head h2", { hasText: name }).waitFor();
		await ann.log.locator(".entry-card").waitFor();
		await call.report("end", { result: "completed", talk_ms: 2000 });
		await expectText(ann.log.locator(".entry-card"), /已接听/);
		await pop.getByRole("button", { name: "收起来电卡片" }).click();
	});

	test("of a number that two customers have named offers both, and is hers who is chosen", async () => {
		const call = new Ringing();
		for (const [name, company] of [["同号的何静", "远岫一部"], ["同号的何母", "家庭账户"]]) {
			const made = await boss.post("/api/v1/customers", { name, company, contacts: [{ kind: "phone", value: call.number }] });
			expect(made.status).toBe(201);
		}
		await call.report("start");
		const pop = await popOf(call);
		await expectText(pop, /同号的何静.*远岫一部.*同号的何母.*家庭账户|同号的何母.*家庭账户.*同号的何静.*远岫一部/s);
		await expectCount(pop.locator(".pick-list li"), 2);
		await screenshot(ann.page, "call-pop-candidates");
		await expectAccessible(ann.page);
		await pop.getByRole("button", { name: /同号的何母/ }).click();
		await ann.page.locator(".thread-head h2", { hasText: "同号的何母" }).waitFor();
		await ann.log.locator(".entry-card").waitFor();
		await expectText(pop, /同号的何母/);
		await expectCount(pop.locator(".pick-list li"), 0);
		await call.report("end", { result: "completed", talk_ms: 1000 });
		await expectText(ann.log.locator(".entry-card"), /已接听/);
		await pop.getByRole("button", { name: "收起来电卡片" }).click();
	});

	test("that rings while the page is loaded again still belongs to its history", async () => {
		const call = new Ringing();
		const { customer } = await call.report("start");
		await popOf(call);
		await ann.page.reload();
		const pop = await popOf(call);
		await pop.getByRole("button", { name: "新建客户" }).click();
		await ann.page.getByRole("dialog").getByLabel("姓名").fill("刷新时来电");
		await ann.page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
		await ann.page.locator(".thread-head h2", { hasText: "刷新时来电" }).waitFor();
		expect(ann.page.url()).toMatch(new RegExp(`/${customer}$`));
		await ann.log.locator(".entry-card").waitFor();
		await call.report("end", { result: "completed", talk_ms: 1000 });
		await pop.getByRole("button", { name: "收起来电卡片" }).click();
	});

	test("that nobody answers is visible as missed", async () => {
		const call = new Ringing();
		await call.report("start");
		const pop = await popOf(call);
		await call.report("end", { result: "missed", ring_ms: 20_000 });
		await expectText(pop, /未接/);
		await ann.goto("/inbox/unassigned");
		await ann.row("1 通未接来电").first().waitFor();
		await screenshot(ann.page, "call-missed");
	});
});
