/** Calls as a PBX reports them: in any order, more than once, with numbers in every spelling. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, staff, type Answer, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

describe.each(databases)("calls on %s", (database) => {
	let server: TestServer;
	let boss: Staff;
	let ann: Staff;
	let bob: Staff;
	let callCount = 0;

	beforeAll(async () => {
		server = await startServer({ database });
		boss = await staff(server, "boss");
		ann = await staff(server, "ann");
		bob = await staff(server, "bob");
		await addChannel(server, "phone");
	});
	afterAll(() => server.dispose());

	const start = Date.parse("2026-11-21T02:00:00.000Z");
	const events: Record<string, object> = {
		start: { event: "start", at: new Date(start).toISOString() },
		answer: { event: "answer", at: new Date(start + 5000).toISOString() },
		end: { event: "end", at: new Date(start + 65_000).toISOString(), result: "completed", ring_ms: 5000, talk_ms: 60_000, hangup_by: "customer" },
	};

	function report(id: string, event: object, extra: object = {}): Promise<Answer<Loose>> {
		return boss.post("/api/v1/calls", { call_id: id, direction: "in", from: "13900010001", to: "02155550000", extension: "8001", ...event, ...extra });
	}

	function newId(): string {
		return `${database}-${++callCount}`;
	}

	test.each([
		["start answer end"], ["start end answer"], ["answer start end"], ["answer end start"], ["end start answer"], ["end answer start"],
		["start start answer answer end end"], ["end end start start"],
	])("%s makes one call with the same end", async (order) => {
		const id = newId();
		let last: Loose;
		for (const name of order.split(" ")) {
			const answer = await report(id, events[name] ?? {});
			expect([name, answer.status, answer.body.error]).toEqual([name, answer.status < 300 ? answer.status : 200, undefined]);
			last = answer.body;
		}
		const { call } = (await boss.get(`/api/v1/calls/${last.call.id}`)).body;
		expect(call).toMatchObject({ external_id: id, direction: "in", result: "completed", customer_number: "+8613900010001", extension: "8001", talk_ms: 60_000, ring_ms: 5000, started_at: "2026-11-21T02:00:00.000Z", ended_at: "2026-11-21T02:01:05.000Z" });
		const calls = (await boss.get(`/api/v1/customers/${last.customer}/calls`)).body.items;
		expect(calls.filter((one: Loose) => one.external_id === id)).toHaveLength(1);
	});

	test("an event that is repeated is told apart and adds nothing", async () => {
		const id = newId();
		const first = await report(id, events["start"] ?? {});
		const again = await report(id, events["start"] ?? {});
		expect(first.body.duplicate).toBe(false);
		expect(again.body.duplicate).toBe(true);
		expect(again.body.call.id).toBe(first.body.call.id);
	});

	test("a call pops up at its extension within half a second, and nowhere else", async () => {
		const mine = await ann.socket();
		const other = await bob.socket();
		const id = newId();
		const from = performance.now();
		const [, frame] = await Promise.all([
			report(id, { event: "start", at: new Date().toISOString() }),
			mine.frame("call", (f) => (f["call"] as Loose).external_id === id),
		]);
		expect(performance.now() - from).toBeLessThan(500);
		expect(frame["customer"]).not.toBeNull();
		await report(id, { event: "end", at: new Date().toISOString(), result: "completed" });
		await mine.frame("call", (f) => (f["call"] as Loose).external_id === id && (f["call"] as Loose).result === "completed");
		expect(other.all("call")).toEqual([]);
		mine.close();
		other.close();
	});

	test("every spelling of a number is the same customer", async () => {
		const found = new Set<string>();
		for (const from of ["13900020002", "+86 139 0002 0002", "8613900020002", "008613900020002", "013900020002", "(139)0002-0002"]) {
			const answer = await report(newId(), events["end"] ?? {}, { from });
			expect([from, answer.body.call?.customer_number]).toEqual([from, "+8613900020002"]);
			found.add(answer.body.customer);
		}
		expect(found.size).toBe(1);
	});

	test("an unknown caller gets a name; who has the number already is named instead of doubled", async () => {
		const { customer } = (await report(newId(), events["end"] ?? {}, { from: "13900030003" })).body;
		const before = (await ann.get(`/api/v1/customers/${customer}`)).body;
		expect(before.customer.anonymous).toBe(true);
		const named = await ann.request("PATCH", `/api/v1/customers/${customer}`, { name: "林若溪", version: before.customer.version });
		expect(named.body.customer).toMatchObject({ id: customer, name: "林若溪", anonymous: false });
		const stale = await ann.request("PATCH", `/api/v1/customers/${customer}`, { name: "别人", version: before.customer.version });
		expect(stale.status).toBe(409);
		expect(stale.body.current.name).toBe("林若溪");
		expect((await ann.get("/api/v1/customers/lookup?kind=phone&value=13900030003")).body.items.map((one: Loose) => one.id)).toEqual([customer]);
	});

	test("a call is attached to the customer who made it, and read there", async () => {
		const made = (await ann.post("/api/v1/customers", { name: "换号的客户" })).body.customer;
		const { customer } = (await report(newId(), events["end"] ?? {}, { from: "13900040004" })).body;
		const attached = await ann.post(`/api/v1/customers/${customer}/attach`, { to: made.id });
		expect(attached.status).toBe(200);
		expect(attached.body.customer.id).toBe(made.id);
		const entries = (await ann.get(`/api/v1/customers/${made.id}/entries?limit=50`)).body.entries;
		expect(entries.some((entry: Loose) => entry.kind === "call_ended")).toBe(true);
		expect((await ann.post(`/api/v1/customers/${made.id}/attach`, { to: made.id })).status).toBeGreaterThanOrEqual(400);
	});

	test("a missed call waits with the unassigned; its outcome is noted once per version", async () => {
		const { call } = (await report(newId(), { event: "end", at: new Date().toISOString(), result: "missed", ring_ms: 20_000 }, { from: "13900050005" })).body;
		expect(call.result).toBe("missed");
		const list = (await ann.get("/api/v1/conversations?view=unassigned")).body.items;
		expect(list.find((one: Loose) => one.id === call.conversation)?.missed_calls).toBe(1);
		const noted = await ann.post(`/api/v1/calls/${call.id}/outcome`, { outcome: "callback", note: "明早十点" });
		expect(noted.body.call).toMatchObject({ outcome: "callback", outcome_note: "明早十点" });
	});

	test("a call inside the house is not kept", async () => {
		const answer = await report(newId(), events["end"] ?? {}, { direction: "internal", from: "8001", to: "8002" });
		expect(answer.body).toEqual({ call: null, customer: null, duplicate: false });
	});

	test("events that make no sense are refused with the field that is wrong", async () => {
		for (const [extra, field] of [[{ event: "explode" }, "event"], [{ direction: "sideways" }, "direction"], [{ call_id: "" }, "call_id"], [{ at: "yesterday" }, "at"], [{ talk_ms: -1 }, "talk_ms"], [{ call_id: "x".repeat(5000) }, "call_id"]] as const) {
			const answer = await report(newId(), events["end"] ?? {}, extra);
			expect([field, answer.status, answer.body.error.field]).toEqual([field, 400, field]);
		}
	});

	test("records of real PBXs are imported, and importing them again changes nothing", async () => {
		const fixtures = join(import.meta.dirname, "..", "channels");
		const records = (folder: string, ending: string): string[] =>
			readdirSync(join(fixtures, folder)).filter((name) => name.endsWith(ending)).map((name) => join(fixtures, folder, name));
		const asterisk = records("asterisk-16.0.1", ".cdr.csv");
		expect(asterisk.length).toBeGreaterThan(5);
		await server.stop();
		const args = ["cdr", "--format", "asterisk", "--internal", "keep", ...asterisk];
		const first = server.tryCommand("import", args);
		expect([first.status, first.output]).toEqual([0, expect.stringMatching(/\d+/)]);
		const heads = server.command("verify");
		expect(heads).toMatch(/^Whole:/);
		const second = server.tryCommand("import", args);
		expect(second.status).toBe(0);
		expect(server.command("verify")).toBe(heads);
		await server.start();
	});

	test("bytes that are no UTF-8 are repaired, not lost", async () => {
		const folder = mkdtempSync(join(tmpdir(), "trunkline-cdr-"));
		const file = join(folder, "Master.csv");
		const line = (name: Buffer): Buffer => Buffer.concat([
			Buffer.from('"","13900060006","8001","from-trunk","""'), name, Buffer.from('"" <13900060006>","SIP/trunk-1","SIP/8001-1","Dial","SIP/8001","2026-11-20 10:00:00","2026-11-20 10:00:05","2026-11-20 10:01:05",65,60,"ANSWERED","DOCUMENTATION","1763632800.77",""\n'),
		]);
		writeFileSync(file, line(Buffer.from([0xc1, 0xd6, 0xff])));
		await server.stop();
		const imported = server.tryCommand("import", ["cdr", "--format", "asterisk", file]);
		rmSync(folder, { recursive: true });
		expect([imported.status, imported.output]).toEqual([0, expect.anything()]);
		await server.start();
		boss = await staff(server, "boss");
		const found = await until("the caller", async () => {
			const { items } = (await boss.get("/api/v1/customers/lookup?kind=phone&value=13900060006")).body;
			return items[0];
		});
		const { items } = (await boss.get(`/api/v1/customers/${found.id}/calls`)).body;
		expect(items).toHaveLength(1);
		expect(items[0].talk_ms).toBe(60_000);
	});
});
