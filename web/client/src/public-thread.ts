/** The thread as a customer sees it, in her own numbers: entries as they come, older pages on
 * demand, and gaps closed by ranges, one after the other. */
import type { PublicEntry, WidgetRangeFrame, WidgetRangeRequestFrame } from "@trunkline/protocol";

import type { Clock } from "./clock";
import { NackError } from "./nack-error";
import { Pending } from "./pending";
import { Thread } from "./thread";
import type { ThreadShape } from "./thread";

const LANE = "";
const PAGE = 50;
const RANGE_LIMIT = 200;
const RANGE_TIMEOUT_MS = 10_000;
const EXPECT_MS = 1_000;

const shape: ThreadShape<PublicEntry> = {
	key: ({ pub }) => String(pub),
	lane: () => LANE,
	number: ({ pub }) => pub,
	compare: (a, b) => a.pub - b.pub,
};

export interface PublicThreadOptions {
	readonly clock: Clock;
	/** False when there is no line. */
	readonly send: (frame: WidgetRangeRequestFrame) => boolean;
	/** Entries came that nobody waits for. */
	readonly filled: (entries: readonly PublicEntry[]) => void;
}

export class PublicThread {
	readonly #options: PublicThreadOptions;
	readonly #thread = new Thread<PublicEntry>(shape);
	readonly #ranges = new Pending<WidgetRangeFrame>();
	#count = 0;
	#filling = false;
	#loading: Promise<void> | null = null;

	constructor(options: PublicThreadOptions) {
		this.#options = options;
	}

	get entries(): readonly PublicEntry[] {
		return this.#thread.entries;
	}

	/** Older entries can be loaded. */
	get more(): boolean {
		return this.#thread.more;
	}

	/** The newest number without a gap below it; null: nothing is known. */
	get newest(): number | null {
		return this.#thread.newest(LANE);
	}

	clear(): void {
		this.#thread.clear();
	}

	/** The server is about to send its newest entries; `pub` is the last of all. */
	begin(pub: number, more: boolean): void {
		this.#thread.addPage([], more);
		if (pub === 0) {
			this.#thread.begin(LANE, 0);
		}
	}

	/** True when it was new. */
	add(entry: PublicEntry): boolean {
		const fresh = this.#thread.add([entry]).length > 0;
		this.fill();
		return fresh;
	}

	/** Something was taken as this number; if its entry does not come by itself, fetch it. */
	expect(pub: number): void {
		this.#options.clock.after(EXPECT_MS, () => {
			if ((this.newest ?? 0) < pub) {
				this.#thread.expect(LANE, pub);
				this.fill();
			}
		});
	}

	/** Loads the page before the oldest known entry. Rejects when the line is gone. */
	older(): Promise<void> {
		const first = this.entries[0];
		if (!this.more || !first) {
			return Promise.resolve();
		}
		this.#loading ??= this.#range({ before: first.pub, limit: PAGE })
			.then(({ entries, more }) => {
				this.#thread.addPage(entries, more && entries.length > 0);
				this.#options.filled(entries);
			})
			.finally(() => {
				this.#loading = null;
			});
		return this.#loading;
	}

	/** Asks for what is missing, until nothing is. */
	fill(): void {
		if (!this.#filling && this.#thread.gaps().length > 0) {
			this.#filling = true;
			this.#fill().catch((error: unknown) => {
				// The line went; the next entry or welcome starts it again.
				if (!(error instanceof NackError)) {
					throw error;
				}
			}).finally(() => {
				this.#filling = false;
			});
		}
	}

	answer(frame: WidgetRangeFrame): void {
		this.#ranges.resolve(frame.id, frame);
	}

	/** No answer comes any more. */
	lost(): void {
		this.#ranges.rejectAll(new NackError("offline", "the connection was lost"));
	}

	async #fill(): Promise<void> {
		for (let gap = this.#thread.gaps()[0]; gap; gap = this.#thread.gaps()[0]) {
			const { entries } = await this.#range({ after: gap.after, limit: RANGE_LIMIT });
			const before = this.newest;
			this.#thread.add(entries);
			if (this.newest === before) {
				this.#thread.skip(gap);
			}
			this.#options.filled(entries);
		}
	}

	async #range(part: { before?: number; after?: number; limit: number }): Promise<WidgetRangeFrame> {
		const id = `r${++this.#count}`;
		const answer = this.#ranges.wait(id);
		const cancel = this.#options.clock.after(RANGE_TIMEOUT_MS, () => {
			this.#ranges.reject(id, new NackError("offline", "no answer"));
		});
		if (!this.#options.send({ t: "range", id, ...part })) {
			this.#ranges.reject(id, new NackError("offline", "there is no connection"));
		}
		try {
			return await answer;
		} finally {
			cancel();
		}
	}
}
