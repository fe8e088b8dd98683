/** What the server counts, as monitoring reads it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { letter, MailStack } from "../lib/mailstack.ts";
import { addChannel, customer, say, staff, type Loose, type Staff } from "../lib/people.ts";
import { startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

let mail: MailStack;
let server: TestServer;
let boss: Staff;
let url: string;

beforeAll(async () => {
	mail = await MailStack.start();
	server = await startServer({ settings: { ...mail.serverSettings, "server.metrics_listen": "127.0.0.1:0" } });
	boss = await staff(server, "boss");
	const found = await until("it says where", () => /metrics_ready .* port=(\d+)/.exec(server.log));
	url = `http://127.0.0.1:${found[1]}/metrics`;
});
afterAll(async () => {
	await server.dispose();
	await mail.dispose();
});

async function value(name: string): Promise<number> {
	const text = await (await fetch(url)).text();
	return Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
}

test("what the rules answered, handed over and missed is counted", async () => {
	expect((await boss.post("/api/v1/rules", { title: "佣金", any: ["佣金"], replies: ["佣金按费率收取。"] })).status).toBe(201);
	await until("the rule is in force", async () => (await value("trunkline_rules")) === 1);
	const channel = await addChannel(server, "webchat");
	const visitor = await (await customer(server, channel.public_key)).socket();
	for (const text of ["佣金怎么收", "今天天气", "人工"]) {
		expect((await say(visitor, { text })).t).toBe("ack");
	}
	visitor.close();
	expect(await value("trunkline_answers_asked_total")).toBe(3);
	expect(await value("trunkline_answers_said_total")).toBe(1);
	expect(await value("trunkline_answers_missed_total")).toBe(1);
	expect(await value("trunkline_answers_handed_over_total")).toBe(1);
	expect(await value("trunkline_answers_held_back_total")).toBe(0);
	expect(await value("trunkline_answers_remembered")).toBe(1);
});

test("copies of mails and mails that go round are counted, each by itself", { timeout: 60_000 }, async () => {
	await addChannel(server, "email", { mailbox: mail.settings("support") });
	const state = async (): Promise<Loose> => (await boss.get("/api/v1/channels")).body.items.find((one: Loose) => one.kind === "email").mailbox_state;
	await until("the mailbox is read", async () => (await state()).state === "connected", 15_000);
	const address = mail.address("support");
	await mail.deliver(letter({ id: "one@example.com", text: "once" }), { to: address });
	await mail.deliver(letter({ id: "one@example.com", text: "once" }), { to: address });
	await mail.deliver(letter({ from: address, text: "from ourselves" }), { to: address });
	await until("all were taken", async () => (await state()).taken === 3, 20_000);
	expect(await value("trunkline_mails_taken_total")).toBe(3);
	expect(await value("trunkline_mail_copies_total")).toBe(1);
	expect(await value("trunkline_mail_loops_total")).toBe(1);
	expect(await value("trunkline_mails_told_total")).toBe(0);
});
