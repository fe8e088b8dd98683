/** Log-in, log-out, rights: who may do what, and how fast a right that was taken ends. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer, say, Staff, staff } from "../lib/people.ts";
import { databases, startServer, TestServer } from "../lib/server.ts";
import { TestSocket } from "../lib/socket.ts";

describe.each(databases)("sessions and rights on %s", (database) => {
	let server: TestServer;
	let boss: Staff;
	let lead: Staff;
	let ann: Staff;

	beforeAll(async () => {
		server = await startServer({ database });
		boss = await staff(server, "boss");
		lead = await staff(server, "lead");
		ann = await staff(server, "ann");
	});
	afterAll(() => server.dispose());

	test("a wrong password and an unknown name get the same answer", async () => {
		const wrong = await new Staff(server, "ann").logIn("wrong");
		const unknown = await new Staff(server, "nobody").logIn("wrong");
		expect(wrong.status).toBe(401);
		expect(unknown.status).toBe(401);
		expect(unknown.body).toEqual(wrong.body);
		expect(wrong.headers.get("set-cookie")).toBeNull();
	});

	test("the cookie cannot be read by scripts nor sent along by other sites", async () => {
		const answer = await new Staff(server, "bob").logIn();
		const cookie = answer.headers.get("set-cookie") ?? "";
		expect(cookie).toMatch(/^trunkline_session=[^;]{20,};/);
		expect(cookie).toMatch(/HttpOnly/i);
		expect(cookie).toMatch(/SameSite=(Lax|Strict)/i);
		expect(cookie).toMatch(/Path=\//i);
		expect(JSON.stringify(answer.body)).not.toMatch(/hash|argon|password/i);
	});

	test("without a session nothing is told", async () => {
		const stranger = new Staff(server, "stranger");
		for (const path of ["/session", "/conversations", "/customers", "/staff", "/channels", "/api-keys", "/audit"]) {
			expect([path, (await stranger.get(`/api/v1${path}`)).status]).toEqual([path, 401]);
		}
	});

	test("a write without the CSRF token is refused, a read needs none", async () => {
		const thief = new Staff(server, "ann");
		thief.cookie = ann.cookie;
		for (const csrf of ["", "x".repeat(ann.csrf.length)]) {
			thief.csrf = csrf;
			expect((await thief.post("/api/v1/customers", { name: "伪造" })).status).toBe(403);
		}
		expect((await thief.get("/api/v1/session")).status).toBe(200);
	});

	test("logging out ends the cookie and the socket", async () => {
		const bob = await staff(server, "bob");
		const socket = await bob.socket();
		expect((await bob.request("DELETE", "/api/v1/session")).status).toBe(204);
		await socket.becomesClosed();
		expect(socket.all("bye")[0]?.["code"]).toBe("revoked");
		expect((await bob.get("/api/v1/session")).status).toBe(401);
	});

	test("a new password ends the former sessions and goes on with a new cookie", async () => {
		server.addStaff("cho");
		const cho = await staff(server, "cho");
		const elsewhere = await staff(server, "cho");
		const socket = await elsewhere.socket();
		expect((await cho.post("/api/v1/staff/me/password", { old: "wrong", new: "another horse 43" })).status).toBe(400);
		expect((await cho.post("/api/v1/staff/me/password", { old: server.password, new: "short" })).status).toBe(400);
		const changed = await cho.post("/api/v1/staff/me/password", { old: server.password, new: "another horse 43" });
		expect(changed.status).toBe(200);
		cho.cookie = (changed.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
		expect((await cho.get("/api/v1/session")).status).toBe(200);
		await socket.becomesClosed();
		expect((await elsewhere.get("/api/v1/session")).status).toBe(401);
		expect((await new Staff(server, "cho").logIn()).status).toBe(401);
	});

	test("an agent administers nothing, a supervisor reads the audit only", async () => {
		const writes: [string, string, object][] = [
			["POST", "/api/v1/staff", { name: "X", login: "xx", role: "agent" }],
			["PATCH", `/api/v1/staff/${ann.id}`, { role: "administrator" }],
			["POST", "/api/v1/channels", { kind: "webchat", name: "X", origins: [] }],
			["POST", "/api/v1/api-keys", { name: "X", scopes: ["calls:write"] }],
		];
		for (const person of [ann, lead]) {
			for (const [method, path, body] of writes) {
				expect([person.login, path, (await person.request(method, path, body)).status]).toEqual([person.login, path, 403]);
			}
			expect((await person.get("/api/v1/channels")).status).toBe(403);
			expect((await person.get("/api/v1/api-keys")).status).toBe(403);
		}
		expect((await ann.get("/api/v1/audit")).status).toBe(403);
		expect((await lead.get("/api/v1/audit")).status).toBe(200);
		expect((await boss.get("/api/v1/audit")).status).toBe(200);
	});

	test("nobody makes herself more than she is", async () => {
		const answer = await ann.request("PATCH", "/api/v1/staff/me", { language: "en", role: "administrator" });
		const me = (await ann.get("/api/v1/session")).body.staff;
		expect(me.role).toBe("agent");
		expect([200, 400]).toContain(answer.status);
	});

	test("the sockets of a member who is deactivated close within a second", async () => {
		server.addStaff("dan", "agent", "8009");
		const dan = await staff(server, "dan");
		const socket = await dan.socket();
		const member = (await boss.get("/api/v1/staff")).body.items.find((one: { login: string }) => one.login === "dan");
		const from = Date.now();
		const changed = await boss.request("PATCH", `/api/v1/staff/${member.id}`, { active: false, version: member.version });
		expect(changed.status).toBe(200);
		await socket.becomesClosed();
		expect(Date.now() - from).toBeLessThan(1000);
		expect(socket.all("bye")[0]?.["code"]).toBe("revoked");
		expect((await dan.get("/api/v1/session")).status).toBe(401);
		expect((await new Staff(server, "dan").logIn()).status).toBe(401);
	});

	test("a socket needs the CSRF token, the right origin and the subprotocol", async () => {
		const wrong = new TestSocket(`${server.url}/ws/console`, { origin: server.url, cookie: ann.cookie });
		await wrong.opened();
		wrong.send({ t: "hello", csrf: "nonsense", cursor: null, views: ["mine"], watch: [], state: "online" });
		await wrong.becomesClosed();
		expect(wrong.all("welcome")).toEqual([]);
		const foreign = new TestSocket(`${server.url}/ws/console`, { origin: "https://evil.example", cookie: ann.cookie });
		expect((await foreign.becomesClosed()).code).toBe(1006);
		const plain = new TestSocket(`${server.url}/ws/console`, { origin: server.url, cookie: ann.cookie, protocol: null });
		expect((await plain.becomesClosed()).code).toBe(1006);
		expect([...foreign.frames, ...plain.frames]).toEqual([]);
	});

	test("an API key does what its scopes say and nothing else", async () => {
		await addChannel(server, "phone");
		const made = await boss.post("/api/v1/api-keys", { name: "PBX", scopes: ["calls:write"] });
		expect(made.body.key).toMatch(/^tk_/);
		const key = new Staff(server, "key");
		const headers = { authorization: `Bearer ${made.body.key}` };
		const event = { call_id: "k-1", event: "start", direction: "in", from: "13900001111", to: "02155550000", extension: "8001", at: new Date().toISOString() };
		expect((await key.request("POST", "/api/v1/calls", event, headers)).status).toBeLessThan(300);
		for (const path of ["/customers", "/conversations", "/staff", "/audit"]) {
			expect([path, (await key.request("GET", `/api/v1${path}`, undefined, headers)).status]).toEqual([path, 403]);
		}
		expect((await boss.get("/api/v1/api-keys")).body.items[0]).not.toHaveProperty("key");
		expect((await boss.request("DELETE", `/api/v1/api-keys/${made.body.api_key.id}`)).status).toBe(204);
		expect((await key.request("POST", "/api/v1/calls", event, headers)).status).toBe(401);
	});

	test("no secret stands in the log", async () => {
		const key = (await addChannel(server, "webchat", { origins: [] })).public_key;
		const lin = await customer(server, key);
		const socket = await lin.socket();
		await say(socket, { text: "只给客服看的话" });
		socket.close();
		for (const secret of [server.password, ann.cookie.split("=")[1] ?? "?", ann.csrf, lin.token, "只给客服看的话"]) {
			expect(server.log).not.toContain(secret);
		}
	});

	test("the audit says who did it and to whom", async () => {
		const items = (await boss.get("/api/v1/audit")).body.items;
		const actions = new Set<string>(items.map((item: { action: string }) => item.action.replaceAll(".", "_")));
		for (const action of ["session_opened", "session_refused", "staff_deactivated", "api_key_created", "api_key_revoked"]) {
			expect([action, actions.has(action)]).toEqual([action, true]);
		}
	});
});

describe("limits", () => {
	test("guessing passwords is slowed down and says how long", async () => {
		const server = await startServer({ settings: { "security.logins_per_minute": "5" } });
		try {
			const statuses: number[] = [];
			let retryAfter: string | null = null;
			for (let i = 0; i < 12; i++) {
				const answer = await new Staff(server, "ann").logIn(`guess ${i}`);
				statuses.push(answer.status);
				retryAfter = answer.headers.get("retry-after") ?? retryAfter;
			}
			expect(statuses[0]).toBe(401);
			expect(statuses.at(-1)).toBe(429);
			expect(Number(retryAfter)).toBeGreaterThan(0);
		} finally {
			await server.dispose();
		}
	});

	test("a flood of messages is held back with a hint, and none of it is lost by that", async () => {
		const server = await startServer({ settings: { "security.send_per_minute": "10" } });
		try {
			const key = (await addChannel(server, "webchat", { origins: [] })).public_key;
			const lin = await customer(server, key);
			const socket = await lin.socket();
			const answers = [];
			for (let i = 0; i < 25; i++) {
				answers.push(await say(socket, { text: `洪水 ${i}` }));
			}
			const refused = answers.filter((answer) => answer.t === "nack");
			expect(refused.length).toBeGreaterThan(5);
			for (const answer of refused) {
				expect(answer["code"]).toBe("busy");
				expect(answer["retry_ms"]).toBeGreaterThan(0);
			}
			socket.close();
		} finally {
			await server.dispose();
		}
	});
});
