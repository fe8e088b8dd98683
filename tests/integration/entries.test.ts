/** Entries posted to a channel by its kind: visits at the counter, by people and by programs. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef } from "../lib/socket.ts";

describe.each(databases)("visits on %s", (database) => {
	let server: TestServer;
	let boss: Staff;
	let ann: Staff;
	let customer: string;

	beforeAll(async () => {
		server = await startServer({ database });
		boss = await staff(server, "boss");
		ann = await staff(server, "ann");
		customer = (await boss.post("/api/v1/customers", { name: "周敏" })).body.customer.id;
	});
	afterAll(() => server.dispose());

	async function visits(): Promise<Loose[]> {
		const { entries } = (await boss.get(`/api/v1/customers/${customer}/entries`)).body;
		return entries.filter((entry: Loose) => entry.kind === "visit");
	}

	test("a visit becomes an entry of the history that consoles see at once", async () => {
		const line = await boss.socket({ views: ["all"], watch: [customer] });
		const ref = makeRef();
		const answer = await ann.post("/api/v1/entries/counter", { ref, customer, place: "前台", topic: "咨询销户" });
		expect(answer.status).toBe(201);
		expect(answer.body).toMatchObject({ customer, duplicate: false });
		const frame = await line.frame("entry", (one) => (one as Loose).entry.kind === "visit");
		expect((frame as Loose).entry).toMatchObject({
			id: answer.body.id,
			ref,
			pub: null,
			channel_kind: "counter",
			author: { kind: "staff", id: ann.id },
			body: { visit: { place: "前台", topic: "咨询销户", next_step: "", next_on: "" } },
		});
		line.close();
	});

	test("the same ref again makes no second visit", async () => {
		const visit = { ref: makeRef(), customer, topic: "一次" };
		const first = await ann.post("/api/v1/entries/counter", visit);
		const again = await ann.post("/api/v1/entries/counter", visit);
		expect(again.body).toMatchObject({ id: first.body.id, duplicate: true });
		expect((await visits()).filter((entry) => entry.body.visit.topic === "一次")).toHaveLength(1);
	});

	test("a program needs a key with the right for it", async () => {
		const keys = await Promise.all(
			["entries:write", "calls:write"].map(async (scope) => (await boss.post("/api/v1/api-keys", { name: scope, scopes: [scope] })).body.key as string),
		);
		const [writer, caller] = keys.map((key) => (body: object) =>
			fetch(`${server.url}/api/v1/entries/counter`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify(body) }),
		);
		const visit = { ref: makeRef(), customer, topic: "系统登记", at: "2026-01-02T03:04:05Z" };
		expect((await caller?.(visit))?.status).toBe(403);
		const answer = await writer?.(visit);
		expect(answer?.status).toBe(201);
		expect(((await answer?.json()) as Loose).at).toBe("2026-01-02T03:04:05.000Z");
		expect((await visits()).find((entry) => entry.ref === visit.ref).author.kind).toBe("api");
	});

	test.each([
		[{ topic: "x" }, "ref"],
		[{ ref: "12345678", topic: "x" }, "customer"],
		[{ ref: "12345678", customer: "1", topic: "" }, "topic"],
		[{ ref: "12345678", customer: "1", topic: "x", next_step: "y", next_on: "30.11.2026" }, "next_on"],
		[{ ref: "12345678", customer: "1", topic: "x", place: "p".repeat(121) }, "place"],
		[{ ref: "12345678", customer: "1", topic: "x", channel: "12" }, "channel"],
	])("%j is refused for its %s", async (body, field) => {
		const answer = await ann.post("/api/v1/entries/counter", body);
		expect([answer.status, answer.body.error.field]).toEqual([400, field]);
	});

	test("channels that take no entries have no such address", async () => {
		expect((await ann.post("/api/v1/entries/webchat", { ref: "12345678" })).status).toBe(404);
		expect((await ann.post("/api/v1/entries/phone", { ref: "12345678" })).status).toBe(404);
		expect((await ann.post("/api/v1/entries/nothing", { ref: "12345678" })).status).toBe(404);
	});
});
