/** When somebody is there, and tags of customers, over REST and sockets. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer, say, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";

const never = { zone: "Asia/Shanghai", week: [[], [], [], [], [], [], []], special: [] };

describe.each(databases)("hours and tags on %s", (database) => {
	let server: TestServer;
	let lead: Staff;
	let ann: Staff;

	beforeAll(async () => {
		server = await startServer({ database });
		lead = await staff(server, "lead");
		ann = await staff(server, "ann");
	});
	afterAll(() => server.dispose());

	const put = (body: Loose): Promise<Loose> => lead.request("PUT", "/api/v1/hours", body);

	test("consoles and widgets hear at once that the house closes", async () => {
		const visitor = await customer(server, (await addChannel(server, "webchat")).public_key);
		const widget = await visitor.socket();
		const console = await ann.socket();
		expect(widget.frames.find((f) => f.t === "welcome")).toMatchObject({ hours: { open: true, next_change: null } });
		const { version } = (await ann.get("/api/v1/hours")).body;
		expect((await put({ ...never, version })).body).toMatchObject({ always: false, version: version + 1 });
		for (const socket of [widget, console]) {
			expect(await socket.frame("hours", (f: Loose) => !f.open)).toMatchObject({ open: false, next_change: null });
		}
		expect((await ann.get("/api/v1/hours/state")).body).toMatchObject({ open: false, zone: "Asia/Shanghai" });
		widget.close();
		console.close();
	});

	test("a supervisor edits what she has seen, an agent only looks", async () => {
		const { version } = (await lead.get("/api/v1/hours")).body;
		expect((await ann.request("PUT", "/api/v1/hours", { ...never, version })).status).toBe(403);
		expect((await put({ ...never, version: version + 1 })).status).toBe(409);
		const wrong = await put({ ...never, zone: "Mars/Olympus" });
		expect(wrong.status).toBe(400);
		expect(wrong.body.error.text).toContain("zone");
		const today = (await put({ ...never, special: [{ date: "2026-10-01", name: "国庆节", spans: [{ from: "10:00", to: "12:00" }] }] })).body;
		expect(today.special).toEqual([{ date: "2026-10-01", name: "国庆节", spans: [{ from: "10:00", to: "12:00" }] }]);
		await put({ ...never, always: true });
	});

	test("tags are given, found by and taken away", async () => {
		const visitor = await customer(server, (await addChannel(server, "webchat")).public_key);
		const widget = await visitor.socket();
		await say(widget, { text: "你好" });
		widget.close();
		const [talk] = (await ann.get("/api/v1/conversations?view=unassigned")).body.items;
		const id = talk.customer;
		const path = `/api/v1/customers/${id}/tags`;
		const socket = await ann.socket({ watch: [id] });
		const given = await ann.request("PATCH", path, { tags: ["重点 客户"], topics: ["科创板"], intent: "开户" });
		expect(given.status).toBe(200);
		expect(given.body.items.map((tag: Loose) => [tag.kind, tag.text, tag.source, tag.author])).toEqual([
			["tag", "重点 客户", "staff", ann.id], ["topic", "科创板", "staff", ann.id], ["intent", "开户", "staff", ann.id],
		]);
		await socket.frame("entry", (f: Loose) => f.entry.kind === "tagged" && f.entry.body.intent === "开户");
		expect((await ann.get(`/api/v1/customers/${id}`)).body.tags).toHaveLength(3);
		const found = async (where: string): Promise<string[]> =>
			(await ann.get(`/api/v1/${where}tag=${encodeURIComponent("重点 客户")}`)).body.items.map((item: Loose) => item.customer?.id ?? item.customer ?? item.id);
		expect(await found("customers?")).toHaveLength(1);
		expect(await found("conversations?view=all&")).toHaveLength(1);
		expect((await ann.get("/api/v1/tags")).body.items).toContainEqual({ kind: "tag", text: "重点 客户", customers: 1 });
		expect((await ann.request("PUT", path, { tags: [], intent: null })).body.items.map((tag: Loose) => tag.kind)).toEqual(["topic"]);
		expect(await found("customers?")).toEqual([]);
		expect((await ann.request("PATCH", path, { tags: ["a\nb"] })).status).toBe(400);
		socket.close();
	});
});
