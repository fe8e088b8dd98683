/** One WebSocket that comes back by itself: says hello, waits for the welcome, notices a dead
 * line, and reconnects with growing, scattered delays. It knows nothing of what the frames mean
 * beyond `welcome`, `pong` and `bye`. */
import { SUBPROTOCOL } from "@trunkline/protocol";
import type { ByeCode } from "@trunkline/protocol";

import type { Clock } from "./clock";

export interface SocketListeners {
	opened(): void;
	message(data: unknown): void;
	closed(): void;
}

export interface Socket {
	send(text: string): void;
	close(): void;
}

/** Makes a WebSocket. After close() no listener may matter any more. */
export type OpenSocket = (url: string, subprotocol: string, listeners: SocketListeners) => Socket;

/** `waiting`: the line is down, the next try is set. `stopped`: nobody wants it, or the server
 * said that trying again is useless. */
export type ConnectionState = "stopped" | "connecting" | "online" | "waiting";

export interface ServerFrame {
	readonly t: string;
	readonly code?: string;
}

export interface ConnectionOptions<In extends ServerFrame, Out> {
	readonly url: string;
	readonly open: OpenSocket;
	readonly clock: Clock;
	/** Throws when the text is no frame of this protocol. */
	readonly parse: (data: unknown) => In;
	readonly hello: () => Out;
	readonly onState: (state: ConnectionState) => void;
	readonly onFrame: (frame: In) => void;
	/** A frame that could not be read. It is left out. */
	readonly onProblem?: (error: unknown) => void;
}

const WELCOME_TIMEOUT_MS = 10_000;
const PING_AFTER_MS = 25_000;
const PONG_TIMEOUT_MS = 10_000;
/** After waking up a dead line should be noticed sooner. */
const WAKE_PONG_TIMEOUT_MS = 4_000;
const RETRY_FLOOR_MS = 500;
const RETRY_CEILING_MS = 30_000;
/** Everybody comes back at once when a server restarts: scatter them a little wider. */
const STOPPING_ATTEMPT = 2;

export class Connection<In extends ServerFrame, Out> {
	readonly #options: ConnectionOptions<In, Out>;
	#state: ConnectionState = "stopped";
	#socket: Socket | null = null;
	#attempt = 0;
	/** The one timer: welcome, silence or retry, according to the state. */
	#cancel: (() => void) | null = null;
	#pinged = false;
	#farewell: ByeCode | null = null;

	constructor(options: ConnectionOptions<In, Out>) {
		this.#options = options;
	}

	get state(): ConnectionState {
		return this.#state;
	}

	/** Why the server ended the last connection, when it said so. */
	get farewell(): ByeCode | null {
		return this.#farewell;
	}

	start(): void {
		if (this.#state === "stopped") {
			this.#attempt = 0;
			this.#connect();
		}
	}

	stop(): void {
		this.#drop();
		this.#enter("stopped");
	}

	/** The network may be back, or the page was shown again: do not wait for the timer. */
	wake(): void {
		if (this.#state === "waiting") {
			this.#attempt = 0;
			this.#connect();
		} else if (this.#state === "online") {
			this.#ping(WAKE_PONG_TIMEOUT_MS);
		}
	}

	/** False when there is no line: the frame was not sent. */
	send(frame: Out): boolean {
		if (this.#state !== "online" || !this.#socket) {
			return false;
		}
		this.#socket.send(JSON.stringify(frame));
		return true;
	}

	#enter(state: ConnectionState): void {
		if (this.#state !== state) {
			this.#state = state;
			this.#options.onState(state);
		}
	}

	#timer(ms: number, run: () => void): void {
		this.#cancel?.();
		this.#cancel = this.#options.clock.after(ms, () => {
			this.#cancel = null;
			run();
		});
	}

	/** Closes what is there; late events of that socket are no longer ours. */
	#drop(): void {
		this.#cancel?.();
		this.#cancel = null;
		const socket = this.#socket;
		this.#socket = null;
		socket?.close();
	}

	#connect(): void {
		this.#drop();
		this.#farewell = null;
		this.#enter("connecting");
		this.#timer(WELCOME_TIMEOUT_MS, () => this.#lost());
		let socket: Socket | null = null;
		const mine = (): boolean => socket !== null && this.#socket === socket;
		try {
			socket = this.#options.open(this.#options.url, SUBPROTOCOL, {
				opened: () => mine() && socket?.send(JSON.stringify(this.#options.hello())),
				message: (data) => mine() && this.#message(data),
				closed: () => mine() && this.#lost(),
			});
		} catch (error) {
			this.#options.onProblem?.(error);
			this.#lost();
			return;
		}
		this.#socket = socket;
	}

	#lost(): void {
		this.#drop();
		const ceiling = Math.min(RETRY_CEILING_MS, RETRY_FLOOR_MS * 2 ** (this.#attempt + 1));
		const scatter = this.#options.clock.random() * (ceiling - RETRY_FLOOR_MS);
		this.#attempt++;
		this.#timer(RETRY_FLOOR_MS + scatter, () => this.#connect());
		this.#enter("waiting");
	}

	#message(data: unknown): void {
		let frame: In;
		try {
			frame = this.#options.parse(data);
		} catch (error) {
			this.#options.onProblem?.(error);
			return;
		}
		if (frame.t === "bye") {
			this.#bye(frame);
			return;
		}
		if (this.#state === "connecting") {
			if (frame.t === "error") {
				this.#options.onFrame(frame);
			} else if (frame.t === "welcome") {
				this.#heard();
				this.#options.onFrame(frame);
				this.#enter("online");
			}
			return;
		}
		// A line that closes right after each welcome must not be tried in a tight loop: only
		// what comes after it counts as success.
		this.#attempt = 0;
		this.#heard();
		if (frame.t !== "pong") {
			this.#options.onFrame(frame);
		}
	}

	#heard(): void {
		this.#pinged = false;
		this.#timer(PING_AFTER_MS, () => this.#ping(PONG_TIMEOUT_MS));
	}

	#ping(timeoutMs: number): void {
		if (this.#pinged || !this.#socket) {
			return;
		}
		this.#pinged = true;
		this.#socket.send(JSON.stringify({ t: "ping" }));
		this.#timer(timeoutMs, () => this.#lost());
	}

	#bye(frame: In): void {
		this.#farewell = frame.code as ByeCode;
		this.#options.onFrame(frame);
		if (this.#state === "stopped") {
			return;
		}
		if (frame.code === "revoked" || frame.code === "replaced") {
			this.stop();
			return;
		}
		this.#attempt = Math.max(this.#attempt, STOPPING_ATTEMPT);
		this.#lost();
	}
}
