/** Phrases that are watched: what leaves the house is checked by every way it can take. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer, say, staff, type Customer, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef, type TestSocket } from "../lib/socket.ts";

const path = "/api/v1/phrases";

describe.each(databases)("watched phrases on %s", (database) => {
	let server: TestServer;
	let lead: Staff;
	let ann: Staff;
	let li: Customer;
	let widget: TestSocket;
	let console_: TestSocket;
	let conversation = "";
	let person = "";
	const ids: Record<string, string> = {};

	beforeAll(async () => {
		server = await startServer({ database });
		lead = await staff(server, "lead");
		ann = await staff(server, "ann");
		const channel = await addChannel(server, "webchat");
		li = await customer(server, channel.public_key);
		console_ = await ann.socket();
		widget = await li.socket();
		await say(widget, { text: "有什么好产品" });
		const entry = (await console_.frame("entry", (f: Loose) => f.entry.body?.text === "有什么好产品")) as Loose;
		conversation = entry.conversation.id;
		person = entry.entry.customer;
		for (const [text, action] of [["保本", "block"], ["稳赚", "warn"], ["回扣", "flag"]]) {
			const made = await lead.post(path, { text, action, advice: `不要说${text}`, exceptions: text === "保本" ? ["不保本"] : [] });
			expect(made.status).toBe(201);
			ids[text as string] = made.body.phrase.id;
		}
	});
	afterAll(() => server.dispose());

	const entries = async (): Promise<Loose[]> => (await ann.get(`/api/v1/customers/${person}/entries?limit=100`)).body.entries;

	test("a phrase that is blocked never leaves, and its author sees where it is", async () => {
		const nack = (await say(console_, { kind: "message", conversation, text: "😀这个保本" })) as Loose;
		expect(nack).toMatchObject({ t: "nack", code: "blocked" });
		expect(nack.hits).toEqual([{ phrase: ids["保本"], text: "保本", action: "block", advice: "不要说保本", begin: 4, end: 6 }]);
		const again = (await say(console_, { kind: "message", conversation, text: "保　本", acknowledged: [ids["保本"]] })) as Loose;
		expect(again).toMatchObject({ t: "nack", code: "blocked" });
		const rest = await ann.post(`/api/v1/conversations/${conversation}/entries`, { ref: makeRef(), text: "保本" });
		expect(rest.status).toBe(422);
		expect(rest.body.error.code).toBe("blocked");
		expect(rest.body.hits[0].phrase).toBe(ids["保本"]);
		expect((await entries()).some((one) => String(one.body?.text).includes("本"))).toBe(false);
	});

	test("an exception may be said, and a note may say anything", async () => {
		expect(await say(console_, { kind: "message", conversation, text: "这个产品不保本" })).toMatchObject({ t: "ack" });
		expect(await say(console_, { kind: "note", conversation, text: "他问是否保本稳赚" })).toMatchObject({ t: "ack" });
	});

	test("after a warning its author may send all the same, and that is written down", async () => {
		const ref = makeRef();
		const nack = (await say(console_, { kind: "message", conversation, text: "没有稳赚的", ref })) as Loose;
		expect(nack).toMatchObject({ t: "nack", code: "warned" });
		expect(nack.hits).toHaveLength(1);
		const sent = (await say(console_, { kind: "message", conversation, text: "没有稳赚的", ref, acknowledged: [ids["稳赚"]] })) as Loose;
		expect(sent).toMatchObject({ t: "ack", duplicate: false });
		const flagged = (await console_.frame("entry", (f: Loose) => f.entry.kind === "flagged" && f.entry.body.entry === sent.id)) as Loose;
		expect(flagged.entry.body).toMatchObject({ acknowledged: true, phrases: [{ id: ids["稳赚"], text: "稳赚", action: "warn" }] });
		expect(flagged.entry.author).toMatchObject({ kind: "staff", id: ann.id });
		expect(flagged.conversation.flags).toBe(1);
	});

	test("what is only watched is sent, and the supervisor sees it", async () => {
		const sent = (await say(console_, { kind: "message", conversation, text: "没有回扣" })) as Loose;
		expect(sent).toMatchObject({ t: "ack" });
		const flagged = (await console_.frame("entry", (f: Loose) => f.entry.kind === "flagged" && f.entry.body.entry === sent.id)) as Loose;
		expect(flagged.entry.body.acknowledged).toBe(false);
		const phrase = (await lead.get(path)).body.items.find((one: Loose) => one.text === "回扣");
		expect(phrase.hits).toBe(1);
	});

	test("the customer sees nothing of it", async () => {
		await widget.frame("entry", (f: Loose) => f.entry.body?.text === "没有回扣");
		const seen = widget.frames.filter((f: Loose) => f.t === "entry").map((f: Loose) => f.entry.kind);
		expect(new Set(seen)).toEqual(new Set(["message"]));
		/* She may say what she likes. */
		expect(await say(widget, { text: "保本吗" })).toMatchObject({ t: "ack" });
	});

	test("a change is in force when it is answered", async () => {
		const { id } = (await lead.post(path, { text: "内幕", action: "block" })).body.phrase;
		expect(await say(console_, { kind: "message", conversation, text: "内幕" })).toMatchObject({ code: "blocked" });
		expect((await lead.request("PATCH", `${path}/${id}`, { action: "flag" })).body.phrase.action).toBe("flag");
		expect(await say(console_, { kind: "message", conversation, text: "内幕一" })).toMatchObject({ t: "ack" });
		expect((await lead.request("DELETE", `${path}/${id}`)).status).toBe(204);
		expect((await ann.post(`${path}/check`, { text: "内幕" })).body).toEqual({ action: null, hits: [] });
		expect((await lead.post(`${path}/${id}/restore`)).body.phrase.removed).toBe(false);
		expect((await ann.post(`${path}/check`, { text: "内幕" })).body.action).toBe("flag");
	});

	test("many are pasted at once, and only supervisors keep them", async () => {
		expect((await lead.post(`${path}/import`, { texts: ["零风险", "包赚"], action: "block", advice: "改说风险自担" })).body).toEqual({ imported: 2 });
		expect((await ann.post(`${path}/check`, { text: "零风险，包赚" })).body.hits).toHaveLength(2);
		expect((await lead.post(`${path}/import`, { texts: [""], action: "block" })).status).toBe(400);
		expect((await ann.post(path, { text: "x", action: "block" })).status).toBe(403);
		expect((await ann.post(`${path}/import`, { texts: ["x"], action: "block" })).status).toBe(403);
		expect((await lead.post(path, { text: "保本", action: "warn" })).status).toBe(409);
		expect((await lead.post(path, { text: "y", action: "shout" })).status).toBe(400);
	});

	test("after a restart all is watched as before", async () => {
		await server.stop();
		await server.start();
		ann = await staff(server, "ann");
		const checked = await ann.post(`${path}/check`, { text: "保本" });
		expect(checked.body.action).toBe("block");
	});
});
