/** Who a customer is: what her site signs is believed, anything else is refused and never passes
 * as a stranger; her history follows her. Files are for those who are in the talk. */
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, Customer, customer, say, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";

const receipt = readFileSync(join(import.meta.dirname, "..", "e2e", "receipt.png"));

function sign(header: object, claims: object, secret: string): string {
	const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
	const text = `${part(header)}.${part(claims)}`;
	return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

describe.each(databases)("on %s", (database) => {
	let server: TestServer;
	let boss: Staff;
	let ann: Staff;
	let channel: Loose;
	let kid: string;
	let secret: string;

	beforeAll(async () => {
		server = await startServer({ database });
		boss = await staff(server, "boss");
		ann = await staff(server, "ann");
		channel = await addChannel(server, "webchat", { origins: [] });
		const made = await boss.post(`/api/v1/channels/${channel.id}/keys`);
		({ kid, secret } = made.body);
	});
	afterAll(() => server.dispose());

	function token(user: string, changes: object = {}, header: object = {}, key = secret): string {
		const now = Math.floor(Date.now() / 1000);
		return sign({ alg: "HS256", kid, ...header }, { aud: channel.public_key, sub: user, iat: now, exp: now + 120, jti: randomUUID(), ...changes }, key);
	}

	async function identified(user: string): Promise<Customer> {
		const person = new Customer(server, channel.public_key);
		const answer = await person.session({ identity: token(user) });
		expect([answer.status, answer.body.identified]).toEqual([200, true]);
		return person;
	}

	test("a signed identity is believed, and the history follows to another device", async () => {
		const phone = await identified("u-1");
		const socket = await phone.socket();
		await say(socket, { text: "在手机上写的" });
		const laptop = await identified("u-1");
		expect(laptop.token).not.toBe(phone.token);
		const second = await laptop.socket({ pub: null });
		await second.frame("entry", (f) => (f["entry"] as Loose).body.text === "在手机上写的");
		await say(second, { text: "在电脑上写的" });
		await socket.frame("entry", (f) => (f["entry"] as Loose).body.text === "在电脑上写的");
		socket.close();
		second.close();
	});

	test("what a stranger wrote before she logged in is hers afterwards, and her old token ends", async () => {
		const lin = await customer(server, channel.public_key);
		const before = await lin.socket();
		await say(before, { text: "登录之前写的" });
		before.close();
		const old = lin.token;
		const answer = await lin.session({ token: old, identity: token("u-2") });
		expect([answer.status, answer.body.identified]).toEqual([200, true]);
		expect(lin.token).not.toBe(old);
		const list = (await ann.get("/api/v1/conversations?view=all&limit=200")).body.items;
		const conversation = list.find((one: Loose) => one.preview === "登录之前写的");
		const entries = (await ann.get(`/api/v1/customers/${conversation.customer}/entries?limit=50`)).body.entries;
		expect(entries.some((entry: Loose) => entry.body?.text === "登录之前写的")).toBe(true);
		const stale = new Customer(server, channel.public_key);
		stale.token = old;
		expect((await stale.request("DELETE", "/api/v1/widget/session")).status).toBe(401);
	});

	test("nobody gets another's history by naming her user id unsigned or signed wrongly", async () => {
		const now = Math.floor(Date.now() / 1000);
		const refused: [name: string, token: string][] = [
			["bad signature", token("u-1", {}, {}, "not the key")],
			["no signature", `${token("u-1").split(".").slice(0, 2).join(".")}.`],
			["alg none", token("u-1", {}, { alg: "none" })],
			["another algorithm", token("u-1", {}, { alg: "HS512" })],
			["unknown kid", token("u-1", {}, { kid: "nobody" })],
			["wrong audience", token("u-1", { aud: "another-site" })],
			["expired", token("u-1", { iat: now - 400, exp: now - 200 })],
			["not yet", token("u-1", { iat: now + 900, exp: now + 960 })],
			["too long a life", token("u-1", { exp: now + 86_400 })],
			["no subject", token("")],
			["no nonce", token("u-1", { jti: "" })],
			["no token at all", "x"],
			["far too long", "x".repeat(20_000)],
		];
		for (const [name, identity] of refused) {
			const person = new Customer(server, channel.public_key);
			const answer = await person.session({ identity });
			expect([name, answer.status >= 400 && answer.status < 500, answer.body.token]).toEqual([name, true, undefined]);
		}
	});

	test("a nonce is good once", async () => {
		const identity = token("u-3");
		expect((await new Customer(server, channel.public_key).session({ identity })).status).toBe(200);
		const replayed = await new Customer(server, channel.public_key).session({ identity });
		expect(replayed.status).toBe(401);
		expect(replayed.body.token).toBeUndefined();
	});

	test("a key that was revoked signs nothing any more", async () => {
		const made = (await boss.post(`/api/v1/channels/${channel.id}/keys`)).body;
		const person = new Customer(server, channel.public_key);
		expect((await person.session({ identity: token("u-4", {}, { kid: made.kid }, made.secret) })).status).toBe(200);
		const revoked = await boss.request("PATCH", `/api/v1/channels/${channel.id}`, { revoke: made.kid, version: made.channel.version });
		expect(revoked.status).toBe(200);
		expect((await person.session({ identity: token("u-4", {}, { kid: made.kid }, made.secret) })).status).toBe(401);
	});

	test("logging out ends the visitor's token and socket", async () => {
		const lin = await identified("u-5");
		const socket = await lin.socket();
		expect((await lin.request("DELETE", "/api/v1/widget/session")).status).toBe(204);
		await socket.becomesClosed();
		expect((await lin.request("DELETE", "/api/v1/widget/session")).status).toBe(401);
	});

	test("a channel that is switched off or unknown opens nothing", async () => {
		const off = await addChannel(server, "webchat", { origins: [] });
		expect((await boss.request("PATCH", `/api/v1/channels/${off.id}`, { enabled: false, version: off.version })).status).toBe(200);
		for (const key of [off.public_key, "no-such-key", ""]) {
			const answer = await new Customer(server, key).session();
			expect([key, answer.status >= 400 && answer.status < 500]).toEqual([key, true]);
		}
	});

	test("a picture goes to those in the talk, and to nobody else", async () => {
		const lin = await customer(server, channel.public_key);
		const eve = await customer(server, channel.public_key);
		const headers = { "content-type": "image/png", "x-file-name": encodeURIComponent("凭证.png") };
		const { file } = (await lin.request("POST", "/api/v1/files", receipt, headers)).body;
		expect(file).toMatchObject({ name: "凭证.png", type: "image/png", size: receipt.length, width: 240, height: 160 });
		const socket = await lin.socket();
		const stolen = await say(await eve.socket(), { text: "看看", files: [file.id] });
		expect(stolen.t).toBe("nack");
		expect((await say(socket, { text: "", files: [file.id] })).t).toBe("ack");
		const path = `/api/v1/files/${file.id}`;
		const own = await lin.request("GET", path);
		expect(own.status).toBe(200);
		expect(own.headers.get("x-content-type-options")).toBe("nosniff");
		expect(own.headers.get("content-disposition")).toMatch(/^inline/);
		expect((await ann.get(path)).status).toBe(200);
		expect((await eve.request("GET", path)).status).toBeGreaterThanOrEqual(403);
		expect((await fetch(`${server.url}${path}`)).status).toBe(401);
		socket.close();
	});

	test("what calls itself a picture and is none never comes inline", async () => {
		const lin = await customer(server, channel.public_key);
		const page = Buffer.from("<!doctype html><script>alert(1)</script>");
		for (const [type, name] of [["image/png", "a.png"], ["image/svg+xml", "a.svg"], ["text/html", "a.html"]] as const) {
			const answer = await lin.request("POST", "/api/v1/files", page, { "content-type": type, "x-file-name": name });
			if (answer.status < 300) {
				const shown = await lin.request("GET", `/api/v1/files/${answer.body.file.id}`);
				expect([type, shown.headers.get("content-disposition")?.split(";")[0]]).toEqual([type, "attachment"]);
				expect(shown.headers.get("content-type")).not.toMatch(/html|svg/);
			} else {
				expect([type, answer.status]).toEqual([type, 415]);
			}
		}
	});

	test("names of files are made harmless and too large ones refused", async () => {
		const lin = await customer(server, channel.public_key);
		const nasty = encodeURIComponent('../../etc/pass"wd\r\nX: y.png');
		const { file } = (await lin.request("POST", "/api/v1/files", receipt, { "content-type": "image/png", "x-file-name": nasty })).body;
		expect(file.name).toBe('pass"wdX: y.png');
		const disposition = (await lin.request("GET", `/api/v1/files/${file.id}`)).headers.get("content-disposition") ?? "";
		expect(disposition).toMatch(/^inline; filename="(?:[^"\\]|\\.)*"(?:; filename\*=UTF-8''[\w.%!#$&+^`|~-]+)?$/);
		const max = (await ann.get("/api/v1/session")).body.config.max_upload;
		const answer = await fetch(`${server.url}/api/v1/files`, { method: "POST", headers: { authorization: `Bearer ${lin.token}`, "content-type": "image/png", "x-file-name": "big.png" }, body: Buffer.alloc(max + 1) }).catch(() => undefined);
		expect([413, undefined]).toContain(answer?.status);
	});
});
