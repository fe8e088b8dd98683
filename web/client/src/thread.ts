/** The entries of one thread as they are known here: each once, in order, with the gaps named.
 *
 * Within a lane (a timeline for staff, everything for a customer) numbers rise without gap. So
 * a live entry that is more than one above the newest means that something was missed, and the
 * range between is asked for. Pages of history are in order of time and prove nothing. */

export interface ThreadShape<Entry> {
	/** What makes it the same entry. */
	key(entry: Entry): string;
	lane(entry: Entry): string;
	number(entry: Entry): number;
	/** The place in the thread; below zero: a comes first. */
	compare(a: Entry, b: Entry): number;
}

/** Numbers above `after` and below `before` are missing. */
export interface Gap {
	readonly lane: string;
	readonly after: number;
	readonly before: number;
}

interface Lane {
	/** Everything up to here is known or was skipped. */
	newest: number;
	/** Numbers that came above it, before those in between. */
	readonly beyond: Set<number>;
	/** The server spoke of a number up to here. */
	expected: number;
}

const startLane = (newest: number): Lane => ({ newest, beyond: new Set(), expected: newest });

export class Thread<Entry> {
	readonly #shape: ThreadShape<Entry>;
	readonly #keys = new Set<string>();
	readonly #lanes = new Map<string, Lane>();
	#entries: Entry[] = [];
	#more = false;

	constructor(shape: ThreadShape<Entry>) {
		this.#shape = shape;
	}

	/** In order. The same array until something changes. */
	get entries(): readonly Entry[] {
		return this.#entries;
	}

	/** There are older entries that were not loaded. */
	get more(): boolean {
		return this.#more;
	}

	clear(): void {
		this.#keys.clear();
		this.#lanes.clear();
		this.#entries = [];
		this.#more = false;
	}

	/** The newest number of a lane without a gap below it; null: nothing is known. */
	newest(lane: string): number | null {
		return this.#lanes.get(lane)?.newest ?? null;
	}

	/** The server says that the lane reaches to this number, and the page that follows shows it. */
	begin(lane: string, newest: number): void {
		const known = this.#lanes.get(lane);
		if (!known) {
			this.#lanes.set(lane, startLane(newest));
		} else if (newest > known.newest) {
			known.newest = newest;
			this.#absorb(known);
		}
	}

	/** This number exists, says the server, though its entry has not come. */
	expect(lane: string, number: number): void {
		if (!this.#lanes.has(lane)) {
			this.begin(lane, 0);
		}
		const known = this.#lanes.get(lane);
		if (known) {
			known.expected = Math.max(known.expected, number);
		}
	}

	/** Live entries, or the answer to a range. Those that were new here. */
	add(entries: readonly Entry[]): Entry[] {
		const { lane, number } = this.#shape;
		for (const entry of [...entries].sort((a, b) => number(a) - number(b))) {
			this.#count(lane(entry), number(entry));
		}
		const first = this.#entries[0];
		// What belongs above the loaded part comes with its page.
		const hidden = (entry: Entry): boolean =>
			this.#more && first !== undefined && this.#shape.compare(entry, first) < 0;
		return this.#insert(entries.filter((entry) => !hidden(entry)));
	}

	/** A page of history; `more`: there is an older one. */
	addPage(entries: readonly Entry[], more: boolean): Entry[] {
		this.#more = more;
		const { lane, number } = this.#shape;
		for (const entry of [...entries].sort((a, b) => number(a) - number(b))) {
			const known = this.#lanes.get(lane(entry));
			if (!known || number(entry) === known.newest + 1) {
				this.#count(lane(entry), number(entry));
			}
		}
		return this.#insert(entries);
	}

	gaps(): Gap[] {
		const gaps: Gap[] = [];
		for (const [lane, { newest, beyond, expected }] of this.#lanes) {
			const before = Math.min(...beyond, expected > newest ? expected + 1 : Infinity);
			if (Number.isFinite(before)) {
				gaps.push({ lane, after: newest, before });
			}
		}
		return gaps;
	}

	/** The server has nothing there (or nothing for us): do not ask again. */
	skip(gap: Gap): void {
		const lane = this.#lanes.get(gap.lane);
		if (lane && lane.newest < gap.before - 1) {
			lane.newest = gap.before - 1;
			this.#absorb(lane);
		}
	}

	#count(name: string, number: number): void {
		const lane = this.#lanes.get(name);
		if (!lane) {
			this.#lanes.set(name, startLane(number));
		} else if (number > lane.newest) {
			lane.beyond.add(number);
			this.#absorb(lane);
		}
	}

	#absorb(lane: Lane): void {
		for (const number of lane.beyond) {
			if (number <= lane.newest) {
				lane.beyond.delete(number);
			}
		}
		while (lane.beyond.delete(lane.newest + 1)) {
			lane.newest++;
		}
	}

	#insert(entries: readonly Entry[]): Entry[] {
		const fresh: Entry[] = [];
		for (const entry of entries) {
			const key = this.#shape.key(entry);
			if (!this.#keys.has(key)) {
				this.#keys.add(key);
				fresh.push(entry);
			}
		}
		if (fresh.length > 0) {
			fresh.sort((a, b) => this.#shape.compare(a, b));
			this.#entries = merge(this.#entries, fresh, this.#shape);
		}
		return fresh;
	}
}

/** Two sorted lists into one. Nearly always one lies wholly behind the other. */
function merge<Entry>(old: readonly Entry[], fresh: readonly Entry[], shape: ThreadShape<Entry>): Entry[] {
	const [firstFresh, lastFresh] = [fresh[0], fresh[fresh.length - 1]];
	const [firstOld, lastOld] = [old[0], old[old.length - 1]];
	if (firstOld === undefined || lastOld === undefined) {
		return [...fresh];
	}
	if (firstFresh !== undefined && shape.compare(lastOld, firstFresh) <= 0) {
		return [...old, ...fresh];
	}
	if (lastFresh !== undefined && shape.compare(lastFresh, firstOld) <= 0) {
		return [...fresh, ...old];
	}
	return [...old, ...fresh].sort((a, b) => shape.compare(a, b));
}
