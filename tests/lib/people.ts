/** The people of a test: members of staff with a browser's cookie, customers with a widget. */
import { expectDescribed } from "./contract.ts";
import type { TestServer } from "./server.ts";
import { makeRef, TestSocket, type Frame } from "./socket.ts";
import { until } from "./wait.ts";

export interface Answer<T = Record<string, unknown>> {
	status: number;
	headers: Headers;
	body: T;
}

// What comes back is checked by the test that looks at it.
export type Loose = any;

async function call(url: string, method: string, headers: Record<string, string>, body?: unknown): Promise<Answer<Loose>> {
	const raw = body instanceof Uint8Array;
	const answer = await fetch(url, {
		method,
		headers: body === undefined || raw ? headers : { "content-type": "application/json", ...headers },
		...(body === undefined ? {} : { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
	});
	const text = await answer.text();
	const json = answer.headers.get("content-type")?.includes("json") === true;
	const received = json && text !== "" ? JSON.parse(text) : text;
	expectDescribed({ method, url, status: answer.status, sent: raw ? undefined : body, received });
	return { status: answer.status, headers: answer.headers, body: received };
}

export class Staff {
	cookie = "";
	csrf = "";
	id = "";

	constructor(
		readonly server: TestServer,
		readonly login: string,
	) {}

	async logIn(password = this.server.password): Promise<Answer<Loose>> {
		const answer = await call(`${this.server.url}/api/v1/session`, "POST", {}, { login: this.login, password });
		if (answer.status === 200) {
			this.cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
			this.csrf = answer.body.csrf;
			this.id = answer.body.staff.id;
		}
		return answer;
	}

	request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<Loose>> {
		return call(`${this.server.url}${path}`, method, { cookie: this.cookie, "x-csrf-token": this.csrf, ...headers }, body);
	}

	get(path: string): Promise<Answer<Loose>> {
		return this.request("GET", path);
	}

	post(path: string, body: unknown = {}): Promise<Answer<Loose>> {
		return this.request("POST", path, body);
	}

	async socket(hello: Record<string, unknown> = {}): Promise<TestSocket> {
		const socket = new TestSocket(`${this.server.url}/ws/console`, { origin: this.server.url, cookie: this.cookie });
		await socket.opened();
		socket.send({ t: "hello", csrf: this.csrf, cursor: null, views: ["mine", "unassigned"], watch: [], state: "online", ...hello });
		await socket.frame("welcome");
		return socket;
	}
}

export async function staff(server: TestServer, login: string): Promise<Staff> {
	const person = new Staff(server, login);
	const answer = await person.logIn();
	if (answer.status !== 200) {
		throw new Error(`${login} cannot log in: ${answer.status} ${JSON.stringify(answer.body)}`);
	}
	return person;
}

/** Channels of a server: made once, by the administrator. */
export async function addChannel(server: TestServer, kind: "webchat" | "phone" | "app" | "email", extra: object = {}): Promise<Loose> {
	const boss = await staff(server, "boss");
	const answer = await boss.post("/api/v1/channels", { kind, name: `Test ${kind}`, ...extra });
	if (answer.status !== 201 && answer.status !== 200) {
		throw new Error(`no channel: ${answer.status} ${JSON.stringify(answer.body)}`);
	}
	return answer.body.channel ?? answer.body;
}

export class Customer {
	token = "";
	constructor(
		readonly server: TestServer,
		readonly key: string,
	) {}

	async session(extra: object = {}): Promise<Answer<Loose>> {
		const answer = await call(`${this.server.url}/api/v1/widget/session`, "POST", {}, { key: this.key, language: "zh-CN", ...extra });
		if (answer.status === 200 || answer.status === 201) {
			this.token = answer.body.token;
		}
		return answer;
	}

	request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<Loose>> {
		return call(`${this.server.url}${path}`, method, { authorization: `Bearer ${this.token}`, ...headers }, body);
	}

	async socket(hello: Record<string, unknown> = {}): Promise<TestSocket> {
		const socket = new TestSocket(`${this.server.url}/ws/widget`, { origin: this.server.url });
		await socket.opened();
		socket.send({ t: "hello", token: this.token, pub: 0, language: "zh-CN", ...hello });
		await socket.frame("welcome");
		return socket;
	}
}

export async function customer(server: TestServer, key: string): Promise<Customer> {
	const person = new Customer(server, key);
	const answer = await person.session();
	if (person.token === "") {
		throw new Error(`no widget session: ${answer.status} ${JSON.stringify(answer.body)}`);
	}
	return person;
}

function answerTo(socket: TestSocket, ref: string, from: number): Promise<Frame> {
	return until(`an answer to ${ref}`, () =>
		socket.frames.slice(from).find((f) => (f.t === "ack" || f.t === "nack") && f["ref"] === ref),
	);
}

/** Sends and waits for the ack or nack. */
export function say(socket: TestSocket, frame: Record<string, unknown>): Promise<Frame> {
	const ref = (frame["ref"] as string | undefined) ?? makeRef();
	const from = socket.frames.length;
	socket.send({ t: "send", ...frame, ref });
	return answerTo(socket, ref, from);
}

export function act(socket: TestSocket, frame: Record<string, unknown>): Promise<Frame> {
	const ref = makeRef();
	const from = socket.frames.length;
	socket.send({ t: "act", ...frame, ref });
	return answerTo(socket, ref, from);
}
