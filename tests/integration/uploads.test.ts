/** Uploads: who sends is known before the body is read. */
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { staff, type Staff } from "../lib/people.ts";
import { startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

let server: TestServer;
let ann: Staff;

beforeAll(async () => {
	server = await startServer();
	ann = await staff(server, "ann");
});
afterAll(() => server.dispose());

interface Line {
	socket: Socket;
	said: () => string;
	closed: () => boolean;
}

function open(head: readonly string[]): Line {
	const socket = connect(server.port, "127.0.0.1");
	let text = "";
	let closed = false;
	socket.on("data", (data) => (text += data.toString("latin1")));
	socket.on("close", () => (closed = true));
	socket.on("error", () => (closed = true));
	socket.write(`${["POST /api/v1/files HTTP/1.1", `Host: 127.0.0.1:${server.port}`, "Content-Type: text/plain", "X-File-Name: a.txt", ...head].join("\r\n")}\r\n\r\n`);
	return { socket, said: () => text, closed: () => closed };
}

describe("an upload", () => {
	test.each([
		["nobody", []],
		["a session that never was", ["Cookie: trunkline_session=ts_0000000000000000000000000000000000000000000"]],
		["a visitor that never was", ["Authorization: Bearer tv_0000000000000000000000000000000000000000000"]],
	])("of %s is refused before its body is sent", async (_who, headers) => {
		const line = open([...headers, "Content-Length: 15000000"]);
		await until("it is refused", () => line.said().startsWith("HTTP/1.1 401"));
		await until("it is cut off", () => line.closed());
		line.socket.destroy();
	});

	test("of a member of staff is asked for once she is known, and taken", async () => {
		const line = open([`Cookie: ${ann.cookie}`, `X-CSRF-Token: ${ann.csrf}`, "Expect: 100-continue", "Content-Length: 5"]);
		await until("she may go on", () => line.said().includes("HTTP/1.1 100"));
		line.socket.write("hello");
		await until("it is taken", () => line.said().includes("HTTP/1.1 201"));
		line.socket.destroy();
	});

	test("that comes in one piece with its head is taken whole", async () => {
		const bytes = new TextEncoder().encode("0123456789".repeat(50_000));
		const answer = await ann.request("POST", "/api/v1/files", bytes, { "content-type": "text/plain", "x-file-name": "b.txt" });
		expect([answer.status, answer.body.file?.size]).toEqual([201, 500_000]);
	});

	test("that goes away while its sender is looked up harms nobody", async () => {
		for (let count = 0; count < 20; count++) {
			const line = open(["Cookie: trunkline_session=ts_1111111111111111111111111111111111111111111", "Content-Length: 15000000"]);
			line.socket.on("connect", () => line.socket.destroy());
			await until("it is gone", () => line.closed());
		}
		expect((await ann.get("/api/v1/session")).status).toBe(200);
	});
});
