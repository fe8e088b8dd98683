/** What leaves the house in a file: histories of customers, lists of conversations. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer as visiting, say, staff, type Customer, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef } from "../lib/socket.ts";
import { until } from "../lib/wait.ts";

interface Verdict {
	status: number | null;
	said: string;
}

const checker = join(import.meta.dirname, "..", "..", "docs", "check-history.mjs");

/** As somebody outside would, with the house's public key if she got it. */
function runChecker(folder: string, body: unknown, key?: string): Verdict {
	const file = join(folder, "history.json");
	writeFileSync(file, JSON.stringify(body));
	const run = spawnSync(process.execPath, [checker, file, ...(key === undefined ? [] : [key])], { encoding: "utf8" });
	return { status: run.status, said: run.stdout + run.stderr };
}

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

	const check = (body: unknown, key?: string): Verdict => runChecker(folder, body, key);
	const houseKey = (): string => join(server.dataDir, "keys", "heads.pub");

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

	test("the house signs where its histories end: an end cut off or another customer's is seen", async () => {
		const { body } = await history("format=json");
		const whole = check(body, houseKey());
		expect(whole).toEqual({ status: 0, said: expect.stringContaining("unchanged") });
		const pem = readFileSync(houseKey(), "utf8");
		expect(body.signed.key).toBe(pem);
		const der = Buffer.from(pem.split("\n").filter((line) => !line.startsWith("-")).join(""), "base64");
		expect(whole.said).toContain(`signed with the key ${createHash("sha256").update(der).digest("hex")}`);

		const cut = structuredClone(body);
		cut.timelines[0].facts.pop();
		expect(check(cut)).toEqual({ status: 1, said: expect.stringContaining("do not end where the house signed") });
		const last = cut.timelines[0].facts.at(-1);
		cut.heads[0] = { timeline: cut.timelines[0].timeline, seq: last.seq, hash: last.hash };
		expect(check(cut, houseKey())).toEqual({ status: 1, said: expect.stringContaining("the signature is not of this key") });
		const other = structuredClone(body);
		other.customer.id = "1";
		expect(check(other)).toEqual({ status: 1, said: expect.stringContaining("the signature is wrong") });
		const unsigned = { ...body, signed: null };
		expect(check(unsigned)).toEqual({ status: 0, said: expect.stringContaining("not signed") });
		expect(check(unsigned, houseKey())).toEqual({ status: 1, said: expect.stringContaining("the history is not signed") });
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

	test("customers come with tags, intent and topics, and the same file can be imported", async () => {
		const made = await boss.post("/api/v1/customers", { name: "陈晓", external_id: "C-77", remark: "+老客户" });
		const path = `/api/v1/customers/${made.body.customer.id}/tags`;
		expect((await boss.request("PUT", path, { tags: ["VIP", "=高净值"], topics: ["开户", "转托管"], intent: "办理" })).status).toBe(200);
		const csv = (await boss.get("/api/v1/customers/export?language=en&q=C-77")).body as unknown as string;
		const [heading, row, end] = csv.replace("\ufeff", "").split("\r\n");
		expect(end).toBe("");
		expect(heading).toMatch(/^Customer no\.,Name,.*,Remark,Tags,Intent,Topics,/);
		expect(row).toMatch(/^C-77,陈晓,.*,'\+老客户,'=高净值;VIP,办理,开户;转托管,/);

		const file = join(folder, "customers.csv");
		writeFileSync(file, csv.replace("陈晓", "陈小晓"));
		expect(server.command("import", ["customers", file])).toContain("0 created, 1 changed, 0 unchanged");
		const after = (await boss.get(`/api/v1/customers/${made.body.customer.id}`)).body;
		expect(after.customer.name).toBe("陈小晓");
		expect(after.customer.remark).toBe("+老客户");
		expect((await boss.get(path)).body.items.map((tag: Loose) => tag.text)).toEqual(expect.arrayContaining(["VIP", "=高净值", "开户", "转托管", "办理"]));
		const chinese = (await boss.get("/api/v1/customers/export?q=C-77")).body as unknown as string;
		expect(chinese).toMatch(/^客户号,.*,备注,标签,意图,话题,/);
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

describe.each(databases)("the history of somebody who came by many ways, on %s", (database) => {
	const visitors = 3;
	const messages = 1500; // of each
	const flat = 20 * 1024; // KB; the document has 27 MB
	const length = 6000; // bytes of each: 27 MB in all, and steps of 200 entries need some 10
	let server: TestServer;
	let boss: Staff;
	let customer: string;
	let folder: string;
	const url = (query: string): string => `/api/v1/customers/${customer}/history?${query}`;

	/** Sends without waiting for each, as many at a time as the server takes. */
	async function writeMuch(person: Customer, from: number): Promise<void> {
		const socket = await person.socket();
		const acknowledged = (): number => socket.frames.filter((frame) => frame.t === "ack").length;
		for (let i = 0; i < messages; i += 100) {
			for (let k = i; k < i + 100; k++) {
				socket.send({ t: "send", ref: makeRef(), text: `来自${from} 第${k}条 `.padEnd(length, "x") });
			}
			await until("all were taken", () => acknowledged() === i + 100, 60_000);
		}
		socket.close();
	}

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "trunkline-export-"));
		server = await startServer({ database });
		boss = await staff(server, "boss");
		const channel = await addChannel(server, "webchat");
		for (let i = 0; i < visitors; i++) {
			await writeMuch(await visiting(server, channel.public_key), i);
		}
		const list = (await boss.get("/api/v1/conversations?view=all")).body.items;
		const ids: string[] = [...new Set<string>(list.map((one: Loose) => one.customer))];
		expect(ids).toHaveLength(visitors);
		customer = ids[0] ?? "";
		for (const other of ids.slice(1)) {
			expect((await boss.post(`/api/v1/customers/${other}/merge`, { into: customer })).status).toBe(200);
		}
	}, 300_000);
	afterAll(async () => {
		await server.dispose();
		rmSync(folder, { recursive: true });
	});

	/** In KB: the most that the server had at once since `since` was called. What the search index takes for the many
	 * new entries is not the export's. */
	const memory = {
		quiet: async (): Promise<void> => {
			const last = `/api/v1/search/entries?q=${encodeURIComponent(`第${messages - 1}条`)}`;
			await until("the index knows all", async () => (await boss.get(last)).body.items.length === visitors, 30_000);
		},
		since: (): void => writeFileSync(`/proc/${server.pid}/clear_refs`, "5"),
		most: (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]),
	};

	test("every timeline comes whole, and the server needs no more memory for it", async () => {
		await memory.quiet();
		memory.since();
		const before = memory.most();
		const { status, body } = await boss.get(url("format=json"));
		expect(status).toBe(200);
		expect(memory.most() - before).toBeLessThan(flat);
		expect(body.timelines).toHaveLength(visitors);
		const texts = body.timelines.flatMap((one: Loose) => one.facts).filter((fact: Loose) => fact.kind_name === "message");
		expect(texts).toHaveLength(visitors * messages);
		expect(runChecker(folder, body, join(server.dataDir, "keys", "heads.pub"))).toEqual({ status: 0, said: expect.stringContaining("unchanged") });
		const without = structuredClone(body);
		without.timelines.pop();
		expect(runChecker(folder, without)).toEqual({ status: 1, said: expect.stringContaining("do not end where") });
	}, 120_000);

	test("the document tells them all in their order", async () => {
		await memory.quiet();
		memory.since();
		const before = memory.most();
		const document = (await boss.get(url("format=html&language=en"))).body as unknown as string;
		expect(memory.most() - before).toBeLessThan(flat);
		const told = [...document.matchAll(/来自(\d+) 第(\d+)条/g)].map((found) => Number(found[1]) * messages + Number(found[2]));
		expect(told).toEqual(Array.from({ length: visitors * messages }, (_, i) => i));
		expect(document).not.toContain("<p class=fault>");
	}, 120_000);

	test("an entry that is gone or illegible is seen in the document, and by the checker", async () => {
		const place = (text: string): string => `id = (SELECT id FROM (SELECT id FROM fact WHERE body LIKE '%${text} %') AS found)`;
		server.sql(`UPDATE fact SET body = '{"text' WHERE ${place("来自1 第700条")}; DELETE FROM fact WHERE ${place("来自1 第701条")};`);
		const document = (await boss.get(url("format=html&language=en"))).body as unknown as string;
		expect(document).toContain("This history is not whole. Entries missing in the database: 1<");
		const rest = document.slice(document.indexOf("来自1 第699条"), document.indexOf("来自1 第702条"));
		expect(rest.match(/What this entry says cannot be read/g)).toHaveLength(1);
		const { body } = await boss.get(url("format=json"));
		const { said } = runChecker(folder, body);
		expect(said).toContain("the text was changed");
		expect(said).toContain("was expected");
	}, 120_000);

	test("an export that breaks in its middle is refused, and leaves no file", async () => {
		const files = (): string[] => readdirSync(join(server.dataDir, "exports"));
		const before = files();
		server.sql("UPDATE fact SET hash = x'00' WHERE id = (SELECT id FROM (SELECT id FROM fact WHERE body LIKE '%来自2 第900条 %') AS found);");
		const broken = await fetch(server.url + url("format=json"), { headers: { cookie: boss.cookie } });
		expect(broken.status).toBe(500);
		expect(await broken.json()).toEqual({ error: expect.objectContaining({ code: "corrupt" }) });
		expect(files()).toEqual(before);
	}, 120_000);
});
