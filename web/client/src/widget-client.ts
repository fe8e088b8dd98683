/** The customer's side of /ws/widget: her thread, what she sent, ticks, typing, who is there.
 * Holds state and says when it changed; draws nothing. */
import { parseWidgetFrame } from "@trunkline/protocol";
import type {
	HoursState,
	PublicEntry,
	PublicMark,
	WidgetClientFrame,
	WidgetSendFrame,
	WidgetServerFrame,
} from "@trunkline/protocol";

import type { Clock } from "./clock";
import { Connection } from "./connection";
import type { ConnectionState, OpenSocket } from "./connection";
import { Emitter } from "./emitter";
import { Outbox } from "./outbox";
import type { OutboxItem, OutboxStore } from "./outbox";
import { PublicThread } from "./public-thread";
import { TypingSignal, Typist } from "./typing";
import { ulid } from "./ulid";
import type { RandomBytes } from "./ulid";

type Welcome = Extract<WidgetServerFrame, { readonly t: "welcome" }>;

export interface WidgetEvents {
	changed: undefined;
	/** Somebody of the house wrote, live. */
	arrived: PublicEntry;
	/** The token has ended: a new session is needed. */
	revoked: undefined;
}

export interface WidgetClientOptions {
	readonly url: string;
	readonly open: OpenSocket;
	readonly clock: Clock;
	readonly random: RandomBytes;
	readonly store: OutboxStore<WidgetSendFrame>;
	readonly language: () => string;
}

const LANE = "";
const MARK_DELAY_MS = 300;
const NOTHING: PublicMark = { delivered: 0, seen: 0 };

/** Marks only rise; what was shown as read stays so. */
const higher = (a: PublicMark, b: PublicMark): PublicMark =>
	({ delivered: Math.max(a.delivered, b.delivered), seen: Math.max(a.seen, b.seen) });

export class WidgetClient extends Emitter<WidgetEvents> {
	readonly outbox: Outbox<WidgetSendFrame>;
	readonly #options: WidgetClientOptions;
	readonly #connection: Connection<WidgetServerFrame, WidgetClientFrame>;
	readonly #thread: PublicThread;
	readonly #typing: TypingSignal;
	readonly #typist: Typist;
	#token = "";
	#welcome: Welcome | null = null;
	#online = false;
	#hours: HoursState | null = null;
	#house: PublicMark = NOTHING;
	#own: PublicMark = NOTHING;
	#markTimer: (() => void) | null = null;

	constructor(options: WidgetClientOptions) {
		super();
		this.#options = options;
		this.#connection = new Connection({
			url: options.url,
			open: options.open,
			clock: options.clock,
			parse: parseWidgetFrame,
			hello: () => ({
				t: "hello",
				token: this.#token,
				pub: this.#thread.newest,
				language: options.language(),
			}),
			onState: (state) => this.#stateChanged(state),
			onFrame: (frame) => this.#frame(frame),
		});
		this.outbox = new Outbox<WidgetSendFrame>({
			clock: options.clock,
			store: options.store,
			transmit: (frame) => this.#connection.send(frame),
			onChange: () => this.#changed(),
		});
		this.#thread = new PublicThread({
			clock: options.clock,
			send: (frame) => this.#connection.send(frame),
			filled: (entries) => this.#filled(entries),
		});
		this.#typing = new TypingSignal(options.clock, (on) => {
			this.#connection.send({ t: "typing", on });
		});
		this.#typist = new Typist(options.clock, () => this.#changed());
	}

	get state(): ConnectionState {
		return this.#connection.state;
	}

	/** The token that was started with. */
	get token(): string {
		return this.#token;
	}

	/** The server has greeted us at least once. */
	get known(): boolean {
		return this.#welcome !== null;
	}

	get channelName(): string {
		return this.#welcome?.channel.name ?? "";
	}

	get identified(): boolean {
		return this.#welcome?.identified ?? false;
	}

	/** Somebody of the house is there. */
	get online(): boolean {
		return this.#online;
	}

	/** By the calendar; null: the server does not say. */
	get hours(): HoursState | null {
		return this.#hours;
	}

	/** She may leave an address to be answered at. */
	get answersByMail(): boolean {
		return this.#welcome?.answers_by_mail ?? false;
	}

	get entries(): readonly PublicEntry[] {
		return this.#thread.entries;
	}

	get pending(): readonly OutboxItem<WidgetSendFrame>[] {
		return this.outbox.items;
	}

	/** Older entries can be loaded. */
	get more(): boolean {
		return this.#thread.more;
	}

	/** How far the house has received and read what she wrote. */
	get house(): PublicMark {
		return this.#house;
	}

	get own(): PublicMark {
		return this.#own;
	}

	/** Who of the house types now. */
	get typist(): { readonly name: string } | null {
		return this.#typist.who;
	}

	get unread(): number {
		return this.entries.filter((entry) =>
			entry.author.kind !== "customer" && entry.pub > this.#own.seen).length;
	}

	/** `fresh`: another person or timeline than before; nothing known may stay. */
	start(token: string, fresh = false): void {
		this.#connection.stop();
		if (fresh) {
			this.forget();
		}
		this.#token = token;
		this.#connection.start();
	}

	stop(): void {
		this.#connection.stop();
	}

	wake(): void {
		this.#connection.wake();
	}

	/** `human`: she asks for a person; nothing answers it automatically. */
	send(text: string, files: readonly string[] = [], extra: unknown = null, human = false): string {
		const ref = ulid(this.#options.clock.now(), this.#options.random);
		const frame: WidgetSendFrame = { t: "send", ref, text, ...(files.length > 0 ? { files } : {}), ...(human ? { human } : {}) };
		this.#typing.rest();
		this.outbox.add(LANE, frame, { extra });
		return ref;
	}

	/** Whether an automatic answer helped. False when there is no line to say it on. */
	feedback(pub: number, helpful: boolean): boolean {
		const ref = ulid(this.#options.clock.now(), this.#options.random);
		return this.#connection.send({ t: "feedback", ref, pub, helpful });
	}

	/** The newest word of the house is an automatic answer: a person can be asked for. */
	get automatic(): boolean {
		const newest = this.entries.filter(({ author }) => author.kind !== "customer").slice(-1)[0];
		return newest?.author.kind === "bot" && newest.body?.human !== true;
	}

	keyHit(): void {
		this.#typing.hit();
	}

	typingEnded(): void {
		this.#typing.rest();
	}

	/** She has seen everything that is here. */
	read(): void {
		const newest = this.#thread.newest ?? 0;
		if (newest > this.#own.seen) {
			this.#own = { delivered: Math.max(newest, this.#own.delivered), seen: newest };
			this.#markSoon();
			this.#changed();
		}
	}

	/** Loads the page before the oldest known entry. Rejects when the line is gone. */
	older(): Promise<void> {
		return this.#thread.older();
	}

	/** Nothing of the thread stays. What is in the outbox does. */
	forget(): void {
		this.#thread.clear();
		this.#welcome = null;
		this.#house = NOTHING;
		this.#own = NOTHING;
		this.#typist.stopped();
		this.#markTimer?.();
		this.#markTimer = null;
		this.#changed();
	}

	#changed(): void {
		this.emit("changed", undefined);
	}

	#stateChanged(state: ConnectionState): void {
		if (state === "online") {
			this.outbox.online();
			this.#thread.fill();
		} else {
			this.outbox.offline();
			this.#typist.stopped();
			this.#thread.lost();
			if (state === "stopped" && this.#connection.farewell === "revoked") {
				this.emit("revoked", undefined);
			}
		}
		this.#changed();
	}

	#frame(frame: WidgetServerFrame): void {
		switch (frame.t) {
			case "welcome":
				this.#greeted(frame);
				break;
			case "entry":
				this.#entry(frame.entry);
				break;
			case "ack":
				this.outbox.ack(frame.ref);
				this.#thread.expect(frame.pub);
				return;
			case "nack":
				this.outbox.nack(frame);
				return;
			case "typing":
				if (frame.on) {
					this.#typist.started(frame.who.name ?? "");
				} else {
					this.#typist.stopped();
				}
				break;
			case "mark":
				if (frame.party === "house") {
					this.#house = higher(frame, this.#house);
				}
				break;
			case "online":
				this.#online = frame.online;
				break;
			case "hours":
				this.#hours = frame;
				break;
			case "range":
				this.#thread.answer(frame);
				return;
			case "pong":
			case "error":
			case "bye":
				return;
		}
		this.#changed();
	}

	#greeted(frame: Welcome): void {
		const newest = this.#thread.newest;
		if (newest !== null && frame.pub < newest) {
			// Fewer than we know: another history than ours (a restored database, a token that
			// now means somebody else). Start over with it.
			this.forget();
			this.start(this.#token);
			return;
		}
		const first = newest === null;
		this.#welcome = frame;
		this.#online = frame.online;
		this.#hours = frame.hours ?? null;
		this.#house = higher(frame.house, this.#house);
		this.#own = higher(frame.own, this.#own);
		if (first) {
			this.#thread.begin(frame.pub, frame.more);
		}
		if (this.#own.seen > frame.own.seen) {
			this.#markSoon();
		}
	}

	#entry(entry: PublicEntry): void {
		const known = this.#welcome?.pub ?? 0;
		const fresh = this.#thread.add(entry);
		if (entry.ref !== null) {
			this.outbox.confirm(entry.ref);
		}
		if (fresh && entry.author.kind !== "customer") {
			this.#typist.stopped();
			this.#delivered();
			if (entry.pub > known) {
				this.emit("arrived", entry);
			}
		}
	}

	#filled(entries: readonly PublicEntry[]): void {
		entries.forEach(({ ref }) => ref !== null && this.outbox.confirm(ref));
		this.#delivered();
		this.#changed();
	}

	#delivered(): void {
		const newest = this.#thread.newest ?? 0;
		if (newest > this.#own.delivered) {
			this.#own = { ...this.#own, delivered: newest };
			this.#markSoon();
		}
	}

	#markSoon(): void {
		this.#markTimer ??= this.#options.clock.after(MARK_DELAY_MS, () => {
			this.#markTimer = null;
			this.#connection.send({ t: "mark", ...this.#own });
		});
	}
}
