/** The console's side of /ws/console: one connection, the outbox, typed events. What the frames
 * mean for lists and threads is decided by who listens. */
import { parseConsoleFrame } from "@trunkline/protocol";
import type {
	ActFrame,
	Action,
	ChosenState,
	ConsoleAckFrame,
	ConsoleClientFrame,
	ConsoleRangeFrame,
	ConsoleSendFrame,
	ConsoleServerFrame,
	NackFrame,
	View,
} from "@trunkline/protocol";

import type { Clock } from "./clock";
import { Connection } from "./connection";
import type { ConnectionState, OpenSocket } from "./connection";
import { Emitter } from "./emitter";
import { NackError } from "./nack-error";
import { Outbox } from "./outbox";
import type { OutboxStore } from "./outbox";
import { Pending } from "./pending";
import { ulid } from "./ulid";
import type { RandomBytes } from "./ulid";

type FrameOf<Type extends ConsoleServerFrame["t"]> = Extract<ConsoleServerFrame, { readonly t: Type }>;
export type ConsoleOutboxFrame = ConsoleSendFrame | ActFrame;

export type ConsoleEvents = {
	[Type in ConsoleServerFrame["t"]]: FrameOf<Type>;
} & {
	state: ConnectionState;
	/** Something in the outbox changed. */
	outbox: undefined;
	/** What was missed is too much to replay: load the lists and open threads again. */
	resync: undefined;
	/** A frame that could not be read. */
	problem: unknown;
};

export interface ConsoleClientOptions {
	readonly url: string;
	readonly open: OpenSocket;
	readonly clock: Clock;
	readonly random: RandomBytes;
	readonly store: OutboxStore<ConsoleOutboxFrame>;
	readonly csrf: () => string;
}

export interface Written {
	readonly conversation?: string;
	readonly customer?: string;
	readonly kind: "message" | "note";
	readonly text: string;
	readonly files?: readonly string[];
	/** Quick replies that the text was made of: their use is counted with the message. */
	readonly quickReplies?: readonly string[];
	/** Colleagues who are named in a note. */
	readonly mentions?: readonly string[];
	/** Phrases of which the writer was warned, and sends all the same. */
	readonly acknowledged?: readonly string[];
	/** With `check`: refuse (nack stale) when the customer wrote after this number. */
	readonly seenSeq?: number;
	readonly check?: boolean;
	/** Kept with the item for the page's own use. */
	readonly extra?: unknown;
	/** Items of one lane keep their order; default: the customer or the conversation. */
	readonly lane?: string;
}

export interface ActOptions {
	readonly assignee?: string;
	/** With assign or release: an internal note for whoever has it next. */
	readonly note?: string;
	readonly version?: number;
	readonly lane?: string;
}

const MARK_DELAY_MS = 300;
const WATCH_MAX = 8;
const ROWS_MAX = 64;
const RANGE_LIMIT = 200;

const isNewer = (id: string, than: string | null): boolean =>
	than === null || id.length > than.length || (id.length === than.length && id > than);

export class ConsoleClient extends Emitter<ConsoleEvents> {
	readonly outbox: Outbox<ConsoleOutboxFrame>;
	readonly #options: ConsoleClientOptions;
	readonly #connection: Connection<ConsoleServerFrame, ConsoleClientFrame>;
	readonly #acts = new Pending<ConsoleAckFrame>();
	readonly #ranges = new Pending<ConsoleRangeFrame>();
	readonly #marks = new Map<string, { customer: string; timeline: string; seq: number }>();
	#cursor: string | null = null;
	#views: readonly View[] = ["mine"];
	#watch: readonly string[] = [];
	#rows: readonly string[] = [];
	#presence: ChosenState = "online";
	#reason = "";
	#markTimer: (() => void) | null = null;
	#rangeCount = 0;

	constructor(options: ConsoleClientOptions) {
		super();
		this.#options = options;
		this.#connection = new Connection({
			url: options.url,
			open: options.open,
			clock: options.clock,
			parse: parseConsoleFrame,
			hello: () => ({
				t: "hello",
				csrf: options.csrf(),
				cursor: this.#cursor,
				views: this.#views,
				watch: this.#watch,
				state: this.#presence,
				...(this.#reason === "" ? {} : { reason: this.#reason }),
			}),
			onState: (state) => this.#stateChanged(state),
			onFrame: (frame) => this.#frame(frame),
			onProblem: (error) => this.emit("problem", error),
		});
		this.outbox = new Outbox<ConsoleOutboxFrame>({
			clock: options.clock,
			store: options.store,
			transmit: (frame) => this.#connection.send(frame),
			onChange: () => this.emit("outbox", undefined),
		});
	}

	get state(): ConnectionState {
		return this.#connection.state;
	}

	/** The newest fact seen here. */
	get cursor(): string | null {
		return this.#cursor;
	}

	start(): void {
		this.#connection.start();
	}

	/** Log-out: nothing of this person stays. */
	stop(): void {
		this.#connection.stop();
		this.#cursor = null;
		this.#marks.clear();
	}

	wake(): void {
		this.#connection.wake();
	}

	/** Kept until it is taken. The answer is its ref. */
	send(written: Written): string {
		const ref = this.#ref();
		const frame: ConsoleSendFrame = {
			t: "send",
			ref,
			kind: written.kind,
			text: written.text,
			...(written.conversation === undefined ? {} : { conversation: written.conversation }),
			...(written.customer === undefined ? {} : { customer: written.customer }),
			...(written.files === undefined ? {} : { files: written.files }),
			...(written.quickReplies === undefined ? {} : { quick_replies: written.quickReplies }),
			...(written.mentions === undefined ? {} : { mentions: written.mentions }),
			...(written.acknowledged === undefined ? {} : { acknowledged: written.acknowledged }),
			...(written.seenSeq === undefined ? {} : { seen_seq: written.seenSeq }),
			...(written.check === undefined ? {} : { check: written.check }),
		};
		const lane = written.lane ?? written.customer ?? written.conversation ?? "";
		this.outbox.add(lane, frame, { extra: written.extra });
		return ref;
	}

	/** Rejects with a NackError when it is refused. Not kept over a reload. */
	act(conversation: string, action: Action, options: ActOptions = {}): Promise<ConsoleAckFrame> {
		const ref = this.#ref();
		const done = this.#acts.wait(ref);
		const frame: ActFrame = {
			t: "act",
			ref,
			conversation,
			action,
			...(options.assignee === undefined ? {} : { assignee: options.assignee }),
			...(options.version === undefined ? {} : { version: options.version }),
			...(options.note === undefined ? {} : { note: options.note }),
		};
		this.outbox.add(options.lane ?? conversation, frame, { passing: true });
		return done;
	}

	/** I have read this timeline up to here. The highest of a burst is sent. */
	mark(customer: string, timeline: string, seq: number): void {
		const known = this.#marks.get(timeline);
		if (known && known.seq >= seq) {
			return;
		}
		this.#marks.set(timeline, { customer, timeline, seq });
		this.#markTimer ??= this.#options.clock.after(MARK_DELAY_MS, () => this.#sendMarks());
	}

	typing(customer: string, on: boolean, note: boolean): void {
		this.#connection.send({ t: "typing", customer, on, note });
	}

	/** The threads that are open here now. */
	watch(customers: readonly string[]): void {
		this.#watch = customers.slice(0, WATCH_MAX);
		this.#connection.send({ t: "watch", customers: this.#watch });
	}

	views(views: readonly View[]): void {
		this.#views = views;
		this.#connection.send({ t: "views", views });
	}

	/** Whose rows of a list are in sight: who looks at them is told here too. */
	rows(customers: readonly string[]): void {
		this.#rows = customers.slice(0, ROWS_MAX);
		this.#connection.send({ t: "rows", customers: this.#rows });
	}

	/** What this person is from now on, in all her windows; why, where she says so. */
	presence(state: ChosenState, reason = ""): void {
		this.#presence = state;
		this.#reason = reason;
		this.#connection.send({ t: "presence", state, ...(reason === "" ? {} : { reason }) });
	}

	/** The entries of a timeline above `after`: to close a gap. */
	range(timeline: string, after: number, limit = RANGE_LIMIT): Promise<ConsoleRangeFrame> {
		const id = `r${++this.#rangeCount}`;
		const answer = this.#ranges.wait(id);
		if (!this.#connection.send({ t: "range", id, timeline, after, limit })) {
			this.#ranges.reject(id, new NackError("offline", "there is no connection"));
		}
		return answer;
	}

	#ref(): string {
		return ulid(this.#options.clock.now(), this.#options.random);
	}

	#stateChanged(state: ConnectionState): void {
		if (state === "online") {
			this.outbox.online();
			this.#sendMarks();
		} else {
			this.outbox.offline();
			this.#ranges.rejectAll(new NackError("offline", "the connection was lost"));
		}
		this.emit("state", state);
	}

	#sendMarks(): void {
		this.#markTimer?.();
		this.#markTimer = null;
		for (const [timeline, mark] of this.#marks) {
			if (!this.#connection.send({ t: "mark", ...mark })) {
				return;
			}
			this.#marks.delete(timeline);
		}
	}

	#frame(frame: ConsoleServerFrame): void {
		switch (frame.t) {
			case "welcome":
				this.#welcome(frame);
				return;
			case "entry":
				if (isNewer(frame.entry.id, this.#cursor)) {
					this.#cursor = frame.entry.id;
				}
				this.emit("entry", frame);
				if (frame.entry.ref !== null) {
					this.outbox.confirm(frame.entry.ref);
				}
				return;
			case "ack":
				this.outbox.ack(frame.ref);
				this.#acts.resolve(frame.ref, frame);
				break;
			case "nack":
				this.#nack(frame);
				return;
			case "range":
				this.#ranges.resolve(frame.id, frame);
				break;
		}
		this.#pass(frame);
	}

	#pass(frame: ConsoleServerFrame): void {
		this.emit(frame.t, frame as never);
	}

	#welcome(frame: FrameOf<"welcome">): void {
		const missed = this.#cursor !== null && !frame.resumed;
		if (this.#cursor === null || missed) {
			this.#cursor = frame.cursor;
		}
		this.emit("welcome", frame);
		if (this.#rows.length > 0) {
			this.#connection.send({ t: "rows", customers: this.#rows });
		}
		if (missed) {
			this.emit("resync", undefined);
		}
	}

	#nack(frame: NackFrame): void {
		this.outbox.nack(frame);
		if (this.outbox.get(frame.ref)?.state === "failed") {
			const error = new NackError(frame.code, frame.text);
			// An action is answered to whoever asked; nothing of it stays in the outbox.
			if (this.#acts.reject(frame.ref, error)) {
				this.outbox.discard(frame.ref);
			}
		}
		this.emit("nack", frame);
	}
}
