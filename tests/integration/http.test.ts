/** What the wire may carry: the server answers each misuse, stays up, and says no more than it must. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer, staff, type Loose, type Staff } from "../lib/people.ts";
import { startServer, type TestServer } from "../lib/server.ts";

let server: TestServer;
let boss: Staff;

beforeAll(async () => {
	server = await startServer();
	boss = await staff(server, "boss");
});
afterAll(() => server.dispose());

/** The first line of the answer to these bytes; empty when the server only closes. */
function raw(bytes: string | Buffer): Promise<string> {
	return new Promise((resolve, reject) => {
		const line = connect(server.port, "127.0.0.1");
		let text = "";
		line.setTimeout(8000, () => line.destroy(new Error("no answer")));
		line.on("data", (data) => {
			text += data.toString("latin1");
			if (text.includes("\r\n")) {
				line.destroy();
			}
		});
		line.on("error", (error: NodeJS.ErrnoException) => (error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(text.split("\r\n")[0] ?? "") : reject(error)));
		line.on("close", () => resolve(text.split("\r\n")[0] ?? ""));
		line.write(bytes);
	});
}

const host = "Host: 127.0.0.1\r\n";

describe("the wire", () => {
	test("a body without a length is refused", async () => {
		expect(await raw(`POST /api/v1/session HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(/ 411 /);
	});

	test("two lengths, or a length that is no number, are refused", async () => {
		for (const lengths of ["Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: -1\r\n", "Content-Length: 1e3\r\n", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"]) {
			expect(await raw(`POST /api/v1/session HTTP/1.1\r\n${host}${lengths}\r\n{}`)).toMatch(/^$| 4\d\d /);
		}
	});

	test("a body over the limit is refused before it is read", async () => {
		expect(await raw(`POST /api/v1/session HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n`)).toMatch(/ 413 /);
	});

	test("headers without end are cut off", async () => {
		expect(await raw(`GET /healthz HTTP/1.1\r\n${host}X-Long: ${"a".repeat(70_000)}\r\n\r\n`)).toMatch(/^$| 4\d\d /);
	});

	test("nonsense in place of a request does no harm", async () => {
		for (const bytes of ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "BREW /pot HTCPCP/1.0\r\n\r\n", `GET /../../etc/passwd HTTP/1.1\r\n${host}\r\n`, `GET /console/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n${host}\r\n`]) {
			expect(await raw(bytes)).not.toMatch(/ 200 /);
		}
		expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
	});

	test("JSON that is none, too deep, or not UTF-8 is refused with a reason", async () => {
		for (const body of ["{", "[]", '"x"', "[".repeat(1000), '{"login":1,"password":2}', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])]) {
			const answer = await fetch(`${server.url}/api/v1/session`, { method: "POST", headers: { "content-type": "application/json" }, body });
			expect([String(body).slice(0, 20), answer.status]).toEqual([String(body).slice(0, 20), 400]);
			expect(((await answer.json()) as Loose).error.code).toBe("invalid");
		}
	});

	test("pages carry the headers that keep strangers out", async () => {
		const page = await fetch(`${server.url}/console/`);
		expect(page.headers.get("content-security-policy")).toMatch(/default-src '(none|self)'/);
		expect(page.headers.get("content-security-policy")).toMatch(/frame-ancestors 'none'/);
		/* The looks of mails stand on their elements; style sheets and code must come from us. */
		expect(page.headers.get("content-security-policy")?.replace("style-src-attr 'unsafe-inline'", "")).not.toMatch(/unsafe-(inline|eval)/);
		expect(page.headers.get("x-content-type-options")).toBe("nosniff");
		const api = await fetch(`${server.url}/api/v1/openapi.json`);
		expect(api.headers.get("x-content-type-options")).toBe("nosniff");
		expect(api.headers.get("access-control-allow-origin")).not.toBe("*");
		expect((await boss.get("/api/v1/session")).headers.get("cache-control")).toMatch(/no-store/);
	});

	test("a path that is not there is 404, a method that is not 404 or 405", async () => {
		expect((await boss.get("/api/v1/nothing")).status).toBe(404);
		expect([404, 405]).toContain((await boss.request("PUT", "/api/v1/customers")).status);
		expect((await boss.get("/api/v1/customers/0")).status).toBe(404);
		expect([400, 404]).toContain((await boss.get("/api/v1/customers/99999999999999999999999")).status);
		expect([400, 404]).toContain((await boss.get("/api/v1/customers/1%00")).status);
	});

	test("an upgrade from another site, or without the subprotocol, is refused", async () => {
		const upgrade = (headers: string): Promise<string> => raw(`GET /ws/console HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: ${boss.cookie}\r\n${headers}\r\n`);
		const protocol = "Sec-WebSocket-Protocol: trunkline.v1\r\n";
		expect(await upgrade(`Origin: ${server.url}\r\n${protocol}`)).toMatch(/ 101 /);
		expect(await upgrade(`Origin: https://evil.example\r\n${protocol}`)).toMatch(/^$| 40[03] /);
		expect(await upgrade(protocol)).toMatch(/^$| 40[03] /);
		expect(await upgrade(`Origin: ${server.url}\r\n`)).toMatch(/^$| 40\d /);
	});

	test("a frame over the limit closes its socket and no other", async () => {
		const key = (await addChannel(server, "webchat", { origins: [] })).public_key;
		const lin = await customer(server, key);
		const other = await lin.socket();
		const socket = await lin.socket();
		socket.sendText(JSON.stringify({ t: "send", ref: "AAAAAAAAAAAAAAAAAAAAAAAAAA", text: "长".repeat(40_000) }));
		expect((await socket.becomesClosed()).code).toBe(1009);
		other.send({ t: "ping" });
		await other.frame("pong");
		other.close();
	});

	test("a frame that is no JSON, has no type or an unknown one is answered with an error", async () => {
		const key = (await addChannel(server, "webchat", { origins: [] })).public_key;
		const socket = await (await customer(server, key)).socket();
		for (const text of ["{", "[]", "{}", '{"t":"fly"}', '{"t":1}']) {
			socket.forget();
			socket.sendText(text);
			await socket.frame("error");
		}
		socket.send({ t: "ping" });
		await socket.frame("pong");
		socket.close();
	});

	test("a frame before hello closes the socket", async () => {
		const { TestSocket } = await import("../lib/socket.ts");
		const socket = new TestSocket(`${server.url}/ws/widget`, { origin: server.url });
		await socket.opened();
		socket.send({ t: "send", ref: "AAAAAAAAAAAAAAAAAAAAAAAAAA", text: "x" });
		await socket.becomesClosed();
		expect(socket.all("ack")).toEqual([]);
	});
});
