/* Puts the house in memory behind fetch and WebSocket. */
import type { FakeHouse } from "./house";
import { answer } from "./rest";

export class FakeSocket {
	static readonly OPEN = 1;
	readonly OPEN = 1;
	readyState = 0;
	onopen: (() => void) | null = null;
	onmessage: ((event: { data: unknown }) => void) | null = null;
	onclose: (() => void) | null = null;
	private stop: (() => void) | null = null;

	constructor(private readonly house: FakeHouse) {
		sockets.add(this);
		queueMicrotask(() => this.begin());
	}

	begin(): void {
		this.readyState = 1;
		this.onopen?.();
	}

	send(text: string): void {
		const frame = JSON.parse(text) as Record<string, unknown>;
		if (frame["t"] === "hello") {
			this.stop = this.house.listen((told) => this.receive(told));
		}
		this.house.frame(frame, (reply) => this.receive(reply));
	}

	private receive(frame: Record<string, unknown>): void {
		const text = JSON.stringify(frame);
		queueMicrotask(() => this.onmessage?.({ data: text }));
	}

	close(): void {
		this.stop?.();
		this.readyState = 3;
		sockets.delete(this);
		this.onclose?.();
	}
}

const sockets = new Set<FakeSocket>();

/* The network goes away. */
export function cutSockets(): void {
	[...sockets].forEach((socket) => socket.close());
}

export function install(house: FakeHouse): void {
	globalThis.fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
		const body = typeof init?.body === "string" ? (JSON.parse(init.body) as unknown) : null;
		const { status, body: said } = answer(house, init?.method ?? "GET", String(input), body);
		return new Response(said === undefined ? null : JSON.stringify(said), { status });
	};
	class Socket extends FakeSocket {
		constructor() {
			super(house);
		}
	}
	globalThis.WebSocket = Socket as unknown as typeof WebSocket;
}
