/** Each operation that the server describes answers as it describes it: in good days, to strangers, to nonsense. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differencesFrom, expectDescribed, operations } from "../lib/contract.ts";
import { addChannel, customer, staff, Staff, type Answer, type Customer, type Loose } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef } from "../lib/socket.ts";
import { until } from "../lib/wait.ts";

const root = join(import.meta.dirname, "..", "..");
const receipt = readFileSync(join(root, "tests", "e2e", "receipt.png"));

describe("the description of the API", () => {
	test("is the one that the server gives out", async () => {
		const server = await startServer();
		const given = await (await fetch(`${server.url}/api/v1/openapi.json`)).json();
		await server.dispose();
		expect(given).toEqual(JSON.parse(readFileSync(join(root, "server", "api", "openapi.json"), "utf8")));
	});

	test("says of what the sockets carry too what the protocol's schema says", () => {
		const protocol = JSON.parse(readFileSync(join(root, "web", "protocol", "schema.json"), "utf8")) as { $defs: Record<string, Record<string, unknown>> };
		expect(differencesFrom(protocol.$defs)).toEqual([]);
	});

	test("names a member that an answer has and it has not, and one that is missing", () => {
		const answer = { method: "GET", url: "http://localhost/healthz", status: 200, sent: undefined, received: { status: "alive" } };
		expect(expectDescribed(answer)).toBe("GET /healthz");
		expect(() => expectDescribed({ ...answer, received: { status: "alive", mood: "good" } })).toThrow(/mood/);
		expect(() => expectDescribed({ ...answer, received: {} })).toThrow(/status/);
		expect(() => expectDescribed({ ...answer, status: 204 })).toThrow(/does not mention/);
	});
});

/** Of each type one that does not fit. */
function misfit(schema: Loose): unknown {
	const types = [schema.type].flat();
	return types.includes("string") || schema.$ref !== undefined || schema.enum !== undefined ? { not: ["text"] } : "neither";
}

describe.each(databases)("on %s", (database) => {
	let server: TestServer;
	let boss: Staff;
	let ann: Staff;
	let lin: Customer;
	let webchat: Loose;
	const answered = new Set<string>();

	beforeAll(async () => {
		server = await startServer({ database });
		boss = await staff(server, "boss");
		ann = await staff(server, "ann");
		webchat = await addChannel(server, "webchat", { origins: [] });
		await addChannel(server, "phone");
		lin = await customer(server, webchat.public_key);
	});
	afterAll(() => server.dispose());

	/** The answers themselves are held against the description by whoever receives them. */
	async function good(who: Staff | Customer, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Loose> {
		const answer: Answer<Loose> = await who.request(method, path, body, headers);
		expect([method, path, answer.status < 300 ? "good" : answer.body]).toEqual([method, path, "good"]);
		answered.add(expectDescribed({ method, url: server.url + path, status: answer.status, sent: undefined, received: answer.body }) ?? "");
		return answer.body;
	}

	test("customers, their points of contact and histories are as described", async () => {
		const contacts = [{ kind: "phone", value: "13912340000", proven: true }];
		const { customer: made } = await good(ann, "POST", "/api/v1/customers", { name: "林若溪", language: "zh-CN", contacts });
		const path = `/api/v1/customers/${made.id}`;
		await good(ann, "PATCH", path, { company: "远岫", version: made.version });
		const stale = await ann.request("PATCH", path, { company: "近岫", version: made.version });
		expect([stale.status, stale.body.current?.company]).toEqual([409, "远岫"]);
		const taken = await ann.post("/api/v1/customers", { name: "另一位", contacts });
		expect([taken.status, taken.body.customer?.id]).toEqual([409, made.id]);
		const { contacts: points } = await good(ann, "POST", `${path}/contacts`, { kind: "email", value: "lin@example.com", label: "公司" });
		const contact = points.find((one: Loose) => one.kind === "email");
		await good(ann, "PATCH", `${path}/contacts/${contact.id}`, { proven: true, reason: "回拨确认", label: null });
		await good(ann, "DELETE", `${path}/contacts/${contact.id}`);
		await good(ann, "GET", "/api/v1/customers?q=林&limit=1");
		await good(ann, "GET", "/api/v1/customers/lookup?kind=phone&value=13912340000");
		for (const part of ["", "/entries", "/calls", "/files"]) {
			await good(ann, "GET", path + part);
		}
		const missed = { call_id: "k-1", event: "end", direction: "in", result: "missed", from: "13912349999", to: "02155550000", at: new Date().toISOString() };
		const { customer: stranger } = await good(boss, "POST", "/api/v1/calls", missed);
		await good(ann, "POST", `/api/v1/customers/${stranger}/attach`, { to: made.id });
	});

	test("calls and what came of them are as described", async () => {
		const at = new Date().toISOString();
		const events = [
			{ event: "start", direction: "in", from: "13912341111", to: "02155550000", extension: "8001", queue: "开户", caller_name: "周", at },
			{ event: "answer", at }, { event: "end", at, result: "completed", talk_ms: 60_000, ring_ms: 4000, hold_ms: 0, hangup_by: "house", recording: "rec/1.wav" },
		];
		for (const event of events) {
			await good(boss, "POST", "/api/v1/calls", { call_id: "k-2", ...event });
		}
		const { call } = await good(boss, "POST", "/api/v1/calls", { call_id: "k-2", ...events[2] });
		await good(ann, "GET", `/api/v1/calls/${call.id}`);
		await good(ann, "POST", `/api/v1/calls/${call.id}/outcome`, { outcome: "callback", note: "明早十点" });
		await good(boss, "POST", "/api/v1/calls", { call_id: "k-3", event: "start", direction: "internal", from: "8001", to: "8002", at });
	});

	test("conversations, what is done in them, and files are as described", async () => {
		const upload = await good(lin, "POST", "/api/v1/files", receipt, { "content-type": "image/png", "x-file-name": "a.png" });
		const socket = await lin.socket();
		socket.send({ t: "send", ref: makeRef(), text: "转账没到账", files: [upload.file.id] });
		await socket.frame("ack");
		socket.close();
		const conversation: Loose = await until("the conversation", async () => (await good(ann, "GET", "/api/v1/conversations?view=unassigned&channel_kind=webchat")).items[0]);
		const path = `/api/v1/conversations/${conversation.id}`;
		await good(ann, "GET", "/api/v1/conversations/counts");
		await good(ann, "GET", path);
		await good(ann, "POST", `${path}/actions`, { ref: makeRef(), action: "take" });
		const refused = await (await staff(server, "bob")).post(`${path}/actions`, { ref: makeRef(), action: "take" });
		expect(refused.status).toBe(409);
		await good(ann, "POST", `${path}/entries`, { ref: makeRef(), kind: "message", text: "正在为您查" });
		await good(ann, "POST", `${path}/entries`, { ref: makeRef(), kind: "note", text: "周五前回复" });
		await good(ann, "GET", `/api/v1/files/${upload.file.id}`);
		for (const action of ["resolve", "reopen", "release"]) {
			await good(ann, "POST", `${path}/actions`, { ref: makeRef(), action });
		}
		await good(boss, "GET", "/api/v1/conversations?view=all&state=any&q=转账");
	});

	test("the house: staff, channels, keys, the audit, are as described", async () => {
		const { staff: eve } = await good(boss, "POST", "/api/v1/staff", { login: "eve", name: "Eve", role: "agent", extension: "8009", language: "en" });
		await good(boss, "PATCH", `/api/v1/staff/${eve.id}`, { name: "Eva", password: null, version: eve.version });
		await good(ann, "GET", "/api/v1/staff");
		await good(ann, "PATCH", "/api/v1/staff/me", { language: "en" });
		await good(boss, "GET", "/api/v1/channels");
		const made = await good(boss, "POST", "/api/v1/channels", { kind: "webchat", name: "官网", origins: ["https://www.example.com"], colour: "#07657d", title: { "zh-CN": "客服", en: "Support" } });
		const key = await good(boss, "POST", `/api/v1/channels/${made.channel.id}/keys`, {});
		await good(boss, "PATCH", `/api/v1/channels/${made.channel.id}`, { enabled: false, revoke: key.kid, version: key.channel.version });
		const { api_key: integrator } = await good(boss, "POST", "/api/v1/api-keys", { name: "PBX", scopes: ["calls:write"], expires_at: null });
		await good(boss, "GET", "/api/v1/api-keys");
		await good(boss, "DELETE", `/api/v1/api-keys/${integrator.id}`);
		await good(boss, "GET", "/api/v1/audit?limit=20");
	});

	test("sessions of staff and of visitors are as described", async () => {
		await good(lin, "GET", `/api/v1/widget/config?key=${webchat.public_key}`);
		await good(lin, "POST", "/api/v1/widget/session", { key: webchat.public_key, language: "en" });
		await good(lin, "DELETE", "/api/v1/widget/session");
		const bob = await staff(server, "bob");
		await good(bob, "POST", "/api/v1/session", { login: "bob", password: server.password });
		await good(bob, "GET", "/api/v1/session");
		await good(bob, "POST", "/api/v1/staff/me/password", { old: server.password, new: `${server.password}!` });
		const again = await staff(server, "ann");
		await good(again, "DELETE", "/api/v1/session");
		for (const path of ["/healthz", "/readyz", "/api/v1/openapi.json"]) {
			await good(boss, "GET", path);
		}
	});

	test("strangers, and nonsense from an administrator, are refused as described, whatever the operation", async () => {
		for (const { method, template, body } of operations) {
			const path = template.replaceAll(/\{\w+\}/g, "1");
			const stranger = await new Staff(server, "nobody").request(method, path, method === "GET" ? undefined : {});
			expect([method, path, stranger.status < 500]).toEqual([method, path, true]);
			const properties: Loose = (body as Loose).requestBody?.content?.["application/json"]?.schema?.properties;
			if (properties !== undefined) {
				const nonsense = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, misfit(schema)]));
				const answer = await (await staff(server, "boss")).request(method, path, nonsense);
				expect([method, path, answer.status >= 400 && answer.status < 500]).toEqual([method, path, true]);
			}
		}
	});

	test("nothing that was described when this was written was left out", () => {
		expect(answered.size).toBeGreaterThanOrEqual(44);
	});
});
