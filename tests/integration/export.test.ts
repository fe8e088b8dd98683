/** What leaves the house in a file: histories of customers, lists of conversations. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer as visiting, say, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef } from "../lib/socket.ts";

const checker = join(import.meta.dirname, "..", "..", "docs", "check-history.mjs");

describe.each(databases)("exports on %s", (database) => {
	let server: TestServer;
	let boss: Staff;
	let ann: Staff;
	let customer: string;
	let conversation: string;
	let folder: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "trunkline-export-"));
		server = await startServer({ database });
		boss = await staff(server, "boss");
		ann = await staff(server, "ann");
		const channel = await addChannel(server, "webchat");
		const visitor = await (await visiting(server, channel.public_key)).socket();
		await say(visitor, { text: "您好 <script>alert(1)</script> & \"帮忙\"" });
		visitor.close();
		const list = (await ann.get("/api/v1/conversations?view=all")).body.items;
		conversation = list[0].id;
		customer = list[0].customer;
		await ann.post(`/api/v1/conversations/${conversation}/actions`, { ref: makeRef(), action: "take" });
		await ann.post(`/api/v1/conversations/${conversation}/entries`, { ref: makeRef(), kind: "message", text: "请稍等" });
		await ann.post(`/api/v1/conversations/${conversation}/entries`, { ref: makeRef(), kind: "note", text: "内部：风险客户" });
		await boss.request("PATCH", `/api/v1/customers/${customer}`, { name: "=1+1 王小明", version: (await boss.get(`/api/v1/customers/${customer}`)).body.customer.version });
	});
	afterAll(async () => {
		await server.dispose();
		rmSync(folder, { recursive: true });
	});

	const history = (query: string, who = boss): Promise<{ status: number; headers: Headers; body: Loose }> => who.get(`/api/v1/customers/${customer}/history?${query}`);

	function check(body: unknown): { status: number | null; said: string } {
		const file = join(folder, "history.json");
		writeFileSync(file, JSON.stringify(body));
		const run = spawnSync(process.execPath, [checker, file], { encoding: "utf8" });
		return { status: run.status, said: run.stdout + run.stderr };
	}

	test("the document tells the history in its order, as text, without internal notes", async () => {
		const { status, headers, body } = await history("format=html&language=en&offset=480");
		expect(status).toBe(200);
		expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
		expect(headers.get("content-disposition")).toMatch(/^attachment; .*history/);
		expect(headers.get("x-content-type-options")).toBe("nosniff");
		expect(body).toContain("您好 &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;帮忙&quot;");
		expect(body).not.toContain("<script");
		expect(body.indexOf("您好")).toBeLessThan(body.indexOf("请稍等"));
		expect(body).toContain("UTC+08:00");
		expect(body).not.toContain("风险客户");
		expect((await history("notes=true")).body).toContain("内部：风险客户");
	});

	test("the JSON proves itself to somebody who has nothing but the checker", async () => {
		const { status, body } = await history("format=json&notes=true");
		expect(status).toBe(200);
		const facts = body.timelines.flatMap((one: Loose) => one.facts);
		expect(facts.map((fact: Loose) => fact.kind_name)).toEqual(expect.arrayContaining(["message", "note", "assigned"]));
		expect(check(body)).toEqual({ status: 0, said: expect.stringContaining(`${facts.length} facts, 0 of them`) });
		const message = facts.find((fact: Loose) => fact.kind_name === "message");
		expect(JSON.parse(message.body).text).toContain("您好");

		const forged = structuredClone(body);
		const target = forged.timelines.flatMap((one: Loose) => one.facts).find((fact: Loose) => fact.body?.includes("请稍等"));
		target.body = target.body.replace("请稍等", "同意退款");
		expect(check(forged)).toEqual({ status: 1, said: expect.stringContaining("the text was changed") });
		const late = structuredClone(body);
		late.timelines[0].facts[1].at += 1;
		expect(check(late)).toEqual({ status: 1, said: expect.stringContaining("was changed") });
		const cut = structuredClone(body);
		cut.timelines[0].facts.splice(1, 1);
		expect(check(cut).status).toBe(1);
	});

	test("what is withheld keeps its place in the chain, and nothing of its text", async () => {
		const { body } = await history("format=json");
		expect(JSON.stringify(body)).not.toContain("风险客户");
		const note = body.timelines.flatMap((one: Loose) => one.facts).find((fact: Loose) => fact.kind_name === "note");
		expect(note).toMatchObject({ withheld: true, files_digest: null });
		expect(note.salt).toBeUndefined();
		expect(check(body)).toEqual({ status: 0, said: expect.stringMatching(/[1-9]\d* of them without their text: unchanged/) });
	});

	test("conversations come as CSV that no spreadsheet takes for a formula", async () => {
		const { status, headers, body } = await boss.get("/api/v1/conversations/export?view=all&state=any&language=en");
		expect(status).toBe(200);
		expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
		const lines = (body as unknown as string).replace("\ufeff", "").trimEnd().split("\r\n");
		expect(lines[0]).toMatch(/^Conversation,Customer id,Customer,Channel,State,Agent/);
		expect(lines).toHaveLength(2);
		expect(lines[1]).toContain(`"${conversation}","${customer}",'=1+1 王小明,webchat,open,ANN,`);
		expect(lines[1]).not.toContain("风险客户");
		const none = await boss.get("/api/v1/conversations/export?view=all&channel_kind=phone&bom=false");
		expect((none.body as unknown as string).split("\r\n")).toEqual([expect.stringMatching(/^会话号/), ""]);
	});

	test("it is a right of its own, within what one may see, and audited", async () => {
		expect((await history("format=html", ann)).status).toBe(403);
		expect((await ann.get("/api/v1/conversations/export")).status).toBe(403);
		expect((await boss.get("/api/v1/customers/99/history")).status).toBe(404);
		expect((await history("format=pdf")).status).toBe(400);
		expect((await history("offset=9999")).status).toBe(400);
		const key = (await boss.post("/api/v1/api-keys", { name: "reader", scopes: ["customers:read"] })).body.key;
		expect((await fetch(`${server.url}/api/v1/customers/${customer}/history`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(403);
		const audit = (await boss.get("/api/v1/audit")).body.items;
		expect(audit.find((row: Loose) => row.action === "history.exported")).toMatchObject({ subject_kind: "customer", subject: customer });
		expect(audit.map((row: Loose) => row.action)).toContain("conversations.exported");
	});
});
