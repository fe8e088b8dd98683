/** Searching what was said, over real sockets: on both databases, by rights, while it is written. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer, say, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef } from "../lib/socket.ts";
import { until } from "../lib/wait.ts";

const branch = String(0x01010000);
const other = String(0x01020000);

describe.each(databases)("searching transcripts on %s", (database) => {
	let server: TestServer;
	let boss: Staff;
	let ann: Staff;
	let bob: Staff;
	let channel: Loose;

	beforeAll(async () => {
		server = await startServer({ database });
		/* The units of staff are set before anybody logs in: there is one house only as yet. */
		await server.stop();
		server.sql(`UPDATE staff SET unit = ${branch} WHERE login = 'ann'; UPDATE staff SET unit = ${other} WHERE login = 'bob';`);
		await server.start();
		boss = await staff(server, "boss");
		ann = await staff(server, "ann");
		bob = await staff(server, "bob");
		channel = await addChannel(server, "webchat");
	});
	afterAll(() => server.dispose());

	async function search(person: Staff, query: Record<string, string>): Promise<Loose> {
		const answer = await person.get(`/api/v1/search/entries?${new URLSearchParams(query).toString()}`);
		expect(answer.status).toBe(200);
		return answer.body;
	}

	/** The entry that says this, as soon as it is found. */
	function found(person: Staff, q: string): Promise<Loose> {
		return until(`${q} to be found`, async () => (await search(person, { q })).items[0]);
	}

	function marked(hit: Loose): string[] {
		return hit.snippet.filter((piece: Loose) => piece.mark).map((piece: Loose) => piece.text);
	}

	async function newCustomer(name: string, unit?: string): Promise<string> {
		return (await boss.post("/api/v1/customers", { name, ...(unit === undefined ? {} : { unit }) })).body.customer.id;
	}

	async function visit(of: string, topic: string, at?: string): Promise<void> {
		const answer = await boss.post("/api/v1/entries/counter", { ref: makeRef(), customer: of, topic, ...(at === undefined ? {} : { at }) });
		expect(answer.status).toBe(201);
	}

	test("finds within a second what a customer has just said", async () => {
		const line = await (await customer(server, channel.public_key)).socket();
		await say(line, { text: "有人向我承诺保證收益 6%，Account-Nr. 20261122" });
		const sent = performance.now();
		const hit = await found(boss, "保证收益");
		expect(performance.now() - sent).toBeLessThan(1000);
		expect(hit).toMatchObject({ kind: "message", author: { kind: "customer" }, channel_kind: "webchat", field: "text" });
		expect(marked(hit)).toEqual(["保證收益"]);
		expect(hit.snippet.map((piece: Loose) => piece.text).join("")).toBe("有人向我承诺保證收益 6%，Account-Nr. 20261122");
		expect(marked(await found(boss, "acc 202611 诺保"))).toEqual(["诺保", "Acc", "202611"]);
		for (const absent of ["收保", "ccount", "保证本金"]) {
			expect((await search(boss, { q: absent })).items).toEqual([]);
		}
		line.close();
	});

	test("finds notes, topics of visits and names of files", async () => {
		const id = await newCustomer("周敏");
		await visit(id, "咨询龙虎榜");
		expect(await found(boss, "龙虎")).toMatchObject({ kind: "visit", field: "topic", customer: { id, name: "周敏" } });
		const upload = await boss.request("POST", "/api/v1/files", new TextEncoder().encode("a,b\n1,2\n"), {
			"content-type": "text/csv",
			"x-file-name": encodeURIComponent("资产证明-2026.csv"),
		});
		expect(upload.status).toBe(201);
		const line = await (await customer(server, channel.public_key)).socket();
		await say(line, { text: "请核对" });
		const { conversation } = await found(boss, "请核对");
		const note = { ref: makeRef(), kind: "note", text: "见附件，白名单已核", files: [upload.body.file.id] };
		expect((await boss.post(`/api/v1/conversations/${conversation}/entries`, note)).status).toBe(200);
		expect(await found(boss, "资产证")).toMatchObject({ kind: "note", field: "file" });
		expect(await found(boss, "白名单")).toMatchObject({ kind: "note", field: "text", author: { kind: "staff", id: boss.id } });
		line.close();
	});

	test("narrows by customer, author, channel, kind and time, page by page, newest first", async () => {
		const id = await newCustomer("方莹");
		for (let day = 1; day <= 9; day++) {
			await visit(id, `询价机制 ${day}`, `2026-03-0${day}T08:00:00Z`);
		}
		await visit(await newCustomer("别人"), "询价机制");
		await until("all to be found", async () => (await search(boss, { q: "询价", limit: "50" })).items.length === 10);
		const times: string[] = [];
		let cursor = "";
		do {
			const page = await search(boss, { q: "询价", customer: id, limit: "4", ...(cursor === "" ? {} : { cursor }) });
			times.push(...page.items.map((hit: Loose) => hit.at.slice(0, 10)));
			cursor = page.next ?? "";
		} while (cursor !== "");
		expect(times).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].map((day) => `2026-03-0${day}`));
		const count = async (query: Record<string, string>): Promise<number> => (await search(boss, { q: "询价", limit: "50", ...query })).items.length;
		expect(await count({ customer: id, from: "2026-03-03T00:00:00Z", to: "2026-03-05T00:00:00Z" })).toBe(2);
		expect(await count({ kind: "visit", channel: "counter", agent: boss.id })).toBe(10);
		expect(await count({ agent: ann.id })).toBe(0);
		expect(await count({ kind: "note" })).toBe(0);
		expect(await count({ channel: "webchat" })).toBe(0);
		expect(await count({ author: "customer" })).toBe(0);
	});

	test("shows an agent what her units have, and follows a customer who moves", async () => {
		const id = await newCustomer("沈星", branch);
		await visit(id, "星光计划赎回");
		await found(boss, "星光");
		expect((await search(ann, { q: "星光" })).items).toHaveLength(1);
		expect((await search(bob, { q: "星光" })).items).toHaveLength(0);
		expect((await bob.get(`/api/v1/search/entries?q=${encodeURIComponent("星光")}&customer=${id}`)).status).toBe(404);
		const { customer: row } = (await boss.get(`/api/v1/customers/${id}`)).body;
		const moved = await boss.request("PATCH", `/api/v1/customers/${id}`, { version: row.version, unit: other });
		expect(moved.status).toBe(200);
		await until("it to be found in the other unit", async () => (await search(bob, { q: "星光" })).items.length === 1);
		expect((await search(ann, { q: "星光" })).items).toHaveLength(0);
		const { customer: now } = (await boss.get(`/api/v1/customers/${id}`)).body;
		await boss.request("PATCH", `/api/v1/customers/${id}`, { version: now.version, owner: ann.id });
		await until("its owner to find it wherever it is", async () => (await search(ann, { q: "星光" })).items.length === 1);
	});

	test("follows a customer who moves in the moment after she was heard", async () => {
		const id = await newCustomer("沈月", branch);
		const { customer: row } = (await boss.get(`/api/v1/customers/${id}`)).body;
		await visit(id, "月光计划申购");
		const moved = await boss.request("PATCH", `/api/v1/customers/${id}`, { version: row.version, unit: other });
		expect(moved.status).toBe(200);
		await visit(id, "月光计划撤单");
		await until("both to be found in the other unit", async () => (await search(bob, { q: "月光" })).items.length === 2);
		expect((await search(ann, { q: "月光" })).items).toHaveLength(0);
	});

	test("searches a merged customer as one", async () => {
		const [one, two] = [await newCustomer("合并甲"), await newCustomer("合并乙")];
		await visit(one, "北斗组合 一");
		await visit(two, "北斗组合 二");
		await until("both", async () => (await search(boss, { q: "北斗" })).items.length === 2);
		expect((await search(boss, { q: "北斗", customer: one })).items).toHaveLength(1);
		expect((await boss.post(`/api/v1/customers/${two}/merge`, { into: one })).status).toBeLessThan(300);
		const hits = (await search(boss, { q: "北斗", customer: one })).items;
		expect(hits.map((hit: Loose) => hit.customer.id)).toEqual([one, one]);
	});

	test("refuses what cannot be searched, and leaves a trace of what was", async () => {
		for (const [query, field] of [["", "q"], ["q=%21%21", "q"], ["q=ab&kind=nothing", "kind"], ["q=ab&author=me", "author"], ["q=ab&cursor=x", "cursor"]]) {
			const answer = await boss.get(`/api/v1/search/entries?${query}`);
			expect([answer.status, answer.body.error.field]).toEqual([400, field]);
		}
		expect((await fetch(`${server.url}/api/v1/search/entries?q=ab`)).status).toBe(401);
		await search(boss, { q: "可疑词语" });
		const trail = (await boss.get("/api/v1/audit?limit=50")).body.items;
		expect(trail.find((row: Loose) => row.action === "entries.searched").detail).toContain("可疑词语");
	});

	test("is built anew beside the running server, and is right", async () => {
		const id = await newCustomer("重建");
		await visit(id, "重建之前");
		await found(boss, "重建之前");
		expect(await server.commandBeside("index")).toMatch(/^Indexed: \d+ entries/);
		await visit(id, "重建之后");
		await found(boss, "重建之后");
		expect((await search(boss, { q: "重建之前" })).items).toHaveLength(1);
		expect(server.command("index", ["--check"])).toMatch(/^Right: /);
	});

	test("goes on where it was after the server was killed", async () => {
		const id = await newCustomer("掉电");
		await visit(id, "掉电前一刻");
		await server.kill();
		await server.start();
		boss = await staff(server, "boss");
		await found(boss, "掉电前");
		await visit(id, "掉电之后");
		await found(boss, "掉电之后");
		expect(server.command("index", ["--check"])).toMatch(/^Right: /);
	});

	test("is built anew when the server finds one of another version, and says how far it is", async () => {
		const id = await newCustomer("升级");
		await visit(id, "升级之前");
		const before = (await until("it to be found", async () => {
			const page = await search(boss, { q: "升级之前" });
			return page.items.length === 1 && page.behind === 0 ? page : undefined;
		})) as Loose;
		expect(before.facts).toBeGreaterThan(0);
		await server.kill();
		writeFileSync(join(server.dataDir, "search", "001-0000000.db"), "of an older release");
		await server.start();
		boss = await staff(server, "boss");
		const after = (await until("it to be found again", async () => {
			const answer = await boss.get("/api/v1/search/entries?q=%E5%8D%87%E7%BA%A7%E4%B9%8B%E5%89%8D");
			if (answer.status === 503) {
				return undefined;
			}
			/* Whoever is told that nothing is missing must find it. */
			expect(answer.body.behind > 0 || answer.body.items.length === 1).toBe(true);
			return answer.body.items.length === 1 ? answer.body : undefined;
		})) as Loose;
		expect(after.facts).toBeGreaterThanOrEqual(before.facts);
		expect(server.command("index", ["--check"])).toMatch(/^Right: /);
	});
});
