/** Customers inside an app: known by a signed identity, one history with the web, and their app's
 * server told, once each and in order, of what arrived while they were away. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { App, Receiver, signIdentity } from "../lib/app.ts";
import { act, addChannel, Customer, say, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { TestSocket } from "../lib/socket.ts";
import { quiet, until } from "../lib/wait.ts";

const quick = { "outbox.private": "127.0.0.1, ::1", "outbox.grace": "400ms", "outbox.retry": "100ms", "outbox.timeout": "1s" };

describe.each(databases)("on %s, an app's customer", (database) => {
	let server: TestServer;
	let ann: Staff;
	let desk: TestSocket;
	let app: App;
	let receiver: Receiver;
	let users = 0;

	beforeAll(async () => {
		server = await startServer({ database, settings: quick });
		ann = await staff(server, "ann");
		desk = await ann.socket();
	});
	afterAll(async () => {
		desk.close();
		await server.dispose();
	});
	beforeEach(async () => {
		receiver = await Receiver.open();
		app = await App.open(server, receiver);
	});
	afterEach(() => receiver.close());

	/** Has written once, is answered to by ann, and has closed the app. */
	async function away(subject = `u-${++users}`): Promise<{ subject: string; user: Customer; conversation: string }> {
		const user = await app.user(subject, { name: `用户 ${subject}` });
		const socket = await app.socket(user);
		await say(socket, { text: `你好，我是 ${subject}` });
		socket.close();
		const found = await until("the conversation", async () =>
			(await ann.get("/api/v1/conversations?view=unassigned")).body.items.find((one: Loose) => one.customer_name === `用户 ${subject}`));
		await act(desk, { action: "take", conversation: found.id });
		return { subject, user, conversation: found.id };
	}

	async function answer(conversation: string, text: string): Promise<void> {
		expect((await say(desk, { conversation, kind: "message", text })).t).toBe("ack");
	}

	test("is let in by a signed identity only", async () => {
		const stranger = new Customer(server, app.channel.public_key);
		expect((await stranger.session()).status).toBe(401);
		expect((await stranger.session({ identity: app.identity("u", { exp: 1 }) })).status).toBe(401);
		const known = await app.user("u-known");
		expect((await known.session({ token: known.token })).body.identified).toBe(true);
		await app.edit({ identity_required: false });
		expect((await stranger.session()).status).toBe(200);
		await app.edit({ identity_required: true });
		expect((await stranger.session({ token: stranger.token })).status).toBe(401);
	});

	test("has one history in the app and on the web", async () => {
		const web = await addChannel(server, "webchat", { origins: [] });
		const { kid, secret } = (await app.boss.post(`/api/v1/channels/${web.id}/keys`)).body;
		const { subject, user, conversation } = await away();
		await answer(conversation, "在应用里回复");
		const site = new Customer(server, web.public_key);
		expect((await site.session({ identity: signIdentity(kid, secret, web.public_key, subject) })).status).toBe(200);
		const page = await site.socket({ pub: null });
		await page.frame("entry", (f) => (f["entry"] as Loose).body.text === "在应用里回复");
		await say(page, { text: "在网页上写" });
		const phone = await app.socket(user, { pub: null });
		await phone.frame("entry", (f) => (f["entry"] as Loose).body.text === "在网页上写");
		page.close();
		phone.close();
	});

	test("comes without an origin, as no browser does; a web chat takes nobody like that", async () => {
		const web = await addChannel(server, "webchat", { origins: [] });
		const visitor = new Customer(server, web.public_key);
		await visitor.session();
		const socket = new TestSocket(`${server.url}/ws/widget`);
		await socket.opened();
		socket.send({ t: "hello", token: visitor.token, pub: 0, language: "en" });
		expect((await socket.frame("bye"))["code"]).toBe("revoked");
		const foreign = new TestSocket(`${server.url}/ws/widget`, { origin: "https://evil.example" });
		await foreign.opened();
		foreign.send({ t: "hello", token: (await app.user("u-foreign")).token, pub: 0, language: "en" });
		expect((await foreign.frame("bye"))["code"]).toBe("revoked");
	});

	test("who is away is told of by a signed call to her app's server", async () => {
		const { subject, conversation } = await away();
		await answer(conversation, "您的订单已发出");
		await until("the call", () => receiver.calls.length > 0);
		const [call] = receiver.calls;
		expect(call?.signed).toBe(true);
		expect(call?.body).toMatchObject({
			type: "entry", id: call?.id, user: { sub: subject }, unread: 1,
			channel: { key: app.channel.public_key }, entry: { body: { text: "您的订单已发出" }, author: { kind: "staff", name: "ANN" } },
		});
		expect(JSON.stringify(call?.body)).not.toContain(conversation);
		await until("it is settled", async () => (await app.outbox("sent")).summary.sent === 1);
		const { summary } = await app.outbox();
		expect([summary.waiting, summary.dead, summary.sent_at !== null]).toEqual([0, 0, true]);
	});

	test("who is there is not told of by her app's server", async () => {
		const { user, conversation } = await away();
		const socket = await app.socket(user);
		socket.send({ t: "mark", delivered: 1, seen: 1 });
		const told = answer(conversation, "您在线");
		const entry = await socket.frame("entry", (f) => (f["entry"] as Loose).body.text === "您在线");
		socket.send({ t: "mark", delivered: (entry["entry"] as Loose).pub, seen: 0 });
		await told;
		await until("it is dropped", async () => (await app.outbox("dropped")).summary.dropped === 1);
		await quiet(200);
		expect(receiver.calls).toEqual([]);
		socket.close();
	});

	test("gets entries in order though the server fails, answers late, or not at all", async () => {
		const first = await away();
		const second = await away();
		let failures = 0;
		receiver.behaviour = (call, reply) => {
			if (call.body.user.sub !== first.subject || ++failures > 3) {
				reply.writeHead(200).end("ok");
			} else if (failures === 1) {
				reply.writeHead(500).end("database on fire");
			} else if (failures === 2) {
				setTimeout(() => reply.writeHead(200).end("too late"), 1500);
			} // the third never answers
		};
		for (const text of ["一", "二", "三"]) {
			await answer(first.conversation, text);
		}
		await until("the server's words are shown", async () => (await app.outbox()).summary.answer === "database on fire");
		await answer(second.conversation, "别人的不用等");
		await until("the other's went through", () => receiver.texts.includes("别人的不用等"));
		expect(receiver.texts.filter((text) => text !== "别人的不用等")).toEqual(["一"]);
		await until("all went through", () => receiver.texts.length === 4, 15_000);
		expect(receiver.texts.filter((text) => text !== "别人的不用等")).toEqual(["一", "二", "三"]);
		const repeated = receiver.calls.filter(({ body }) => body.entry.body.text === "一");
		expect(repeated.length).toBe(4);
		expect(new Set(repeated.map(({ id }) => id)).size).toBe(1);
		expect(receiver.calls.every(({ signed }) => signed)).toBe(true);
	});

	test("whose server is gone for good is in the list of the dead, and can be sent again", async () => {
		const { conversation } = await away();
		receiver.behaviour = (_call, reply) => reply.writeHead(410).end("no such hook");
		await answer(conversation, "没人收");
		const dead = await until("it is dead", async () => {
			const page = await app.outbox("dead");
			return page.items.length === 1 && page;
		});
		expect(dead.items[0]).toMatchObject({ state: "dead", status: 410, answer: "no such hook", attempts: 1 });
		expect((await ann.post(`${app.path}/outbox/again`, {})).status).toBe(403);
		receiver.behaviour = (_call, reply) => reply.writeHead(204).end();
		expect((await app.boss.post(`${app.path}/outbox/again`, { item: dead.items[0].id })).body).toEqual({ items: 1 });
		await until("it went through", async () => (await app.outbox("sent")).summary.sent === 1);
		expect((await app.boss.post(`${app.path}/outbox/again`, { item: dead.items[0].id })).status).toBe(404);
		expect(new Set(receiver.calls.map(({ id }) => id)).size).toBe(1);
	});

	test("is not told of after she logged out", async () => {
		const { user, conversation } = await away();
		expect((await user.request("DELETE", "/api/v1/widget/session")).status).toBe(204);
		await answer(conversation, "您已退出");
		await quiet(600);
		expect((await app.outbox()).summary.waiting).toBe(0);
		expect(receiver.calls).toEqual([]);
	});

	test("has a webhook that an administrator can try, and whose secret can be changed in peace", async () => {
		const tried = await app.boss.post(`${app.path}/webhook/test`);
		expect(tried.body).toMatchObject({ ok: true, status: 204 });
		receiver.behaviour = (_call, reply) => reply.writeHead(302, { location: "http://127.0.0.1:1/" }).end("elsewhere");
		expect((await app.boss.post(`${app.path}/webhook/test`)).body).toMatchObject({ ok: false, status: 302, answer: "elsewhere" });
		const fresh = await app.newSecret();
		expect(fresh).not.toBe(app.secret);
		for (const secret of [app.secret, fresh]) {
			receiver.secrets = [secret];
			await app.boss.post(`${app.path}/webhook/test`);
			expect(receiver.calls.at(-1)?.signed).toBe(true);
		}
		expect(JSON.stringify((await app.boss.get("/api/v1/channels")).body)).not.toContain(fresh);
		expect((await ann.post(`${app.path}/webhook/test`)).status).toBe(403);
		const settings = app.channel.settings.webhook;
		expect(settings).toEqual({ url: receiver.url, enabled: true, has_secret: true });
	});
});

describe("a webhook's address", () => {
	test("must be public: private networks and plain HTTP are refused unless the configuration names them", async () => {
		const server = await startServer({ settings: { ...quick, "outbox.private": "" } });
		const receiver = await Receiver.open();
		try {
			const app = await App.open(server);
			await app.newSecret();
			for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0"]) {
				await app.edit({ webhook: { url: `http://${host}:${receiver.port}/hook`, enabled: true } });
				const tried = await app.boss.post(`${app.path}/webhook/test`);
				expect([host, tried.body.ok, tried.body.status]).toEqual([host, false, 0]);
				expect(tried.body.answer).toMatch(/private|resolve|https/);
			}
			expect(receiver.calls).toEqual([]);
			for (const url of ["ftp://a.example/", "https://", "https://user:word@a.example/", "file:///etc/passwd", "https://a.example/#x", "https://a b/"]) {
				expect((await app.boss.request("PATCH", app.path, { webhook: { url } })).status).toBe(400);
			}
		} finally {
			await receiver.close();
			await server.dispose();
		}
	});

	test("is spoken to over verified TLS", async () => {
		const { receiver, caFile } = await Receiver.openTls();
		const trusting = await startServer({ settings: { ...quick, "outbox.ca_file": caFile } });
		const strict = await startServer({ settings: quick });
		try {
			const app = await App.open(trusting, receiver);
			expect((await app.boss.post(`${app.path}/webhook/test`)).body).toMatchObject({ ok: true, status: 204 });
			expect(receiver.calls.at(-1)?.signed).toBe(true);
			await app.edit({ webhook: { url: receiver.url.replace("localhost", "127.0.0.1") } });
			expect((await app.boss.post(`${app.path}/webhook/test`)).body.answer).toMatch(/SSL|certificate/);
			const other = await App.open(strict, receiver);
			expect((await other.boss.post(`${other.path}/webhook/test`)).body.answer).toMatch(/SSL|certificate/);
		} finally {
			await receiver.close();
			await strict.dispose();
			await trusting.dispose();
		}
	});
});
