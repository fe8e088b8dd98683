/** A small server end of the widget: the built pages under strict policies, the REST calls and
 * the socket that the frame needs. It can be cut, be down, lose acks and refuse, at will. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import type { File as SentFile, PublicEntry, PublicMark, WidgetClientFrame, WidgetServerFrame } from "@trunkline/protocol";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

const dist = fileURLToPath(new URL("../../../dist", import.meta.url));
const contentTypes: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript",
	".css": "text/css",
	".svg": "image/svg+xml",
};

interface StoredFile {
	readonly file: SentFile;
	readonly bytes: Buffer;
}

export class FakeServer {
	readonly entries: PublicEntry[] = [];
	readonly frames: WidgetClientFrame[] = [];
	readonly sessions: { identity?: string; token?: string }[] = [];
	house: PublicMark = { delivered: 0, seen: 0 };
	own: PublicMark = { delivered: 0, seen: 0 };
	/** Nothing is answered. */
	down = false;
	/** So many entries are committed and the line is cut before the ack. */
	loseAcks = 0;
	/** No page may frame us. */
	forbidden = false;
	refuse: "denied" | "busy" | null = null;
	readonly #refs = new Map<string, PublicEntry>();
	readonly #files = new Map<string, StoredFile>();
	readonly #lines = new Set<WebSocket>();
	readonly #http: Server;

	private constructor() {
		this.#http = createServer((request, response) => this.#request(request, response));
		const sockets = new WebSocketServer({
			noServer: true,
			handleProtocols: (offered) => (offered.has("trunkline.v1") ? "trunkline.v1" : false),
		});
		this.#http.on("upgrade", (request, socket, head) => {
			if (this.down) {
				socket.destroy();
				return;
			}
			sockets.handleUpgrade(request, socket, head, (line) => this.#opened(line));
		});
	}

	static async start(): Promise<FakeServer> {
		if (!existsSync(join(dist, "widget.js"))) {
			throw new Error("the pages are not built: npm run build");
		}
		const server = new FakeServer();
		await new Promise<void>((resolve) => server.#http.listen(0, "127.0.0.1", resolve));
		return server;
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.cut();
		this.#http.closeAllConnections();
		await new Promise((resolve) => this.#http.close(resolve));
	}

	/** The network goes. */
	cut(): void {
		this.#lines.forEach((line) => line.terminate());
	}

	say(frame: WidgetServerFrame): void {
		this.#lines.forEach((line) => line.send(JSON.stringify(frame)));
	}

	/** An agent writes. */
	write(text: string, name = "陈嘉禾"): void {
		this.#commit({ author: { kind: "staff", name }, ref: null, body: { text }, files: null });
	}

	/** The house has received and read up to here. */
	mark(delivered: number, seen: number): void {
		this.house = { delivered, seen };
		this.say({ t: "mark", party: "house", delivered, seen });
	}

	texts(): string[] {
		return this.entries.map(({ body }) => body?.text ?? "");
	}

	#commit(part: Pick<PublicEntry, "author" | "ref" | "body" | "files">): PublicEntry {
		const entry: PublicEntry = {
			...part, pub: this.entries.length + 1, kind: "message", at: new Date().toISOString(),
		};
		this.entries.push(entry);
		this.say({ t: "entry", entry });
		return entry;
	}

	#opened(line: WebSocket): void {
		this.#lines.add(line);
		line.on("close", () => this.#lines.delete(line));
		line.on("message", (data) => {
			const frame = JSON.parse(String(data)) as WidgetClientFrame;
			this.frames.push(frame);
			this.#frame(frame, (answer) => line.send(JSON.stringify(answer)), () => line.terminate());
		});
	}

	#frame(frame: WidgetClientFrame, say: (answer: WidgetServerFrame) => void, cut: () => void): void {
		switch (frame.t) {
			case "hello": {
				const after = frame.pub ?? Math.max(0, this.entries.length - 50);
				say({
					t: "welcome", pub: this.entries.length, channel: { name: "web" }, online: true, identified: false,
					house: this.house, own: this.own, time: new Date().toISOString(), more: frame.pub === null && after > 0,
				});
				this.entries.slice(after).forEach((entry) => say({ t: "entry", entry }));
				break;
			}
			case "send":
				this.#send(frame, say, cut);
				break;
			case "range": {
				const { before, after, limit } = frame;
				const entries = before === undefined
					? this.entries.filter(({ pub }) => pub > (after ?? 0)).slice(0, limit)
					: this.entries.filter(({ pub }) => pub < before).slice(-limit);
				say({ t: "range", id: frame.id, entries, more: before !== undefined && (entries[0]?.pub ?? 1) > 1 });
				break;
			}
			case "mark":
				this.own = { delivered: frame.delivered, seen: frame.seen };
				break;
			case "ping":
				say({ t: "pong" });
				break;
			case "typing":
				break;
		}
	}

	#send(
		frame: Extract<WidgetClientFrame, { readonly t: "send" }>,
		say: (answer: WidgetServerFrame) => void,
		cut: () => void,
	): void {
		if (this.refuse !== null) {
			say({ t: "nack", ref: frame.ref, code: this.refuse, text: "", retry_ms: 500 });
			return;
		}
		const known = this.#refs.get(frame.ref);
		if (!known && this.loseAcks > 0) {
			// The line dies between the commit and everything that would tell of it.
			this.loseAcks--;
			this.#lines.clear();
			this.#refs.set(frame.ref, this.#take(frame));
			cut();
			return;
		}
		const entry = known ?? this.#take(frame);
		this.#refs.set(frame.ref, entry);
		say({ t: "ack", ref: frame.ref, pub: entry.pub, at: entry.at, duplicate: known !== undefined });
	}

	#take(frame: Extract<WidgetClientFrame, { readonly t: "send" }>): PublicEntry {
		const files = (frame.files ?? []).flatMap((id) => this.#files.get(id)?.file ?? []);
		return this.#commit({
			author: { kind: "customer" }, ref: frame.ref, body: { text: frame.text }, files: files.length > 0 ? files : null,
		});
	}

	#request(request: IncomingMessage, response: ServerResponse): void {
		const { pathname } = new URL(request.url ?? "/", this.origin);
		const chunks: Buffer[] = [];
		request.on("data", (chunk: Buffer) => chunks.push(chunk));
		request.on("end", () => {
			if (pathname.startsWith("/api/v1/")) {
				this.#api(`${request.method} ${pathname.slice("/api/v1/".length)}`, request, Buffer.concat(chunks), response);
			} else {
				this.#page(pathname, response);
			}
		});
	}

	#api(call: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
		const answer = (status: number, value: unknown): void => {
			response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
		};
		const fail = (status: number, code: string): void => answer(status, { error: { code, text: code } });
		const file = this.#files.get(/^GET files\/(\d+)$/.exec(call)?.[1] ?? "");
		if (this.down) {
			fail(503, "unavailable");
		} else if (call === "GET widget/config") {
			answer(200, {
				name: "web", languages: ["zh-CN", "en"], colour: "#07657d", max_upload: 100_000,
				title: { "zh-CN": "远岫客服", en: "Yuanxiu service" },
			});
		} else if (call === "POST widget/session") {
			const asked = JSON.parse(body.toString()) as { identity?: string; token?: string };
			this.sessions.push(asked);
			if (asked.identity === "forged") {
				fail(401, "unauthenticated");
				return;
			}
			const expires = new Date(Date.now() + 180 * 24 * 3600 * 1000).toISOString();
			answer(200, { token: `tv_${this.sessions.length}`, expires_at: expires, identified: asked.identity !== undefined });
		} else if (call === "DELETE widget/session") {
			response.writeHead(204).end();
		} else if (call === "POST files") {
			this.#upload(request, body, answer, fail);
		} else if (file && request.headers.authorization?.startsWith("Bearer tv_")) {
			response.writeHead(200, { "content-type": file.file.type }).end(file.bytes);
		} else {
			fail(404, "not_found");
		}
	}

	#upload(
		request: IncomingMessage, bytes: Buffer,
		answer: (status: number, value: unknown) => void, fail: (status: number, code: string) => void,
	): void {
		const name = decodeURIComponent(String(request.headers["x-file-name"]));
		const type = String(request.headers["content-type"]);
		if (extname(name) === ".exe") {
			fail(415, "invalid");
			return;
		}
		const [width, height] = type.startsWith("image/") ? [32, 32] : [0, 0];
		const file: SentFile = { id: String(100 + this.#files.size), name, type, size: bytes.length, width, height };
		this.#files.set(file.id, { file, bytes });
		answer(200, { file });
	}

	#page(pathname: string, response: ServerResponse): void {
		const path = join(dist, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
		if (!existsSync(path)) {
			response.writeHead(404).end();
			return;
		}
		const { origin } = this;
		const policy = pathname.startsWith("/widget/")
			? `default-src 'self'; img-src 'self' data: blob:; connect-src 'self' ${origin.replace("http", "ws")}; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors ${this.forbidden ? "'none'" : origin}`
			: `default-src 'none'; script-src ${origin}; frame-src ${origin}; style-src 'self'; img-src 'self'`;
		response.writeHead(200, {
			"content-type": contentTypes[extname(path)] ?? "application/octet-stream",
			"content-security-policy": policy,
		}).end(readFileSync(path));
	}
}
