/** What this person wrote and the server has not yet taken. Each item keeps its ref until it is
 * acknowledged, through lost lines and reloads, so that it arrives once.
 *
 * Lanes keep order: of one lane one item is under way at a time, and a later one waits until
 * the earlier one is settled. A refused item (final nack) steps aside and stays visible. */
import type { NackCode } from "@trunkline/protocol";

import type { Clock } from "./clock";

/** `acked`: taken, its entry has not come yet. It stays so that the bubble does not blink. */
export type OutboxState = "waiting" | "sent" | "acked" | "failed";

export interface OutboxItem<Frame> {
	readonly frame: Frame;
	readonly lane: string;
	/** When it was written, by this client's clock. */
	readonly at: number;
	readonly state: OutboxState;
	/** Why it was refused, or is being held back. */
	readonly code: NackCode | null;
	readonly text: string;
	/** Whatever the page wants to show with it, such as the files' names. */
	readonly extra: unknown;
}

/** What survives a reload. */
export interface StoredItem<Frame> {
	readonly frame: Frame;
	readonly lane: string;
	readonly at: number;
	readonly extra: unknown;
	readonly failed: NackCode | null;
}

export interface OutboxStore<Frame> {
	load(): readonly StoredItem<Frame>[];
	save(ref: string, item: StoredItem<Frame>): void;
	remove(ref: string): void;
}

export interface Nack {
	readonly ref: string;
	readonly code: NackCode;
	readonly text: string;
	readonly retry_ms?: number | null;
}

export interface OutboxOptions<Frame> {
	readonly clock: Clock;
	readonly store: OutboxStore<Frame>;
	/** False when there is no line. */
	readonly transmit: (frame: Frame) => boolean;
	readonly onChange: () => void;
}

const ACK_TIMEOUT_MS = 15_000;
const RETRY_DEFAULT_MS = 2_000;
const RETRY_MAX_MS = 60_000;
/** An entry that never shows here, because nobody here watches its thread. */
const ACKED_SHOWN_MS = 60_000;

const isRetryable = (code: NackCode): boolean => code === "unavailable" || code === "busy";

interface Kept<Frame> {
	item: OutboxItem<Frame>;
	stored: boolean;
}

export class Outbox<Frame extends { readonly ref: string }> {
	readonly #options: OutboxOptions<Frame>;
	/** In the order in which they were written. */
	readonly #kept = new Map<string, Kept<Frame>>();
	/** The timer of a lane: waiting for an ack, or for the time to try again. */
	readonly #timers = new Map<string, () => void>();
	#online = false;

	constructor(options: OutboxOptions<Frame>) {
		this.#options = options;
		const stored = [...options.store.load()].sort((a, b) =>
			a.at - b.at || (a.frame.ref < b.frame.ref ? -1 : 1));
		for (const { frame, lane, at, extra, failed } of stored) {
			const state = failed === null ? "waiting" : "failed";
			this.#kept.set(frame.ref, {
				item: { frame, lane, at, extra, state, code: failed, text: "" },
				stored: true,
			});
		}
	}

	get items(): readonly OutboxItem<Frame>[] {
		return [...this.#kept.values()].map(({ item }) => item);
	}

	get(ref: string): OutboxItem<Frame> | null {
		return this.#kept.get(ref)?.item ?? null;
	}

	/** `passing`: not kept over a reload. */
	add(lane: string, frame: Frame, options: { extra?: unknown; passing?: boolean } = {}): void {
		const stored = options.passing !== true;
		const item: OutboxItem<Frame> = {
			frame, lane, at: this.#options.clock.now(), state: "waiting", code: null, text: "",
			extra: options.extra ?? null,
		};
		this.#kept.set(frame.ref, { item, stored });
		this.#store(frame.ref);
		this.#pump(lane);
		this.#options.onChange();
	}

	/** The line is up: what was under way is sent again. */
	online(): void {
		this.#online = true;
		for (const lane of this.#lanes()) {
			this.#pump(lane);
		}
		this.#options.onChange();
	}

	offline(): void {
		this.#online = false;
		this.#timers.forEach((cancel) => cancel());
		this.#timers.clear();
		for (const [ref, { item }] of this.#kept) {
			if (item.state === "sent") {
				this.#set(ref, { state: "waiting" });
			}
		}
		this.#options.onChange();
	}

	/** False when the ref is not ours. */
	ack(ref: string): boolean {
		const kept = this.#kept.get(ref);
		if (!kept) {
			return false;
		}
		const { lane } = kept.item;
		this.#options.store.remove(ref);
		kept.stored = false;
		this.#set(ref, { state: "acked", code: null, text: "" });
		this.#options.clock.after(ACKED_SHOWN_MS, () => this.confirm(ref));
		this.#release(lane);
		this.#options.onChange();
		return true;
	}

	nack({ ref, code, text, retry_ms: retryMs }: Nack): boolean {
		const kept = this.#kept.get(ref);
		if (!kept || kept.item.state === "acked") {
			return false;
		}
		const { lane } = kept.item;
		if (isRetryable(code)) {
			this.#set(ref, { state: "waiting", code, text });
			this.#hold(lane, Math.min(retryMs ?? RETRY_DEFAULT_MS, RETRY_MAX_MS));
		} else {
			this.#set(ref, { state: "failed", code, text });
			this.#store(ref);
			this.#release(lane);
		}
		this.#options.onChange();
		return true;
	}

	/** Its entry is here: there is nothing left to wait for. */
	confirm(ref: string): boolean {
		const kept = this.#kept.get(ref);
		if (!kept) {
			return false;
		}
		this.#forget(ref);
		if (kept.item.state === "sent" || kept.item.state === "waiting") {
			this.#release(kept.item.lane);
		}
		this.#options.onChange();
		return true;
	}

	/** A refused item once more, now behind everything else of its lane. */
	retry(ref: string): void {
		const kept = this.#kept.get(ref);
		if (kept?.item.state !== "failed") {
			return;
		}
		this.#kept.delete(ref);
		this.#kept.set(ref, kept);
		this.#set(ref, { state: "waiting", code: null, text: "", at: this.#options.clock.now() });
		this.#store(ref);
		this.#pump(kept.item.lane);
		this.#options.onChange();
	}

	discard(ref: string): void {
		const kept = this.#kept.get(ref);
		if (kept?.item.state === "failed") {
			this.#forget(ref);
			this.#options.onChange();
		}
	}

	/** Another person uses this browser from now on. */
	clear(): void {
		[...this.#kept.keys()].forEach((ref) => this.#forget(ref));
		this.#timers.forEach((cancel) => cancel());
		this.#timers.clear();
		this.#options.onChange();
	}

	#lanes(): Set<string> {
		return new Set([...this.#kept.values()].map(({ item }) => item.lane));
	}

	#set(ref: string, change: Partial<OutboxItem<Frame>>): void {
		const kept = this.#kept.get(ref);
		if (kept) {
			kept.item = { ...kept.item, ...change };
		}
	}

	#store(ref: string): void {
		const kept = this.#kept.get(ref);
		if (!kept?.stored) {
			return;
		}
		const { frame, lane, at, extra, state, code } = kept.item;
		this.#options.store.save(ref, {
			frame, lane, at, extra, failed: state === "failed" ? code : null,
		});
	}

	#forget(ref: string): void {
		this.#options.store.remove(ref);
		this.#kept.delete(ref);
	}

	#head(lane: string): OutboxItem<Frame> | null {
		for (const { item } of this.#kept.values()) {
			if (item.lane === lane && (item.state === "waiting" || item.state === "sent")) {
				return item;
			}
		}
		return null;
	}

	#pump(lane: string): void {
		if (!this.#online || this.#timers.has(lane)) {
			return;
		}
		const head = this.#head(lane);
		if (!head || !this.#options.transmit(head.frame)) {
			return;
		}
		this.#set(head.frame.ref, { state: "sent" });
		this.#hold(lane, ACK_TIMEOUT_MS);
	}

	/** Leaves the lane alone for so long, then sends its first item (again). */
	#hold(lane: string, ms: number): void {
		this.#timers.get(lane)?.();
		const scatter = ms * (1 + this.#options.clock.random() / 4);
		this.#timers.set(lane, this.#options.clock.after(scatter, () => this.#release(lane)));
	}

	#release(lane: string): void {
		this.#timers.get(lane)?.();
		this.#timers.delete(lane);
		this.#pump(lane);
		this.#options.onChange();
	}
}
