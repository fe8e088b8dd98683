/** Automatic answers over sockets: asked, answered, chosen, handed over, and never doubled. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { act, addChannel, customer, say, staff, type Customer, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef, type TestSocket } from "../lib/socket.ts";
import { quiet, until } from "../lib/wait.ts";

describe.each(databases)("automatic answers on %s", (database) => {
	let server: TestServer;
	let lead: Staff;
	let ann: Staff;
	let desk: TestSocket;
	let channel: Loose;

	beforeAll(async () => {
		server = await startServer({ database });
		lead = await staff(server, "lead");
		ann = await staff(server, "ann");
		channel = await addChannel(server, "webchat");
		desk = await ann.socket();
	});
	afterAll(() => server.dispose());

	const rule = async (content: object): Promise<string> => (await lead.post("/api/v1/rules", content)).body.rule.id;
	const inForce = (text: string, title: string): Promise<unknown> =>
		until(`${title} answers`, async () => (await lead.post("/api/v1/rules/test", { text })).body.title === title);
	const visitor = async (): Promise<{ who: Customer; socket: TestSocket }> => {
		const who = await customer(server, channel.public_key);
		return { who, socket: await who.socket() };
	};
	const bot = (socket: TestSocket, text: string): Promise<Loose> =>
		socket.frame("entry", (f: Loose) => f.entry.author.kind === "bot" && f.entry.body.text.includes(text)) as Promise<Loose>;
	const seen = (text: string): Promise<Loose> => desk.frame("entry", (f: Loose) => f.entry.body?.text === text) as Promise<Loose>;

	test("a house without rules says nothing by itself", async () => {
		const { socket } = await visitor();
		for (const text of ["第一问", "第二问", "人工"]) {
			expect(await say(socket, { text })).toMatchObject({ t: "ack" });
			expect((await seen(text)).conversation.bot).toBeUndefined();
		}
		await quiet(200);
		expect(socket.frames.filter((f: Loose) => f.t === "entry" && f.entry.author.kind === "bot")).toEqual([]);
		socket.close();
	});

	test("the answer comes with the question, and the question needs nobody", async () => {
		const fees = await rule({ title: "佣金", any: ["佣金"], replies: ["佣金按费率收取。"], ask_helpful: true, intent: "fees" });
		await rule({ title: "问候", any: ["您好"], replies: ["请选择："], menu: [{ label: "佣金怎么收", rule: fees }, { label: "找人", human: true }] });
		await inForce("您好", "问候");
		const { socket } = await visitor();
		await say(socket, { text: "您好呀" });
		const answer = await bot(socket, "请选择");
		expect(answer.entry.body).toEqual({ text: "请选择：", menu: [{ n: 1, label: "佣金怎么收" }, { n: 2, label: "找人" }] });
		const asked = await seen("您好呀");
		expect(asked.conversation).toMatchObject({ bot: "answered", assignee: null });
		const inside = await seen("请选择：");
		expect(inside.entry.body).toMatchObject({ title: "问候" });
		expect(inside.conversation.waiting_since).toBeNull();
		/* The number that was typed. */
		await say(socket, { text: "1" });
		const fee = await bot(socket, "费率");
		expect(fee.entry.body.helpful).toBe(true);
		/* Did it help: once, and only where it was asked. */
		const tell = async (pub: number, helpful: boolean): Promise<Loose> => {
			const ref = makeRef();
			socket.send({ t: "feedback", ref, pub, helpful });
			return until("an answer", () => socket.frames.find((f: Loose) => (f.t === "ack" || f.t === "nack") && f.ref === ref));
		};
		expect(await tell(fee.entry.pub, true)).toMatchObject({ t: "ack", duplicate: false });
		expect(await tell(fee.entry.pub, false)).toMatchObject({ t: "ack", duplicate: true });
		expect(await tell(answer.entry.pub, true)).toMatchObject({ t: "nack", code: "invalid" });
		const feedback = (await desk.frame("entry", (f: Loose) => f.entry.kind === "feedback")) as Loose;
		expect(feedback.entry.body).toMatchObject({ rule: fees, helpful: true });
		const counts = (await ann.get("/api/v1/rules")).body.items.find((one: Loose) => one.id === fees);
		expect(counts).toMatchObject({ title: "佣金", helped: 1, failed: 0 });
		socket.close();
	});

	test("the same message again is answered once", async () => {
		const { socket } = await visitor();
		const ref = makeRef();
		await say(socket, { text: "佣金多少", ref });
		await bot(socket, "费率");
		expect(await say(socket, { text: "佣金多少", ref })).toMatchObject({ t: "ack", duplicate: true });
		await quiet(200);
		expect(socket.frames.filter((f: Loose) => f.t === "entry" && f.entry.author.kind === "bot")).toHaveLength(1);
		socket.close();
	});

	test("many at once are each answered at most once, in one gap-free history", async () => {
		const { who, socket } = await visitor();
		const second = await who.socket();
		await Promise.all(Array.from({ length: 12 }, (_, index) => say(index % 2 === 0 ? socket : second, { text: index % 3 === 0 ? `佣金 ${index}` : `您好 ${index}` })));
		await quiet(300);
		const entries = socket.frames.filter((f: Loose) => f.t === "entry").map((f: Loose) => f.entry.pub as number);
		expect(entries).toEqual(Array.from({ length: entries.length }, (_, index) => index + 1));
		expect(socket.frames.filter((f: Loose) => f.t === "entry" && f.entry.author.kind === "customer")).toHaveLength(12);
		socket.close();
		second.close();
	});

	test("a second miss brings a person, who is alone from then on", async () => {
		const { socket } = await visitor();
		await say(socket, { text: "一窍不通" });
		expect((await seen("一窍不通")).conversation).toMatchObject({ bot: "unanswered" });
		await say(socket, { text: "还是不通" });
		await bot(socket, "转接人工");
		const { id } = (await seen("还是不通")).conversation;
		const over = (await desk.frame("entry", (f: Loose) => f.entry.kind === "handed_over" && f.conversation.id === id)) as Loose;
		expect(over.entry.body.reason).toBe("misses");
		expect(over.conversation).toMatchObject({ bot: "quiet", assignee: null });
		expect(over.conversation.waiting_since).not.toBeNull();
		await say(socket, { text: "佣金呢" });
		await seen("佣金呢");
		await quiet(200);
		expect(socket.frames.filter((f: Loose) => f.t === "entry" && f.entry.body.text.includes("费率"))).toEqual([]);
		/* Resolved: the next question is the bot's again. */
		expect(await act(desk, { conversation: over.conversation.id, action: "resolve" })).toMatchObject({ t: "ack" });
		await say(socket, { text: "佣金再问" });
		await bot(socket, "费率");
		socket.close();
	});

	test("an agent who has the conversation is not talked over, and may silence the bot", async () => {
		const { socket } = await visitor();
		await say(socket, { text: "您好一" });
		const first = await seen("您好一");
		expect(await act(desk, { conversation: first.conversation.id, action: "quiet" })).toMatchObject({ t: "ack", conversation: { bot: "quiet" } });
		await say(socket, { text: "佣金二" });
		expect((await seen("佣金二")).conversation.bot).toBe("quiet");
		const other = await visitor();
		await say(other.socket, { text: "您好三" });
		const taken = await seen("您好三");
		await act(desk, { conversation: taken.conversation.id, action: "take" });
		await say(other.socket, { text: "佣金四" });
		await seen("佣金四");
		await quiet(200);
		for (const one of [socket, other.socket]) {
			expect(one.frames.filter((f: Loose) => f.t === "entry" && f.entry.author.kind === "bot")).toHaveLength(1);
			one.close();
		}
	});

	test("an answer with a forbidden phrase is held back for a person", async () => {
		const id = await rule({ title: "坏答案", any: ["收益如何"], replies: ["这个产品保证赚钱"] });
		expect((await lead.post("/api/v1/phrases", { text: "保证赚钱", action: "block" })).status).toBe(201);
		await inForce("收益如何", "坏答案");
		const { socket } = await visitor();
		await say(socket, { text: "收益如何" });
		await bot(socket, "转接人工");
		const over = (await desk.frame("entry", (f: Loose) => f.entry.kind === "handed_over" && f.entry.body.reason === "phrase")) as Loose;
		expect(over.entry.body).toMatchObject({ rule: id, title: "坏答案" });
		const counts = (await ann.get("/api/v1/held-back-answers")).body.items.find((one: Loose) => one.rule === id);
		expect(counts.held_back).toBe(1);
		expect(JSON.stringify(socket.frames)).not.toContain("保证赚钱");
		socket.close();
		/* A menu's labels are read by customers too. */
		await rule({ title: "坏菜单", any: ["选哪个"], replies: ["请选择"], menu: [{ label: "保证 赚钱的", rule: id }] });
		await inForce("选哪个", "坏菜单");
		const other = await visitor();
		await say(other.socket, { text: "选哪个" });
		await bot(other.socket, "转接人工");
		expect(JSON.stringify(other.socket.frames)).not.toContain("赚钱的");
		other.socket.close();
	});

	test("what only warns or flags is said by the bot, and noted beside it for the supervisor", async () => {
		const id = await rule({ title: "收益", any: ["能赚多少"], replies: ["历史上稳稳赚过，稳稳赚不是承诺，也没有回佣"] });
		for (const [text, action] of [["稳稳赚", "warn"], ["回佣", "flag"]]) {
			expect((await lead.post("/api/v1/phrases", { text, action })).status).toBe(201);
		}
		await inForce("能赚多少", "收益");
		const { socket } = await visitor();
		await say(socket, { text: "能赚多少" });
		const answer = (await bot(socket, "历史上")) as Loose;
		const flagged = (await desk.frame("entry", (f: Loose) => f.entry.kind === "flagged" && f.entry.author.kind === "bot")) as Loose;
		expect(flagged.entry.body).toMatchObject({
			acknowledged: false,
			phrases: [{ text: "稳稳赚", action: "warn" }, { text: "回佣", action: "flag" }],
		});
		const said = (await desk.frame("entry", (f: Loose) => f.entry.id === flagged.entry.body.entry)) as Loose;
		expect(said.entry.body).toMatchObject({ text: answer.entry.body.text, rule: id });
		expect(flagged.conversation).toMatchObject({ id: said.entry.conversation, flags: 1 });
		expect(socket.frames.some((f: Loose) => f.t === "entry" && f.entry.kind === "flagged")).toBe(false);
		const list = await lead.get("/api/v1/conversations?flagged=true");
		expect(list.body.items.map((one: Loose) => one.conversation?.id ?? one.id)).toContain(said.entry.conversation);
		socket.close();
	});

	test("killed in the midst of questions, each has at most one answer and none is lost", async () => {
		const people = await Promise.all(Array.from({ length: 6 }, visitor));
		const refs = people.map(() => makeRef());
		people.forEach(({ socket }, index) => socket.send({ t: "send", ref: refs[index], text: `佣金 ${index}` }));
		await server.kill();
		await server.start();
		for (const [index, { who }] of people.entries()) {
			const socket = await who.socket();
			expect(await say(socket, { ref: refs[index], text: `佣金 ${index}` })).toMatchObject({ t: "ack" });
			await bot(socket, "费率");
			await quiet(50);
			expect(socket.frames.filter((f: Loose) => f.t === "entry" && f.entry.author.kind === "customer")).toHaveLength(1);
			expect(socket.frames.filter((f: Loose) => f.t === "entry" && f.entry.author.kind === "bot")).toHaveLength(1);
			socket.close();
		}
		await server.stop();
		expect(server.command("verify")).toMatch(/^Whole:/);
		await server.start();
	});
});
