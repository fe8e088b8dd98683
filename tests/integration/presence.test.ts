/** Who is there: staff who come and go, whose conversations go back when they stay away, and
 * consoles that were away for long. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { act, addChannel, customer, say, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

describe.each(databases)("presence on %s", (database) => {
	let server: TestServer;
	let key: string;
	let ann: Staff;
	let bob: Staff;

	beforeAll(async () => {
		server = await startServer({ database, settings: { "desk.leave": "1s" } });
		key = (await addChannel(server, "webchat", { origins: [] })).public_key;
		ann = await staff(server, "ann");
		bob = await staff(server, "bob");
	});
	afterAll(() => server.dispose());

	async function openedBy(text: string): Promise<Loose> {
		const lin = await customer(server, key);
		const socket = await lin.socket();
		expect((await say(socket, { text })).t).toBe("ack");
		socket.close();
		const { items } = (await bob.get("/api/v1/conversations?view=unassigned&limit=200")).body;
		return items.find((one: Loose) => one.preview === text);
	}

	test("a member is online while one of her sockets is, away when all are", async () => {
		const watcher = await bob.socket();
		const first = await ann.socket();
		const second = await ann.socket({ state: "away" });
		await watcher.frame("presence", (f) => f["staff"] === ann.id && f["state"] === "online");
		watcher.forget();
		first.send({ t: "presence", state: "away" });
		await watcher.frame("presence", (f) => f["staff"] === ann.id && f["state"] === "away");
		second.send({ t: "presence", state: "online" });
		await watcher.frame("presence", (f) => f["staff"] === ann.id && f["state"] === "online");
		second.close();
		first.close();
		await watcher.frame("presence", (f) => f["staff"] === ann.id && f["state"] === "offline");
		watcher.close();
	});

	test("the widget knows whether somebody is there", async () => {
		const lin = await customer(server, key);
		const socket = await lin.socket();
		const desk = await ann.socket();
		await until("somebody is there", () => socket.all("welcome")[0]?.["online"] === true || socket.all("online").some((f) => f["online"] === true));
		desk.close();
		await socket.frame("online", (f) => f["online"] === false, 15_000);
		socket.close();
	});

	test("the conversations of one who leaves return to the unassigned", async () => {
		const conversation = await openedBy("您下班了吗");
		const desk = await ann.socket();
		const taken = await act(desk, { conversation: conversation.id, action: "take" });
		expect((taken["conversation"] as Loose).assignee).toBe(ann.id);
		const watcher = await bob.socket({ views: ["mine", "unassigned", "all"] });
		desk.cut();
		await watcher.frame("entry", (f) => (f["entry"] as Loose).kind === "released" && (f["entry"] as Loose).conversation === conversation.id, 15_000);
		const now = (await bob.get(`/api/v1/conversations/${conversation.id}`)).body;
		expect([now.assignee, now.state]).toEqual([null, "open"]);
		watcher.close();
	});

	test("one who is back in time keeps hers", async () => {
		const conversation = await openedBy("只断了一下");
		const desk = await ann.socket();
		await act(desk, { conversation: conversation.id, action: "take" });
		desk.cut();
		const again = await ann.socket();
		const other = await openedBy("另一个客户");
		const watcher = await bob.socket();
		await act(watcher, { conversation: other.id, action: "take" });
		watcher.cut();
		await again.frame("entry", (f) => (f["entry"] as Loose).kind === "released" && (f["entry"] as Loose).conversation === other.id, 15_000).catch(() => undefined);
		await until("the other one is back", async () => (await ann.get(`/api/v1/conversations/${other.id}`)).body.assignee === null, 15_000);
		expect((await ann.get(`/api/v1/conversations/${conversation.id}`)).body.assignee).toBe(ann.id);
		again.close();
	});

	test("a console that was away for very long is told to load again", async () => {
		const desk = await ann.socket();
		const cursor = desk.all("welcome")[0]?.["cursor"];
		desk.close();
		const lin = await customer(server, key);
		const socket = await lin.socket();
		const count = 6000;
		for (let sent = 0; sent < count; sent += 200) {
			for (let i = 0; i < 200; i++) {
				socket.send({ t: "send", ref: `LONGAWAY${database}${sent + i}`.slice(0, 26), text: `${sent + i}` });
			}
			await until("acknowledgements", () => socket.all("ack").length === sent + 200, 30_000);
		}
		socket.close();
		const again = await ann.socket({ cursor });
		expect(again.all("welcome")[0]?.["resumed"]).toBe(false);
		expect(again.all("welcome")[0]?.["cursor"]).not.toBe(cursor);
		again.close();
	}, 90_000);

	test("a gap is closed by asking for what lies between", async () => {
		const conversation = await openedBy("缺口");
		const desk = await ann.socket();
		for (let i = 1; i <= 12; i++) {
			await say(desk, { conversation: conversation.id, kind: "note", text: `第 ${i} 条` });
		}
		const page = (await ann.get(`/api/v1/customers/${conversation.customer}/entries?limit=200`)).body.entries;
		desk.send({ t: "range", id: "gap", timeline: conversation.timeline, after: 3, limit: 5 });
		const range = await desk.frame("range", (f) => f["id"] === "gap");
		expect((range["entries"] as Loose[]).map((entry) => entry.seq)).toEqual([4, 5, 6, 7, 8]);
		expect(range["more"]).toBe(true);
		expect(range["entries"]).toEqual(page.filter((entry: Loose) => entry.seq > 3 && entry.seq <= 8));
		desk.close();
	});
});
