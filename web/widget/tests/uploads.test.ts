import { RestError } from "@trunkline/client";
import type { File as SentFile } from "@trunkline/protocol";
import { beforeEach, describe, expect, it } from "vitest";

import { MAX_FILES, Uploads } from "../app/state/uploads";

interface Started {
	readonly name: string;
	readonly progress: (share: number) => void;
	readonly resolve: (file: SentFile) => void;
	readonly reject: (error: unknown) => void;
	aborted: boolean;
}

let started: Started[];
let uploads: Uploads;

const sent = (name: string): SentFile => ({ id: "1", name, type: "text/plain", size: 3, width: 0, height: 0 });
const file = (name: string, size = 3): File => new File([new Uint8Array(size)], name);
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
	started = [];
	uploads = new Uploads(({ name }, progress) => {
		const entry: Started = { name, progress, resolve: () => undefined, reject: () => undefined, aborted: false };
		const done = new Promise<SentFile>((resolve, reject) => Object.assign(entry, { resolve, reject }));
		started.push(entry);
		return {
			done,
			abort: () => {
				entry.aborted = true;
			},
		};
	});
});

describe("uploads", () => {
	it("are ready when the server has them", async () => {
		uploads.add([file("a.txt")], 100);
		expect(uploads.busy).toBe(true);
		started[0]?.progress(1);
		expect(uploads.items.value[0]?.progress).toBeLessThan(1);
		started[0]?.resolve(sent("a.txt"));
		await settle();
		expect(uploads.busy).toBe(false);
		expect(uploads.ready).toEqual([sent("a.txt")]);
	});

	it("do not start for files that are too large or empty", () => {
		uploads.add([file("a", 101), file("b", 0)], 100);
		expect(started).toEqual([]);
		expect(uploads.items.value.map(({ problem }) => problem)).toEqual(["tooLarge", "empty"]);
	});

	it.each([
		[new RestError("offline", ""), "offline", true],
		[new RestError("too_large", "", 413), "tooLarge", false],
		[new RestError("invalid", "", 415), "type", false],
		[new RestError("busy", "", 429), "quota", true],
		[new RestError("unavailable", "", 503), "failed", true],
		[new Error("?"), "failed", true],
	])("say what went wrong with %s", async (error, problem, retry) => {
		uploads.add([file("a")], 100);
		started[0]?.reject(error);
		await settle();
		expect(uploads.items.value[0]).toMatchObject({ problem, retry });
		expect(uploads.busy).toBe(false);
	});

	it("can be tried again", async () => {
		uploads.add([file("a")], 100);
		started[0]?.reject(new RestError("offline", ""));
		await settle();
		uploads.retry(uploads.items.value[0]?.id ?? 0);
		started[1]?.resolve(sent("a"));
		await settle();
		expect(uploads.ready).toHaveLength(1);
	});

	it("stop when they are removed", () => {
		uploads.add([file("a"), file("b")], 100);
		uploads.remove(uploads.items.value[0]?.id ?? 0);
		expect(started.map(({ aborted }) => aborted)).toEqual([true, false]);
		expect(uploads.items.value.map(({ name }) => name)).toEqual(["b"]);
	});

	it("are as many as one message takes", () => {
		uploads.add(Array.from({ length: MAX_FILES + 2 }, (_, i) => file(String(i))), 100);
		expect(uploads.items.value).toHaveLength(MAX_FILES);
		expect(uploads.overflow.value).toBe(true);
	});
});
