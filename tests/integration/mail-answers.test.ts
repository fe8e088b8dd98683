/** Mail that rules answer: once, as mail that programs know for automatic, and only to people who asked us. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyOf, letter, MailStack, type Letter } from "../lib/mailstack.ts";
import { addChannel, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type Database, type TestServer } from "../lib/server.ts";
import { quiet, until } from "../lib/wait.ts";

let mail: MailStack;
beforeAll(async () => {
	mail = await MailStack.start();
});
afterAll(() => mail.dispose());

interface House {
	server: TestServer;
	boss: Staff;
}

/** With rules about fees and greetings. */
async function openHouse(database: Database): Promise<House> {
	const server = await startServer({ database, settings: { ...mail.serverSettings, "outbox.retry": "200ms" } });
	const boss = await staff(server, "boss");
	const lead = await staff(server, "lead");
	const rule = async (content: object): Promise<string> => (await lead.post("/api/v1/rules", content)).body.rule.id;
	const fees = await rule({ title: "佣金", any: ["佣金", "fee"], replies: ["佣金按费率收取。"], ask_helpful: true });
	await rule({ title: "问候", any: ["您好"], channels: ["email"], replies: ["感谢来信。"], menu: [{ label: "佣金怎么收", rule: fees }, { label: "找人", human: true }] });
	for (let round = 1; round <= 5; round++) {
		await rule({ title: `Ticket ${round}`, any: [`ticket-${round}`], replies: [`Seen ${round}.`] });
	}
	await until("the rules are in force", async () => (await lead.post("/api/v1/rules/test", { text: "您好", channel: "email" })).body.title === "问候");
	return { server, boss };
}

async function addMailbox(house: House, name: string, auto_answer: string, changes: object = {}): Promise<Loose> {
	const channel = await addChannel(house.server, "email", { name, mailbox: { ...mail.settings(name), auto_answer, ...changes } });
	await until("the mailbox is read", async () =>
		(await house.boss.get("/api/v1/channels")).body.items.find((one: Loose) => one.id === channel.id).mailbox_state.state === "connected", 15_000);
	return channel;
}

const send = (box: string, what: Letter): Promise<void> =>
	mail.deliver(letter({ to: mail.address(box), proven: true, ...what }), { to: mail.address(box), from: /<([^>]+)>/.exec(what.from ?? "")?.[1] ?? "x@test.example" });

const head = (raw: string, name: string): string | undefined => new RegExp(`^${name}: (.*(?:\r?\n[ \t].*)*)`, "im").exec(raw)?.[1]?.replace(/\r?\n\s+/g, " ");

const answersTo = (name: string): string[] => mail.inbox(name).filter((one) => head(one, "Auto-Submitted") === "auto-replied" && head(one, "X-Loop") !== undefined);
const answered = (name: string, count: number): Promise<string[]> =>
	until(`${count} answers to ${name}`, () => (answersTo(name).length >= count ? answersTo(name) : undefined), 20_000);

describe.each(databases)("mail is answered by rules, on %s,", (database) => {
	let house: House;
	const box = `desk-${database}`;
	beforeAll(async () => {
		house = await openHouse(database);
		await addMailbox(house, box, "proven");
	});
	afterAll(() => house.server.dispose());

	test("once, with a head that programs understand, and stands in the thread", async () => {
		const name = `lin-${database}`;
		await send(box, { from: `Lin <${mail.address(name)}>`, subject: "请问", text: "您好\n", id: `first-${database}@example.com` });
		const [first = ""] = await answered(name, 1);
		expect(head(first, "In-Reply-To")).toBe(`<first-${database}@example.com>`);
		expect(head(first, "References")).toContain(`<first-${database}@example.com>`);
		expect(head(first, "Subject")).toMatch(/^Re: =\?|^Re: 请问/);
		expect(head(first, "Precedence")).toBe("bulk");
		expect(head(first, "X-Auto-Response-Suppress")).toContain("AutoReply");
		expect(head(first, "To")).toContain(mail.address(name));
		expect(head(first, "Return-Path")).toContain(mail.address(box));
		expect(head(first, "Reply-To")).toMatch(new RegExp(`${box}\\+[a-z2-7]{26}@test\\.local`));
		expect(bodyOf(first).replace(/\r/g, "")).toMatch(/^感谢来信。\n\n请直接回复数字选择：\n1\. 佣金怎么收\n2\. 找人\n\n-- ?\n本邮件由系统自动回复。/);
		/* Whose words these were is not sent around. */
		expect(bodyOf(first)).not.toContain("> ");
		const token = /[^\s<"]+\+[a-z2-7]{26}@test\.local/.exec(head(first, "Reply-To") ?? "")?.[0] ?? "";
		await mail.deliver(letter({
			from: `Lin <${mail.address(name)}>`, proven: true, to: token, subject: "Re: 请问", text: `1\n\n在 2026年11月22日，Desk <${mail.address(box)}> 写道：\n> 感谢来信。\n> 您好\n`,
			headers: [`In-Reply-To: ${head(first, "Message-ID") ?? ""}`],
		}), { to: token, from: mail.address(name) });
		const both = await answered(name, 2);
		expect(both.filter((one) => bodyOf(one).startsWith("佣金按费率收取。"))).toHaveLength(1);
		const conversation = ((await house.boss.get("/api/v1/conversations?view=all")).body.items as Loose[]).find(({ preview }) => String(preview).includes("佣金按费率"));
		expect(conversation).toMatchObject({ bot: "answered", assignee: null, waiting_since: null });
		const entries = (await house.boss.get(`/api/v1/customers/${conversation?.customer}/entries`)).body.entries as Loose[];
		const own = entries.filter(({ author }) => author.kind === "bot");
		expect(own.map(({ body }) => body.title)).toEqual(["问候", "佣金"]);
		expect(own[0].body.mail).toMatchObject({ subject: "Re: 请问", nature: "automatic" });
		await until("it is told as sent", async () =>
			((await house.boss.get(`/api/v1/customers/${conversation?.customer}/entries`)).body.entries as Loose[]).filter(({ delivery }) => delivery?.state === "sent").length === 2);
		await quiet(300);
		expect(answersTo(name)).toHaveLength(2);
	}, 60_000);

	test("but never what a machine, a forger or a list sent, nor what is old or not for us", async () => {
		const who = `mute-${database}`;
		const from = `Mute <${mail.address(who)}>`;
		const text = "佣金多少";
		const results = (words: string): string => `Authentication-Results: mail.test.local; ${words}`;
		await send(box, { from, text, headers: ["Auto-Submitted: auto-replied"] });
		await send(box, { from, text, headers: ["Precedence: bulk"] });
		await send(box, { from, text, headers: ["List-Id: <news.test.local>"] });
		await send(box, { from, text, subject: "自动回复：佣金" });
		await mail.deliver(letter({ from, text, to: mail.address(box), proven: true }), { to: mail.address(box), from: "" });
		await send(box, { from, text, proven: false });
		await send(box, { from, text, proven: false, headers: [results("dmarc=fail header.from=test.local")] });
		await send(box, { from, text, headers: [`Reply-To: other-${database}@test.local`] });
		await send(box, { from, text, date: new Date(Date.now() - 26 * 3_600_000) });
		await send(box, { from, text, to: "undisclosed@test.local" });
		await send(box, { from: `News <news-noreply@test.local>`, text });
		await send(box, { from: `Us <${mail.address(box)}>`, text });
		await send(box, { from, text: `${"一封很长的信。\n".repeat(200)}佣金` });
		await send(box, { from: `Lin <lin2-${database}@test.local>`, text });
		await answered(`lin2-${database}`, 1);
		await quiet(300);
		expect(answersTo(who)).toEqual([]);
		expect(answersTo(`other-${database}`)).toEqual([]);
		expect(answersTo("news-noreply")).toEqual([]);
		expect(answersTo(box)).toEqual([]);
		for (const reason of ["machine", "forged", "unproven", "reply_to", "old", "recipient", "sender", "long"]) {
			expect(house.server.log).toMatch(new RegExp(`mail_not_answered channel=\\d+ reason=${reason}`));
		}
	}, 60_000);

	test("no more than three times a day to one address, however fast it answers", async () => {
		const robot = `robot-${database}`;
		for (let round = 1; round <= 5; round++) {
			await send(box, { from: `Robot <${mail.address(robot)}>`, subject: "Thank you", text: `Your ticket-${round}` });
			if (round <= 3) {
				await answered(robot, round);
			}
		}
		await send(box, { from: `Lin <lin3-${database}@test.local>`, text: "佣金" });
		await answered(`lin3-${database}`, 1);
		await quiet(300);
		expect(answersTo(robot)).toHaveLength(3);
		const conversation = ((await house.boss.get("/api/v1/conversations?view=all")).body.items as Loose[]).find(({ preview }) => String(preview).includes("ticket-5"));
		expect(conversation?.bot).toBe("unanswered");
	}, 60_000);

	test("not where it has a forbidden phrase; a person comes instead", async () => {
		const lead = await staff(house.server, "lead");
		const phrase = await lead.post("/api/v1/phrases", { text: "按费率", action: "block" });
		expect(phrase.status).toBe(201);
		const who = `held-${database}`;
		await send(box, { from: `Held <${mail.address(who)}>`, subject: "One", text: "佣金" });
		const quietNow = async (): Promise<Loose> =>
			((await house.boss.get("/api/v1/conversations?view=all")).body.items as Loose[]).find(({ bot, preview }) => bot === "quiet" && preview === "佣金");
		await until("it was handed over", quietNow);
		/* Her own words must not come back in our subject either. */
		await send(box, { from: `Lin <lin4-${database}@test.local>`, subject: "=?utf-8?B?5oyJ6LS5546H77yf?=", text: "您好" });
		const [plain = ""] = await answered(`lin4-${database}`, 1);
		expect(head(plain, "Subject")).toBe(`Re: =?UTF-8?B?${Buffer.from("您的来信").toString("base64")}?=`);
		expect(answersTo(who)).toEqual([]);
		expect((await lead.request("DELETE", `/api/v1/phrases/${phrase.body.phrase.id}`)).status).toBeLessThan(300);
	}, 60_000);

	test("with a flag beside it where its words are watched", async () => {
		const lead = await staff(house.server, "lead");
		const phrase = await lead.post("/api/v1/phrases", { text: "感谢来信", action: "warn" });
		await send(box, { from: `Lin <lin5-${database}@test.local>`, text: "您好" });
		await answered(`lin5-${database}`, 1);
		const flagged = ((await house.boss.get("/api/v1/conversations?view=all")).body.items as Loose[]).find(({ flags }) => flags === 1);
		const entries = (await house.boss.get(`/api/v1/customers/${flagged?.customer}/entries`)).body.entries as Loose[];
		expect(entries.find(({ kind }) => kind === "flagged")).toMatchObject({ author: { kind: "bot" }, body: { acknowledged: false, phrases: [{ text: "感谢来信", action: "warn" }] } });
		expect((await lead.request("DELETE", `/api/v1/phrases/${phrase.body.phrase.id}`)).status).toBeLessThan(300);
	}, 60_000);

	test("whole after all of it", () => {
		expect(house.server.command("verify")).toMatch(/^Whole:/);
	});
});

test("a mail to two mailboxes is answered once, one to a mailbox that does not answer never", async () => {
	const house = await openHouse("sqlite");
	for (const name of ["two-a", "two-b"]) {
		await addMailbox(house, name, "all");
	}
	await addMailbox(house, "silent", "off");
	await mail.deliver(letter({ from: "Both <both@test.local>", to: "two-a@test.local, two-b@test.local", text: "佣金" }), { to: ["two-a@test.local", "two-b@test.local"], from: "both@test.local" });
	await send("silent", { from: "Silent <silence@test.local>", text: "佣金" });
	await answered("both", 1);
	await until("all three were read", async () =>
		((await house.boss.get("/api/v1/channels")).body.items as Loose[]).reduce((sum, one) => sum + Number(one.mailbox_state?.taken ?? 0), 0) === 3);
	await quiet(500);
	expect(answersTo("both")).toHaveLength(1);
	expect(answersTo("silence")).toEqual([]);
	await house.server.dispose();
}, 60_000);

test("the setting is kept, is off unless somebody chose, and is checked", async () => {
	const house = await openHouse("sqlite");
	const made = await addChannel(house.server, "email", { mailbox: mail.settings("setting") });
	const current = async (): Promise<Loose> => ((await house.boss.get("/api/v1/channels")).body.items as Loose[]).find(({ id }) => id === made.id)?.mailbox;
	expect((await current()).auto_answer).toBe("off");
	expect((await house.boss.request("PATCH", `/api/v1/channels/${made.id}`, { mailbox: { auto_answer: "proven" } })).status).toBe(200);
	expect((await current()).auto_answer).toBe("proven");
	expect((await house.boss.request("PATCH", `/api/v1/channels/${made.id}`, { mailbox: { name: "Desk" } })).status).toBe(200);
	expect((await current()).auto_answer).toBe("proven");
	const wrong = await house.boss.request("PATCH", `/api/v1/channels/${made.id}`, { mailbox: { auto_answer: "always" } });
	expect(wrong.status).toBe(400);
	expect(wrong.body.error.field).toBe("mailbox.auto_answer");
	await house.server.dispose();
}, 60_000);
