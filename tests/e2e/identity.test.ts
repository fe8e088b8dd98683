/** Who is who, at the desk: a hint with reasons, two sides compared, one history, and two again. */
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller, Desk, another, expectAccessible, expectCount, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import { staff, type Loose, type Staff } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";

let server: TestServer;
let browser: Browser;
let lead: Desk;
let ann: Desk;
let chief: Staff;
let people = 0;

beforeAll(async () => {
	server = await startDemo();
	chief = await staff(server, "lead");
	browser = await launchBrowser();
	lead = await Desk.open(browser, server, "lead");
	await (await staff(server, "ann")).request("PATCH", "/api/v1/staff/me", { language: "en" });
	ann = await Desk.open(browser, server, "ann", { locale: "en", viewport: { width: 390, height: 844 }, colorScheme: "dark" });
});
afterAll(async () => {
	try {
		await lead.close();
		await ann.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

async function make(name: string, extra: object = {}): Promise<Loose> {
	const made = await chief.post("/api/v1/customers", { name, ...extra });
	expect(made.status).toBe(201);
	return made.body.customer;
}

/** Two records of one person: the same number, proven with one and claimed by the other. */
async function twins(): Promise<{ known: Loose; young: Loose; number: string }> {
	const number = `1380019${String(1000 + ++people)}`;
	const known = await make("沈若谷", { external_id: `S-${people}`, company: "远岫证券", remark: "偏好上午联系", contacts: [{ kind: "phone", value: number, proven: true, reason: "核对证件" }] });
	const young = await make("沈先生", { gender: "male", company: `远岫证券有限公司 ${people}`, contacts: [{ kind: "phone", value: number }, { kind: "email", value: `shen${people}@example.com` }] });
	for (const [id, text] of [[known.id, "开户时登记"], [young.id, "咨询过两融"]] as const) {
		const socket = await chief.socket({ watch: [id] });
		socket.send({ t: "send", ref: `01JTESTREF${String(people).padStart(8, "0")}${id.slice(-8)}`, customer: id, kind: "note", text });
		await socket.frame("ack");
		socket.close();
	}
	return { known, young, number };
}

function panel(desk: Desk): Locator {
	return desk.page.locator("aside.panel");
}

describe("two records of one person", () => {
	test("are hinted at, compared, read as one and taken apart", async () => {
		const { known, young } = await twins();
		await lead.goto(`/inbox/all/${young.id}`);
		await lead.online();
		const hint = panel(lead).getByRole("region", { name: "可能是同一位客户" });
		await expectText(hint, /沈若谷.*电话相同：\+86 138/s);
		await expectAccessible(lead.page);
		await screenshot(lead.page, "identity-hint");
		await hint.getByRole("button", { name: "对比并合并" }).click();
		const dialog = lead.page.getByRole("dialog");
		await expectText(dialog.getByRole("region", { name: "保留" }), /沈若谷.*客户号 S-/s);
		await expectText(dialog.getByRole("region", { name: "并入" }), /沈先生/);
		await expectText(dialog.locator(".merge-history"), /开户时登记.*咨询过两融/s);
		await dialog.getByRole("radiogroup", { name: "单位" }).getByRole("radio", { name: /远岫证券有限公司 / }).check();
		await dialog.getByLabel("理由").fill("电话确认是同一人");
		await expectAccessible(lead.page);
		await screenshot(lead.page, "identity-merge");
		await dialog.getByRole("button", { name: "合并", exact: true }).click();
		await lead.page.locator(".thread-head h2", { hasText: "沈若谷" }).waitFor();
		await expectText(lead.log, /开户时登记.*咨询过两融/s);
		const merges = panel(lead).getByRole("region", { name: "合并记录" });
		await expectText(merges, /沈先生合并到沈若谷.*电话确认是同一人/s);
		await expectText(panel(lead), /远岫证券有限公司/);
		await expectCount(hint, 0);
		await expectAccessible(lead.page);
		await screenshot(lead.page, "identity-merged");

		await merges.getByRole("button", { name: "拆分" }).click();
		const parting = lead.page.getByRole("dialog");
		await expectText(parting, /远岫证券有限公司 \d → 远岫证券/);
		await parting.getByLabel("理由").fill("是父子两人");
		await expectAccessible(lead.page);
		await screenshot(lead.page, "identity-unmerge");
		await parting.getByRole("button", { name: "拆分" }).click();
		await expectText(merges, /于 .* 拆分.*是父子两人/s);
		await expectCount(lead.log.locator(".note", { hasText: "咨询过两融" }), 0);
		await expectText(lead.log, /开户时登记/);
		await screenshot(lead.page, "identity-apart");
		expect((await chief.get(`/api/v1/customers/${known.id}`)).body.customer.company).toBe("远岫证券");
		await merges.getByRole("link", { name: "打开" }).click();
		await lead.page.locator(".thread-head h2", { hasText: "沈先生" }).waitFor();
		await expectText(lead.log, /咨询过两融/);
	});

	test("are not suggested again once somebody said that they are two", async () => {
		const { young } = await twins();
		await lead.goto(`/inbox/all/${young.id}`);
		const hint = panel(lead).getByRole("region", { name: "可能是同一位客户" });
		await hint.getByRole("button", { name: "不是同一人" }).click();
		await expectCount(hint, 0);
		await lead.page.reload();
		await panel(lead).getByRole("heading", { name: "沈先生" }).waitFor();
		await expectCount(hint, 0);
	});

	test("show why a number is hers, and are proven with a reason", async () => {
		const { young } = await twins();
		await lead.goto(`/inbox/all/${young.id}`);
		const contacts = panel(lead).getByRole("region", { name: "联系方式" });
		await expectText(contacts, /LEAD填写/);
		await contacts.getByRole("button", { name: /shen\d+@example.com 的操作/ }).click();
		await lead.page.getByRole("menuitem", { name: "标为已验证" }).click();
		const dialog = lead.page.getByRole("dialog");
		await dialog.getByRole("button", { name: "回拨确认" }).click();
		await expectAccessible(lead.page);
		await screenshot(lead.page, "identity-prove");
		await dialog.getByRole("button", { name: "标为已验证" }).click();
		await expectText(contacts, /LEAD核实 · 回拨确认/);
	});

	test("on a phone, in English and dark, an agent sees what she may not do", async () => {
		const { young } = await twins();
		await ann.goto(`/inbox/all/${young.id}`);
		await ann.page.getByRole("button", { name: "Customer panel (P)" }).click();
		const hint = panel(ann).getByRole("region", { name: "Perhaps the same person" });
		await hint.getByRole("button", { name: "Compare and merge" }).waitFor();
		await expectAccessible(ann.page);
		await screenshot(ann.page, "identity-hint-phone-en-dark");
		await hint.getByRole("button", { name: "Compare and merge" }).click();
		const dialog = ann.page.getByRole("dialog");
		await expectText(dialog, /merged by supervisors and by their owner/);
		expect(await dialog.getByRole("button", { name: "Merge", exact: true }).isDisabled()).toBe(true);
		await expectAccessible(ann.page);
		await screenshot(ann.page, "identity-merge-phone-en-dark");
	});
});

test("a visitor goes on writing in her widget while others join and part her history", async () => {
	const name = another("访客本人");
	const first = another("我还没登录");
	const known = await make(name, { external_id: another("V-") });
	const caller = await Caller.open(browser, server);
	await caller.write(first);
	await lead.goto("/inbox/unassigned");
	await lead.openRow(first);
	await panel(lead).getByRole("button", { name: "归并到已有客户" }).click();
	const dialog = lead.page.getByRole("dialog");
	await dialog.getByRole("searchbox").fill(name);
	await dialog.getByRole("button", { name: new RegExp(name) }).click();
	await dialog.getByRole("button", { name: "归并", exact: true }).click();
	await lead.page.locator(".thread-head h2", { hasText: name }).waitFor();
	await caller.write("归并以后写的");
	await lead.bubble("归并以后写的").waitFor();
	await caller.bubble(first).waitFor();
	await panel(lead).getByRole("region", { name: "合并记录" }).getByRole("button", { name: "拆分" }).click();
	await lead.page.getByRole("dialog").getByRole("button", { name: "拆分" }).click();
	await expectCount(lead.bubble("归并以后写的"), 0);
	await caller.write(`${first}，拆分以后写的`);
	await lead.row(`${first}，拆分以后写的`).waitFor();
	expect((await chief.get(`/api/v1/customers/${known.id}/entries`)).body.entries.some((entry: Loose) => entry.kind === "message")).toBe(false);
	await caller.close();
});
