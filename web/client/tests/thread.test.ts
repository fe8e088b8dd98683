import { describe, expect, it } from "vitest";

import { Thread } from "../src";

interface Entry {
	readonly lane: string;
	readonly n: number;
	readonly at: number;
}

const make = (): Thread<Entry> => new Thread<Entry>({
	key: ({ lane, n }) => `${lane}:${n}`,
	lane: ({ lane }) => lane,
	number: ({ n }) => n,
	compare: (a, b) => a.at - b.at,
});

const entry = (n: number, at = n, lane = "a"): Entry => ({ lane, n, at });
const numbers = (thread: Thread<Entry>): number[] => thread.entries.map(({ n }) => n);

describe("thread", () => {
	it("keeps each entry once, in order", () => {
		const thread = make();
		thread.addPage([entry(1), entry(2)], false);
		expect(thread.add([entry(3), entry(2)])).toEqual([entry(3)]);
		expect(thread.add([entry(3)])).toEqual([]);
		expect(numbers(thread)).toEqual([1, 2, 3]);
		expect(thread.gaps()).toEqual([]);
	});

	it("names the gap below a live entry and closes it", () => {
		const thread = make();
		thread.addPage([entry(1), entry(2)], false);
		thread.add([entry(6)]);
		thread.add([entry(5)]);
		expect(thread.gaps()).toEqual([{ lane: "a", after: 2, before: 5 }]);
		thread.add([entry(3), entry(4)]);
		expect(thread.gaps()).toEqual([]);
		expect(thread.newest("a")).toBe(6);
		expect(numbers(thread)).toEqual([1, 2, 3, 4, 5, 6]);
	});

	it("counts each lane for itself", () => {
		const thread = make();
		thread.addPage([entry(1, 1, "a"), entry(8, 2, "b")], false);
		thread.add([entry(9, 3, "b"), entry(3, 4, "a")]);
		expect(thread.gaps()).toEqual([{ lane: "a", after: 1, before: 3 }]);
	});

	it("does not ask twice for what nobody has", () => {
		const thread = make();
		thread.addPage([entry(1)], false);
		thread.add([entry(4)]);
		const [gap] = thread.gaps();
		if (gap) {
			thread.skip(gap);
		}
		expect(thread.gaps()).toEqual([]);
		expect(thread.newest("a")).toBe(4);
	});

	it("finds an entry missing of which the server has spoken", () => {
		const thread = make();
		thread.begin("a", 0);
		thread.expect("a", 2);
		expect(thread.gaps()).toEqual([{ lane: "a", after: 0, before: 3 }]);
		thread.add([entry(1), entry(2)]);
		expect(thread.gaps()).toEqual([]);
		expect(thread.newest("a")).toBe(2);
	});

	it("takes no gap from a page: history is in order of time, not of number", () => {
		const thread = make();
		thread.begin("a", 9);
		thread.addPage([entry(7, 70), entry(9, 90)], true);
		expect(thread.gaps()).toEqual([]);
		thread.addPage([entry(8, 5), entry(1, 10)], false);
		expect(numbers(thread)).toEqual([8, 1, 7, 9]);
	});

	it("takes what a page has beyond the known end", () => {
		const thread = make();
		thread.begin("a", 9);
		thread.addPage([entry(9), entry(10)], false);
		expect(thread.newest("a")).toBe(10);
	});

	it("leaves an entry of long ago to the page it belongs to", () => {
		const thread = make();
		thread.begin("a", 9);
		thread.addPage([entry(8, 80), entry(9, 90)], true);
		expect(thread.add([entry(10, 5)])).toEqual([]);
		expect(numbers(thread)).toEqual([8, 9]);
		expect(thread.gaps()).toEqual([]);
		thread.addPage([entry(10, 5), entry(7, 70)], false);
		expect(numbers(thread)).toEqual([10, 7, 8, 9]);
	});

	it("puts an entry with an earlier time between the others", () => {
		const thread = make();
		thread.addPage([entry(1, 10), entry(2, 20)], false);
		thread.add([entry(3, 15)]);
		expect(numbers(thread)).toEqual([1, 3, 2]);
	});

	it("stays quick with ten thousand entries", () => {
		const thread = make();
		const started = performance.now();
		for (let page = 99; page >= 0; page--) {
			thread.addPage(Array.from({ length: 100 }, (_, i) => entry(page * 100 + i + 1)), page > 0);
		}
		for (let n = 10_001; n <= 10_200; n++) {
			thread.add([entry(n)]);
		}
		expect(thread.entries).toHaveLength(10_200);
		expect(performance.now() - started).toBeLessThan(2_000);
	});
});
