/** Tells the other side that somebody types here: at most every three seconds while keys are
 * hit, and that it ended when they rest. */
import type { Clock } from "./clock";

const REPEAT_MS = 3_000;
const IDLE_MS = 5_000;

export class TypingSignal {
	readonly #clock: Clock;
	readonly #send: (on: boolean) => void;
	#cancel: (() => void) | null = null;
	#sentAt = -Infinity;

	constructor(clock: Clock, send: (on: boolean) => void) {
		this.#clock = clock;
		this.#send = send;
	}

	/** A key was hit. */
	hit(): void {
		this.#cancel?.();
		this.#cancel = this.#clock.after(IDLE_MS, () => this.rest());
		const now = this.#clock.now();
		if (now - this.#sentAt >= REPEAT_MS) {
			this.#sentAt = now;
			this.#send(true);
		}
	}

	/** Sent, emptied or left. */
	rest(): void {
		if (this.#cancel) {
			this.#cancel();
			this.#cancel = null;
			this.#sentAt = -Infinity;
			this.#send(false);
		}
	}
}

const ENDS_MS = 6_000;

/** Who of the other side types now: known until it is said otherwise, or for six seconds. */
export class Typist {
	readonly #clock: Clock;
	readonly #ended: () => void;
	#cancel: (() => void) | null = null;
	#who: { readonly name: string } | null = null;

	/** `ended`: nothing more was heard. */
	constructor(clock: Clock, ended: () => void) {
		this.#clock = clock;
		this.#ended = ended;
	}

	get who(): { readonly name: string } | null {
		return this.#who;
	}

	started(name: string): void {
		this.stopped();
		this.#who = { name };
		this.#cancel = this.#clock.after(ENDS_MS, () => {
			this.#who = null;
			this.#ended();
		});
	}

	stopped(): void {
		this.#cancel?.();
		this.#cancel = null;
		this.#who = null;
	}
}
