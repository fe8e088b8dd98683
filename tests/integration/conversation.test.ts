import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { act, addChannel, customer, say, staff, type Customer, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef, type Frame } from "../lib/socket.ts";
import { quiet, until } from "../lib/wait.ts";

/** All that a customer may ever see of an entry, and of its author and files. */
const publicMembers = ["pub", "kind", "author", "at", "ref", "body", "files"];

describe.each(databases)("a conversation on %s", (database) => {
	let server: TestServer;
	let key: string;
	let ann: Staff;
	let bob: Staff;

	beforeAll(async () => {
		server = await startServer({ database });
		key = (await addChannel(server, "webchat", { origins: [] })).public_key;
		ann = await staff(server, "ann");
		bob = await staff(server, "bob");
	});
	afterAll(() => server.dispose());

	/** A customer who has written, and her conversation as the house sees it. */
	async function newConversation(text = "您好"): Promise<{ lin: Customer; socket: Awaited<ReturnType<Customer["socket"]>>; conversation: Loose }> {
		const watcher = await ann.socket({ views: ["mine", "unassigned", "all"] });
		const lin = await customer(server, key);
		const socket = await lin.socket();
		const ack = await say(socket, { text });
		expect(ack.t).toBe("ack");
		const entry = await watcher.frame("entry", (f) => (f["entry"] as Loose).body?.text === text && (f["entry"] as Loose).kind === "message");
		watcher.close();
		return { lin, socket, conversation: (entry["conversation"] as Loose) ?? (entry["entry"] as Loose) };
	}

	test("a customer's message reaches the console and the answer reaches her", async () => {
		const console1 = await ann.socket();
		const { socket, conversation } = await newConversation("银行转账没到账");
		const arrived = await console1.frame("entry", (f) => (f["entry"] as Loose).body?.text === "银行转账没到账");
		expect((arrived["entry"] as Loose).author.kind).toBe("customer");
		expect((arrived["conversation"] as Loose).state).toBe("open");
		const taken = await act(console1, { conversation: conversation.id, action: "take" });
		expect(taken.t).toBe("ack");
		expect((taken["conversation"] as Loose).assignee).toBe(ann.id);
		const sent = await say(console1, { conversation: conversation.id, kind: "message", text: "我来帮您查" });
		expect(sent.t).toBe("ack");
		const seen = await socket.frame("entry", (f) => (f["entry"] as Loose).body.text === "我来帮您查");
		expect((seen["entry"] as Loose).author).toEqual({ kind: "staff", name: "ANN" });
		expect((seen["entry"] as Loose).pub).toBe(2);
		console1.close();
		socket.close();
	});

	test("the same ref is acknowledged again and makes one entry", async () => {
		const { lin, socket } = await newConversation("第一条");
		const ref = makeRef();
		const first = await say(socket, { ref, text: "只算一次" });
		const second = await say(socket, { ref, text: "只算一次" });
		expect(second["pub"]).toBe(first["pub"]);
		expect(second["duplicate"]).toBe(true);
		socket.cut();
		const again = await lin.socket();
		const third = await say(again, { ref, text: "只算一次" });
		expect(third["pub"]).toBe(first["pub"]);
		await until("the history", () => again.all("entry").length >= 2);
		expect(again.all("entry").filter((f) => (f["entry"] as Loose).body.text === "只算一次")).toHaveLength(1);
		again.close();
	});

	test("a customer resumes by her own gap-free numbers", async () => {
		const { lin, socket, conversation } = await newConversation("一");
		const console1 = await ann.socket();
		socket.cut();
		for (const text of ["二", "三", "四"]) {
			expect((await say(console1, { conversation: conversation.id, kind: "message", text })).t).toBe("ack");
			expect((await say(console1, { conversation: conversation.id, kind: "note", text: `备注${text}` })).t).toBe("ack");
		}
		const again = await lin.socket({ pub: 1 });
		await again.frame("entry", (f) => (f["entry"] as Loose).pub === 4);
		expect(again.all("entry").map((f) => (f["entry"] as Loose).pub)).toEqual([2, 3, 4]);
		expect(again.all("entry").map((f) => (f["entry"] as Loose).body.text)).toEqual(["二", "三", "四"]);
		console1.close();
		again.close();
	});

	test("nothing from inside the house reaches the customer", async () => {
		const { socket, conversation } = await newConversation("内外有别");
		const console1 = await ann.socket();
		await act(console1, { conversation: conversation.id, action: "take" });
		await say(console1, { conversation: conversation.id, kind: "note", text: "内部：客户风险等级 C3" });
		await say(console1, { conversation: conversation.id, kind: "message", text: "您好，请讲" });
		await say(console1, { conversation: conversation.id, kind: "note", text: "内部：再看看" });
		await act(console1, { conversation: conversation.id, action: "resolve" });
		await act(console1, { conversation: conversation.id, action: "reopen" });
		await say(console1, { conversation: conversation.id, kind: "message", text: "还在吗" });
		await socket.frame("entry", (f) => (f["entry"] as Loose).body.text === "还在吗");
		await quiet(200);
		const entries = socket.all("entry").map((f) => f["entry"] as Loose);
		expect(entries.map((e) => e.pub)).toEqual(entries.map((_, i) => i + 1));
		for (const entry of entries) {
			expect(Object.keys(entry).filter((member) => !publicMembers.includes(member))).toEqual([]);
			expect(entry.kind).toBe("message");
		}
		expect(JSON.stringify(socket.frames)).not.toContain("内部");
		expect(JSON.stringify(socket.frames)).not.toContain("seq");
		console1.close();
		socket.close();
	});

	test("of twenty simultaneous takes exactly one wins", async () => {
		const { socket, conversation } = await newConversation("谁来接");
		const sockets = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? ann : bob).socket()));
		const answers = await Promise.all(sockets.map((s) => act(s, { conversation: conversation.id, action: "take" })));
		const winners = new Set(answers.filter((a) => a.t === "ack").map((a) => (a["conversation"] as Loose).assignee));
		expect(winners.size).toBe(1);
		const losers = answers.filter((a) => a.t === "nack");
		expect(losers.length).toBeGreaterThanOrEqual(10);
		expect(losers.every((a) => a["code"] === "conflict")).toBe(true);
		const page = await ann.get(`/api/v1/customers/${conversation.customer}/entries?limit=50`);
		expect(page.body.entries.filter((e: Loose) => e.kind === "assigned")).toHaveLength(1);
		sockets.forEach((s) => s.close());
		socket.close();
	});

	test("a console resumes by its cursor without loss or doubling", async () => {
		const { socket, conversation } = await newConversation("断线前");
		const first = await ann.socket({ watch: [conversation.customer] });
		const cursor = (await first.frame("welcome"))["cursor"];
		first.cut();
		for (let i = 1; i <= 5; i++) {
			await say(socket, { text: `断线中${i}` });
		}
		const second = await ann.socket({ cursor, watch: [conversation.customer] });
		expect((await second.frame("welcome"))["resumed"]).toBe(true);
		await second.frame("entry", (f) => (f["entry"] as Loose).body.text === "断线中5");
		const texts = second.all("entry").map((f) => (f["entry"] as Loose).body.text).filter((t: string) => t?.startsWith("断线中"));
		expect(texts).toEqual(["断线中1", "断线中2", "断线中3", "断线中4", "断线中5"]);
		second.close();
		socket.close();
	});

	test("an impossible cursor is told apart instead of silently skipped", async () => {
		const socket = await ann.socket({ cursor: "1" });
		const welcome = await socket.frame("welcome");
		expect([true, false]).toContain(welcome["resumed"]);
		socket.close();
	});

	test("ticks: delivered when her widget has it, read when she has seen it", async () => {
		const { socket, conversation } = await newConversation("打勾");
		const console1 = await ann.socket({ watch: [conversation.customer] });
		await say(console1, { conversation: conversation.id, kind: "message", text: "收到请看" });
		const entry = (await socket.frame("entry", (f) => (f["entry"] as Loose).body.text === "收到请看"))["entry"] as Loose;
		socket.send({ t: "mark", delivered: entry.pub, seen: 0 });
		await console1.frame("mark", (f) => f["party"] === "customer" && f["delivered"] === entry.pub);
		socket.send({ t: "mark", delivered: entry.pub, seen: entry.pub });
		await console1.frame("mark", (f) => f["party"] === "customer" && f["seen"] === entry.pub);
		console1.send({ t: "mark", customer: conversation.customer, timeline: conversation.timeline, seq: 99999 });
		const house = await socket.frame("mark", (f) => f["party"] === "house" && (f["seen"] as number) >= 1);
		expect(house["seen"]).toBeLessThanOrEqual(entry.pub);
		console1.close();
		socket.close();
	});

	test("typing passes both ways and is not stored; typing a note stays inside", async () => {
		const { socket, conversation } = await newConversation("输入中");
		const console1 = await ann.socket({ watch: [conversation.customer] });
		const console2 = await bob.socket({ watch: [conversation.customer] });
		socket.send({ t: "typing", on: true });
		await console1.frame("typing", (f) => (f["who"] as Loose).kind === "customer" && f["on"] === true);
		console1.send({ t: "typing", customer: conversation.customer, on: true, note: true });
		await console2.frame("typing", (f) => (f["who"] as Loose).id === ann.id);
		expect(socket.all("typing")).toHaveLength(0);
		console1.send({ t: "typing", customer: conversation.customer, on: true, note: false });
		await socket.frame("typing", (f) => f["on"] === true);
		for (const s of [console1, console2, socket]) {
			s.close();
		}
	});

	test("who else looks at a thread is shown and ends with the socket", async () => {
		const { socket, conversation } = await newConversation("谁在看");
		const console1 = await ann.socket({ watch: [conversation.customer] });
		const console2 = await bob.socket({ watch: [conversation.customer] });
		await console1.frame("viewers", (f) => f["customer"] === conversation.customer && (f["staff"] as Loose[]).some((s) => s.id === bob.id));
		console1.forget();
		console2.close();
		await console1.frame("viewers", (f) => f["customer"] === conversation.customer && !(f["staff"] as Loose[]).some((s) => s.id === bob.id), 15_000);
		console1.close();
		socket.close();
	});

	test("resolved conversations reopen when the customer writes soon after", async () => {
		const { socket, conversation } = await newConversation("还有问题吗");
		const console1 = await ann.socket({ views: ["mine", "unassigned", "all"] });
		await act(console1, { conversation: conversation.id, action: "take" });
		const resolved = await act(console1, { conversation: conversation.id, action: "resolve" });
		expect((resolved["conversation"] as Loose).state).toBe("resolved");
		await say(socket, { text: "还有一个问题" });
		const entry = await console1.frame("entry", (f) => (f["entry"] as Loose).body?.text === "还有一个问题");
		expect((entry["conversation"] as Loose).id).toBe(conversation.id);
		expect((entry["conversation"] as Loose).state).toBe("open");
		expect((entry["conversation"] as Loose).assignee).toBe(ann.id);
		console1.close();
		socket.close();
	});

	test("an answer on a stale thread is stopped when the agent asked for it", async () => {
		const { socket, conversation } = await newConversation("先问一句");
		const console1 = await ann.socket({ watch: [conversation.customer] });
		const seen = Number(conversation.last_seq);
		await say(socket, { text: "等等，改主意了" });
		const refused = await say(console1, { conversation: conversation.id, kind: "message", text: "好的", seen_seq: seen, check: true });
		expect(refused.t).toBe("nack");
		expect(refused["code"]).toBe("stale");
		console1.close();
		socket.close();
	});

	test("the history shows every fact once, numbered without a gap, and verifies", async () => {
		const { socket, conversation } = await newConversation("完整");
		const console1 = await ann.socket();
		for (let i = 0; i < 30; i++) {
			await say(i % 2 === 0 ? socket : console1, { text: `第 ${i} 条`, ...(i % 2 === 0 ? {} : { conversation: conversation.id, kind: "message" }) });
		}
		const first = await ann.get(`/api/v1/customers/${conversation.customer}/entries?limit=20`);
		const second = await ann.get(`/api/v1/customers/${conversation.customer}/entries?limit=20&before=${encodeURIComponent(first.body.next)}`);
		const seqs = [...second.body.entries, ...first.body.entries].map((e: Loose) => e.seq);
		expect(seqs).toEqual(seqs.map((_: number, i: number) => i + 1));
		expect(server.command("verify")).toMatch(/^Whole:/);
		console1.close();
		socket.close();
	});
});
