/** A customer whose messages survive anything: keeps each in an outbox until it is acknowledged
 * and, after every reconnect, sends again what was not, with the same refs. */
import { Customer } from "./people.ts";
import { makeRef, TestSocket, type Frame } from "./socket.ts";
import type { TestServer } from "./server.ts";

interface Waiting {
	ref: string;
	text: string;
}

export class PersistentWriter {
	/** text → pub, as acknowledged. */
	readonly acknowledged = new Map<string, number>();
	refusedFor: string[] = [];
	private readonly outbox: Waiting[] = [];
	private socket: TestSocket | undefined;
	private seen = 0;
	private count = 0;
	private running = true;
	private done: Promise<void> = Promise.resolve();

	constructor(
		private readonly server: TestServer,
		private readonly customer: Customer,
		readonly name: string,
		private readonly window = 1,
	) {}

	start(): void {
		this.running = true;
		this.done = this.run();
	}

	/** Writes nothing new, but goes on until all that was written is acknowledged. */
	async finish(): Promise<void> {
		this.running = false;
		await this.done;
		this.socket?.cut();
	}

	get written(): number {
		return this.count;
	}

	private async run(): Promise<void> {
		const deadline = Date.now() + 200_000;
		while (this.running || this.outbox.length > 0) {
			if (Date.now() > deadline) {
				throw new Error(`${this.name} still waits for ${this.outbox.length} acknowledgements`);
			}
			await this.connected();
			this.read();
			if (this.running && this.outbox.length < this.window) {
				this.write();
			}
			await new Promise((resolve) => setTimeout(resolve, 2));
		}
	}

	private write(): void {
		const item = { ref: makeRef(), text: `${this.name} ${++this.count}` };
		this.outbox.push(item);
		this.socket?.send({ t: "send", ref: item.ref, text: item.text });
	}

	private async connected(): Promise<void> {
		if (this.socket !== undefined && this.socket.closed === undefined) {
			return;
		}
		const socket = new TestSocket(`${this.server.url}/ws/widget`, { origin: this.server.url });
		this.socket = socket;
		this.seen = 0;
		try {
			await socket.opened();
			socket.send({ t: "hello", token: this.customer.token, pub: 0, language: "zh-CN" });
			await socket.frame("welcome", () => true, 3000);
			for (const item of this.outbox) {
				socket.send({ t: "send", ref: item.ref, text: item.text });
			}
		} catch {
			socket.cut();
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}

	private read(): void {
		const frames = this.socket?.frames ?? [];
		for (; this.seen < frames.length; this.seen++) {
			const frame = frames[this.seen] as Frame;
			if (frame.t === "ack") {
				this.settle(frame);
			} else if (frame.t === "nack") {
				this.refused(frame);
			}
		}
	}

	private settle(frame: Frame): void {
		const index = this.outbox.findIndex((item) => item.ref === frame["ref"]);
		const item = this.outbox[index];
		if (item !== undefined) {
			this.acknowledged.set(item.text, frame["pub"] as number);
			this.outbox.splice(index, 1);
		}
	}

	/** "Later" keeps it in the outbox; anything else would be a loss. */
	private refused(frame: Frame): void {
		const code = String(frame["code"]);
		this.refusedFor.push(code);
		if (code !== "unavailable" && code !== "busy") {
			throw new Error(`${this.name} was refused for good: ${code} ${String(frame["text"])}`);
		}
		const item = this.outbox.find((waiting) => waiting.ref === frame["ref"]);
		const socket = this.socket;
		if (item !== undefined && socket !== undefined) {
			setTimeout(() => {
				if (socket === this.socket && socket.closed === undefined && this.outbox.includes(item)) {
					socket.send({ t: "send", ref: item.ref, text: item.text });
				}
			}, Math.min(Number(frame["retry_ms"] ?? 500), 1000));
		}
	}
}
