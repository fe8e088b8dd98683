/** Mail that the house writes: it arrives once, what fails is seen and repeated, and nothing leads it astray. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyOf, MailStack } from "../lib/mailstack.ts";
import { addChannel, customer, say, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { FaultySmtp } from "../lib/smtp.ts";
import { makeRef, type TestSocket } from "../lib/socket.ts";
import { quiet, until } from "../lib/wait.ts";

let mail: MailStack;
beforeAll(async () => {
	mail = await MailStack.start();
});
afterAll(() => mail.dispose());

interface House {
	server: TestServer;
	ann: Staff;
	boss: Staff;
	box: Loose;
}

async function openHouse(database: "sqlite" | "mariadb", settings: Record<string, string> = {}): Promise<House> {
	const server = await startServer({ database, settings: { ...mail.serverSettings, "outbox.retry": "200ms", "mail.answer_after": "1s", ...settings } });
	const boss = await staff(server, "boss");
	const box = await addChannel(server, "email", { name: "Support", mailbox: mail.settings("support") });
	return { server, boss, ann: await staff(server, "ann"), box };
}

async function customerWith(house: House, address: string): Promise<string> {
	const made = await house.boss.post("/api/v1/customers", { name: address, contacts: [{ kind: "email", value: address, proven: true, reason: "on paper" }] });
	expect(made.status).toBe(201);
	return made.body.customer.id as string;
}

const write = (who: Staff, customer: string, to: unknown[], extra: object = {}): Promise<Loose> =>
	who.post(`/api/v1/customers/${customer}/mails`, { ref: makeRef(), to, subject: "您的账户 / your account", text: "您好，\n.一行以点开头\nRegards", ...extra });

const watching = async (who: Staff, customer: string): Promise<TestSocket> => who.socket({ watch: [customer] });

const entriesOf = async (who: Staff, customer: string): Promise<Loose[]> => (await who.get(`/api/v1/customers/${customer}/entries`)).body.entries as Loose[];

const stateOf = async (who: Staff, customer: string, entry: string): Promise<string> =>
	(await entriesOf(who, customer)).find(({ id }) => id === entry)?.delivery?.state as string;

describe.each(databases)("mail of the house, on %s,", (database) => {
	let house: House;
	beforeAll(async () => {
		house = await openHouse(database);
	});
	afterAll(() => house.server.dispose());

	test("arrives once, as it was written, and says so in the thread", async () => {
		const her = await customerWith(house, mail.address(`lin-${database}`));
		const desk = await watching(house.ann, her);
		const sent = await write(house.ann, her, [{ name: "林若溪", address: mail.address(`lin-${database}`) }], { ref: "01JMAIL0000000000000000001" });
		expect(sent.status).toBe(201);
		expect(sent.body.body.mail).toMatchObject({ subject: "您的账户 / your account", from: { address: mail.address("support") } });
		expect(sent.body.delivery.state).toBe("waiting");
		const arrived = await mail.arrived(`lin-${database}`, `<${sent.body.body.mail.message_id}>`);
		expect(arrived).toMatch(/^Reply-To: .*support\+[a-z2-7]{26}@test\.local/m);
		await until("it is sent", async () => (await stateOf(house.ann, her, sent.body.id)) === "sent");
		const told = desk.frames.filter(({ t }) => t === "delivery").map(({ delivery }) => (delivery as Loose).state as string);
		expect(told).toEqual(["sending", "sent"]);
		const again = await write(house.ann, her, [mail.address(`lin-${database}`)], { ref: "01JMAIL0000000000000000001" });
		expect(again.body.id).toBe(sent.body.id);
		expect(mail.inbox(`lin-${database}`)).toHaveLength(1);
		desk.close();
	});

	test("carries its attachments, and is refused with somebody else's", async () => {
		const her = await customerWith(house, mail.address(`files-${database}`));
		const upload = async (who: Staff): Promise<string> =>
			(await who.request("POST", "/api/v1/files", new TextEncoder().encode("col\n1\n"), { "x-file-name": encodeURIComponent("对账单.txt") })).body.file.id as string;
		const mine = await upload(house.ann);
		const sent = await write(house.ann, her, [mail.address(`files-${database}`)], { files: [mine] });
		expect(sent.status).toBe(201);
		expect(sent.body.files).toHaveLength(1);
		expect(await mail.arrived(`files-${database}`, sent.body.body.mail.message_id)).toContain("Y29sCjEK");
		expect((await write(house.ann, her, [mail.address("x")], { files: [await upload(house.boss)] })).status).toBe(400);
	});

	test("that is refused shows the server's words, and goes out when it is repeated", async () => {
		const her = await customerWith(house, mail.address("reject550"));
		const sent = await write(house.ann, her, [mail.address("reject550")]);
		const failed = await until("it failed", async () => (await entriesOf(house.ann, her)).find(({ kind }) => kind === "send_failed"));
		expect(failed.body).toMatchObject({ entry: sent.body.id, status: "550", final: true });
		expect(failed.body.text).toContain("No such user here");
		expect(await stateOf(house.ann, her, sent.body.id)).toBe("failed");
		const again = await house.ann.post(`/api/v1/entries/${sent.body.id}/resend`);
		expect(again.body).toMatchObject({ entry: sent.body.id, state: "waiting" });
		await until("it failed again", async () => (await entriesOf(house.ann, her)).filter(({ kind }) => kind === "send_failed").length === 2);
		expect((await house.ann.post("/api/v1/entries/281474976799999/resend")).status).toBe(404);
	});

	test("that is put off waits and is tried again", async () => {
		const her = await customerWith(house, mail.address("defer451"));
		const desk = await watching(house.ann, her);
		const sent = await write(house.ann, her, [mail.address("defer451")]);
		const late = await until("it was put off", () => desk.frames.find(({ t, delivery }) => t === "delivery" && (delivery as Loose).state === "waiting" && (delivery as Loose).attempts > 1));
		expect((late["delivery"] as Loose).text).toContain("451");
		expect((late["delivery"] as Loose).due_at).not.toBeNull();
		expect((await entriesOf(house.ann, her)).some(({ kind }) => kind === "send_failed")).toBe(false);
		expect((await house.ann.post(`/api/v1/entries/${sent.body.id}/resend`)).status).toBeLessThan(410);
		desk.close();
	});

	test("follows a visitor who is gone and left an address, once for all that she has not seen", async () => {
		const webchat = await addChannel(house.server, "webchat", { origins: [] });
		const visitor = await customer(house.server, webchat.public_key);
		const page = await visitor.socket();
		await say(page, { text: "现在有人吗？" });
		expect((await visitor.request("PUT", "/api/v1/widget/answer-mail", { address: "nobody" })).status).toBe(400);
		expect((await visitor.request("PUT", "/api/v1/widget/answer-mail", { address: mail.address(`gone-${database}`) })).status).toBe(204);
		/* She stays who she is, with her line and what she wrote. */
		expect(await say(page, { text: "我先走了" })).toMatchObject({ t: "ack", pub: 2 });
		expect(page.frames.some(({ t }) => t === "bye")).toBe(false);
		page.close();
		const desk = await house.ann.socket();
		const open = await until("her question is there", async () =>
			((await house.ann.get("/api/v1/conversations?view=unassigned")).body.items as Loose[]).find(({ preview }) => preview === "我先走了"));
		await say(desk, { conversation: open.id, kind: "message", text: "First part of the answer" });
		await say(desk, { conversation: open.id, kind: "message", text: "Second part" });
		const text = bodyOf(await mail.arrived(`gone-${database}`, "Content-Transfer-Encoding"));
		expect(text).toMatch(/^First part of the answer\r\n\r\nSecond part\r\n/);
		expect(text).toContain("> 我先走了");
		await quiet(500);
		expect(mail.inbox(`gone-${database}`)).toHaveLength(1);
		desk.close();
	});

	test.each([
		["to", { to: ["nobody"] }],
		["to", { to: ["a@b.example\r\nBcc: c@d.example"] }],
		["to", { to: [{ name: "x\r\nBcc: y", address: "a@b.example" }] }],
		["to", { to: [] }],
		["to", { to: [`support+x@test.local`] }],
		["cc", { cc: ["SUPPORT@test.local"] }],
		["subject", { subject: "a\r\nBcc: c@d.example" }],
		["subject", { subject: "" }],
		["text", { text: "" }],
	])("is refused when its %s leads astray: %j", async (field, wrong) => {
		const her = await customerWith(house, `${makeRef().toLowerCase()}@x.example`);
		const answer = await write(house.ann, her, ["a@b.example"], wrong);
		expect(answer.status).toBe(400);
		expect(answer.body.error.field).toBe(field);
	});
});

test("mail whose connection breaks at the end is not sent again by itself; one that breaks before is", async () => {
	const faulty = await FaultySmtp.open();
	const house = await openHouse("sqlite", { "outbox.retry": "100ms" });
	const smtp = { host: "127.0.0.1", port: faulty.port, security: "none", user: "" };
	const box = await addChannel(house.server, "email", { name: "Faulty", mailbox: { ...mail.settings("other"), smtp } });
	const her = await customerWith(house, "lin@example.com");
	faulty.fault = "end";
	const lost = await write(house.ann, her, ["lin@example.com"], { mailbox: box.id });
	const failed = await until("it failed", async () => (await entriesOf(house.ann, her)).find(({ kind }) => kind === "send_failed"));
	expect(failed.body.text).toContain("nobody knows whether it was sent");
	await quiet(700);
	expect(faulty.mails).toHaveLength(1);
	expect(await stateOf(house.ann, her, lost.body.id)).toBe("failed");
	/* More than the kernel takes before the server hangs up. */
	const large = new TextEncoder().encode("a line of a long list\n".repeat(400_000));
	const file = (await house.ann.request("POST", "/api/v1/files", large, { "x-file-name": "list.txt" })).body.file.id as string;
	faulty.fault = "middle";
	const broken = await write(house.ann, her, ["lin@example.com"], { mailbox: box.id, files: [file] });
	await until("it was tried", () => faulty.connections > 1);
	faulty.fault = "none";
	await until("it is sent", async () => (await stateOf(house.ann, her, broken.body.id)) === "sent", 30_000);
	expect(faulty.mails).toHaveLength(2);
	await house.server.dispose();
	await faulty.close();
}, 60_000);
