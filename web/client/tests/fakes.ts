/** Time that the test moves, and a server end of the line that the test plays. */
import type { Clock, OpenSocket, OutboxStore, RandomBytes, SocketListeners, StoredItem } from "../src";

interface Timer {
	readonly at: number;
	readonly run: () => void;
}

export class FakeClock implements Clock {
	chance = 0;
	#now = Date.UTC(2026, 10, 21, 8);
	#timers: Timer[] = [];

	now(): number {
		return this.#now;
	}

	random(): number {
		return this.chance;
	}

	after(ms: number, run: () => void): () => void {
		const timer = { at: this.#now + ms, run };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((other) => other !== timer);
		};
	}

	pass(ms: number): void {
		const end = this.#now + ms;
		for (;;) {
			const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (!due) {
				break;
			}
			this.#timers = this.#timers.filter((other) => other !== due);
			this.#now = Math.max(this.#now, due.at);
			due.run();
		}
		this.#now = end;
	}

	/** When the next timer goes off, from now; null: there is none. */
	get next(): number | null {
		return this.#timers.length > 0 ? Math.min(...this.#timers.map(({ at }) => at)) - this.#now : null;
	}
}

export class FakeLine {
	readonly sent: Record<string, unknown>[] = [];
	open = true;

	constructor(
		readonly url: string,
		readonly subprotocol: string,
		readonly listeners: SocketListeners,
	) {}

	send(text: string): void {
		this.sent.push(JSON.parse(text) as Record<string, unknown>);
	}

	close(): void {
		this.open = false;
	}

	say(frame: unknown): void {
		this.listeners.message(JSON.stringify(frame));
	}

	/** The network is cut. */
	cut(): void {
		this.open = false;
		this.listeners.closed();
	}

	/** What was sent of one type. */
	of(type: string): Record<string, unknown>[] {
		return this.sent.filter(({ t }) => t === type);
	}
}

export class FakeNet {
	readonly lines: FakeLine[] = [];

	readonly open: OpenSocket = (url, subprotocol, listeners) => {
		const line = new FakeLine(url, subprotocol, listeners);
		this.lines.push(line);
		return line;
	};

	get line(): FakeLine {
		const line = this.lines.at(-1);
		if (!line) {
			throw new Error("nobody has connected");
		}
		return line;
	}
}

/** Survives the client that uses it, like the storage of a browser. */
export class FakeStore<Frame> implements OutboxStore<Frame> {
	readonly items = new Map<string, string>();

	load(): StoredItem<Frame>[] {
		return [...this.items.values()].map((text) => JSON.parse(text) as StoredItem<Frame>);
	}

	save(ref: string, item: StoredItem<Frame>): void {
		this.items.set(ref, JSON.stringify(item));
	}

	remove(ref: string): void {
		this.items.delete(ref);
	}
}

/** Counts up, so that refs differ and rise. */
export function countingBytes(): RandomBytes {
	let count = 0;
	return (into) => {
		count++;
		into.fill(0);
		into[into.length - 1] = count & 255;
		into[into.length - 2] = count >> 8;
	};
}
