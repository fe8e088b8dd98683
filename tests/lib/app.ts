/** An app of an integrator: its server that signs who its users are and is told of entries, and
 * its users, who come with a socket of their own and no browser. */
import { createHmac, randomUUID } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addChannel, Customer, staff, type Loose, type Staff } from "./people.ts";
import type { TestServer } from "./server.ts";
import { TestSocket } from "./socket.ts";

export interface Call {
	at: number;
	id: string;
	signed: boolean;
	body: Loose;
}

export type Behaviour = (call: Call, answer: ServerResponse) => void;

const accept: Behaviour = (_call, answer) => answer.writeHead(204).end();

/** The server that a webhook calls. What it answers can be changed at any time. */
export class Receiver {
	readonly calls: Call[] = [];
	secrets: string[] = [];
	behaviour: Behaviour = accept;
	private constructor(
		private readonly http: Server,
		private readonly scheme: string,
		private readonly host: string,
	) {}

	static async open(port = 0): Promise<Receiver> {
		return this.listen((handler) => createServer(handler), "http", "127.0.0.1", port);
	}

	/** With a certificate for "localhost" that only `caFile` vouches for. */
	static async openTls(): Promise<{ receiver: Receiver; caFile: string }> {
		const folder = mkdtempSync(join(tmpdir(), "trunkline-tls-"));
		const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
		execFileSync("openssl", [
			"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
			"-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
		], { stdio: "ignore" });
		const options = { key: readFileSync(key), cert: readFileSync(cert) };
		const receiver = await this.listen((handler) => createTlsServer(options, handler), "https", "localhost", 0);
		return { receiver, caFile: cert };
	}

	private static async listen(
		make: (handler: (request: IncomingMessage, answer: ServerResponse) => void) => Server,
		scheme: string, host: string, port: number,
	): Promise<Receiver> {
		const http = make((request, answer) => void receiver.take(request, answer));
		const receiver: Receiver = new Receiver(http, scheme, host);
		await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
		return receiver;
	}

	get port(): number {
		return (this.http.address() as AddressInfo).port;
	}

	get url(): string {
		return `${this.scheme}://${this.host}:${this.port}/hook`;
	}

	/** Entries in the order in which they came, each once, as a careful receiver keeps them. */
	get texts(): string[] {
		const known = new Set<string>();
		return this.calls.filter(({ id, body }) => body.type === "entry" && !known.has(id) && known.add(id))
			.map(({ body }) => body.entry.body.text as string);
	}

	close(): Promise<void> {
		this.http.closeAllConnections();
		return new Promise((resolve) => this.http.close(() => resolve()));
	}

	private async take(request: IncomingMessage, answer: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) {
			chunks.push(chunk as Buffer);
		}
		const raw = Buffer.concat(chunks);
		const header = (name: string): string => String(request.headers[name] ?? "");
		const text = `${header("webhook-id")}.${header("webhook-timestamp")}.${raw.toString()}`;
		const expected = this.secrets.map((secret) =>
			`v1,${createHmac("sha256", Buffer.from(secret.replace("whsec_", ""), "base64")).update(text).digest("base64")}`);
		const call: Call = {
			at: Date.now(),
			id: header("webhook-id"),
			signed: header("webhook-signature").split(" ").some((one) => expected.includes(one)) &&
				Math.abs(Date.now() / 1000 - Number(header("webhook-timestamp"))) < 300,
			body: JSON.parse(raw.toString()),
		};
		this.calls.push(call);
		this.behaviour(call, answer);
	}
}

/** What an integrator's server makes for a user who is logged in. */
export function signIdentity(kid: string, key: string, audience: string, subject: string, changes: object = {}): string {
	const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
	const now = Math.floor(Date.now() / 1000);
	const text = `${part({ alg: "HS256", kid })}.${part({
		aud: audience, sub: subject, iat: now, exp: now + 120, jti: randomUUID(), ...changes,
	})}`;
	return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

/** An app channel with its keys and, if there is a receiver, its webhook switched on. */
export class App {
	channel: Loose;
	secret = "";
	private kid = "";
	private key = "";

	private constructor(
		readonly server: TestServer,
		readonly boss: Staff,
	) {}

	static async open(server: TestServer, receiver?: Receiver): Promise<App> {
		const app = new App(server, await staff(server, "boss"));
		app.channel = await addChannel(server, "app");
		const made = await app.boss.post(`${app.path}/keys`);
		app.kid = made.body.kid;
		app.key = made.body.secret;
		if (receiver) {
			await app.hook(receiver);
		}
		return app;
	}

	get path(): string {
		return `/api/v1/channels/${this.channel.id}`;
	}

	async hook(receiver: Receiver): Promise<void> {
		this.secret = await this.newSecret();
		receiver.secrets = [this.secret];
		await this.edit({ webhook: { url: receiver.url, enabled: true } });
	}

	async newSecret(): Promise<string> {
		const made = await this.boss.post(`${this.path}/webhook/secret`);
		if (made.status !== 201) {
			throw new Error(`no secret: ${made.status} ${JSON.stringify(made.body)}`);
		}
		return made.body.secret as string;
	}

	async edit(body: object): Promise<void> {
		const answer = await this.boss.request("PATCH", this.path, body);
		if (answer.status !== 200) {
			throw new Error(`not changed: ${answer.status} ${JSON.stringify(answer.body)}`);
		}
		this.channel = answer.body.channel;
	}

	identity(subject: string, changes: object = {}): string {
		return signIdentity(this.kid, this.key, this.channel.public_key, subject, changes);
	}

	async user(subject: string, changes: object = {}): Promise<Customer> {
		const person = new Customer(this.server, this.channel.public_key);
		const answer = await person.session({ identity: this.identity(subject, changes) });
		if (answer.status !== 200) {
			throw new Error(`not let in: ${answer.status} ${JSON.stringify(answer.body)}`);
		}
		return person;
	}

	/** As an app's own client: names no origin. */
	async socket(user: Customer, hello: Record<string, unknown> = {}): Promise<TestSocket> {
		const socket = new TestSocket(`${this.server.url}/ws/widget`);
		await socket.opened();
		socket.send({ t: "hello", token: user.token, pub: 0, language: "zh-CN", ...hello });
		await socket.frame("welcome");
		return socket;
	}

	async outbox(state = "waiting"): Promise<Loose> {
		return (await this.boss.get(`${this.path}/outbox?state=${state}`)).body;
	}
}
