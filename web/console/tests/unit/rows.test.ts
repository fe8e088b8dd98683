import { describe, expect, it } from "vitest";
import { buildRows, joinCalls, type PendingMessage } from "../../src/features/thread/rows";
import type { Call, Entry } from "../../src/shared/types";
import { FakeHouse } from "../fake/house";

const customer = { kind: "customer", id: "1" } as const;
const agent = { kind: "staff", id: "301" } as const;
const system = { kind: "system", id: null } as const;

function callState(id: string, version: number, result: Call["result"]): Call {
	return { id, version, result, outcome: "", outcome_note: "" } as Call;
}

function thread(build: (house: FakeHouse) => void): Entry[] {
	const house = new FakeHouse();
	house.addCustomer("1", "林若溪");
	build(house);
	return house.entries.get("1") ?? [];
}

function types(entries: Entry[], pending: PendingMessage[] = [], newAfter: Map<string, number> | null = null): string[] {
	return buildRows(entries, pending, newAfter).map((row) => row.type);
}

describe("the rows of the trunk line", () => {
	it("puts a day before the first entry and a stop where the channel changes", () => {
		const entries = thread((house) => {
			house.post("1", customer, "message", { text: "a" });
			house.post("1", customer, "message", { text: "b" });
			house.post("1", system, "call_started", { call: callState("9", 1, "ringing") });
			house.post("1", customer, "message", { text: "c" });
		});
		expect(types(entries)).toEqual(["day", "stop", "message", "message", "stop", "call", "stop", "message"]);
	});

	it("begins a day anew at local midnight", () => {
		const entries = thread((house) => {
			house.post("1", customer, "message", { text: "a" }, { at: "2026-11-20T12:00:00.000Z" });
			house.post("1", customer, "message", { text: "b" }, { at: "2026-11-22T12:00:00.000Z" });
		});
		expect(types(entries).filter((type) => type === "day")).toHaveLength(2);
	});

	it("shows one card for all facts of a call, with the newest state and its outcome", () => {
		const entries = thread((house) => {
			house.post("1", system, "call_started", { call: callState("9", 1, "ringing") });
			house.post("1", system, "call_answered", { call: callState("9", 2, "talking") });
			house.post("1", system, "call_ended", { call: callState("9", 3, "completed") });
			house.post("1", agent, "call_outcome", { call: "9", outcome: "callback", note: "周五" });
		});
		const calls = buildRows(entries, [], null).filter((row) => row.type === "call");
		expect(calls).toHaveLength(1);
		expect(calls[0]).toMatchObject({ call: { result: "completed", outcome: "callback", outcome_note: "周五" } });
		expect(types(entries)).not.toContain("event");
	});

	it("shows at a proposed link what was said about it last, and no row for each time", () => {
		const body = { customer: "2", conversation: null, entry: "5", why: "reference" };
		const said = (house: FakeHouse, proposal: string, refused: boolean): void => {
			house.post("1", agent, "link_judged", { proposal, customer: "2", refused });
		};
		const entries = thread((house) => {
			house.post("1", system, "link_proposed", body);
		});
		const proposal = entries[0]?.id ?? "";
		const judged = (...refusals: boolean[]): unknown => {
			const all = thread((house) => {
				house.post("1", system, "link_proposed", body);
				refusals.forEach((refused) => said(house, proposal, refused));
			});
			const rows = buildRows(all, [], null).filter((row) => row.type !== "day");
			expect(rows).toHaveLength(1);
			return rows[0]?.type === "link_proposed" ? (rows[0].judged?.body?.refused ?? null) : undefined;
		};
		expect(judged()).toBeNull();
		expect(judged(true)).toBe(true);
		expect(judged(true, false)).toBe(false);
	});

	it("keeps the newest state when facts of a call come in any order", () => {
		const entries = thread((house) => {
			house.post("1", system, "call_ended", { call: callState("9", 3, "missed") });
			house.post("1", system, "call_started", { call: callState("9", 1, "ringing") });
		});
		expect(joinCalls(entries).get("9")?.result).toBe("missed");
	});

	it("draws the new line once, above the first unread entry of the customer", () => {
		const entries = thread((house) => {
			house.post("1", customer, "message", { text: "read" });
			house.post("1", agent, "message", { text: "mine" });
			house.post("1", customer, "message", { text: "unread" });
			house.post("1", customer, "message", { text: "unread too" });
		});
		expect(types(entries, [], new Map([["1", 1]]))).toEqual(["day", "stop", "message", "message", "new", "message", "message"]);
		expect(types(entries, [], new Map([["1", 4]]))).not.toContain("new");
		expect(types(entries, [], null)).not.toContain("new");
	});

	it("keeps one key from the pending bubble to the committed entry", () => {
		const pending: PendingMessage = {
			ref: "01JD",
			kind: "message",
			text: "hi",
			fileNames: [],
			at: "2026-11-21T08:00:00.000Z",
			state: "pending",
			code: null,
			reason: null,
		};
		const before = buildRows([], [pending], null).map((row) => row.key);
		const entries = thread((house) => house.post("1", agent, "message", { text: "hi" }, { ref: "01JD" }));
		const after = buildRows(entries, [], null).map((row) => row.key);
		expect(before).toContain("ref-01JD");
		expect(after).toContain("ref-01JD");
	});

	it("says once what attaching wrote into both histories", () => {
		const entries = thread((house) => {
			house.post("1", agent, "attached", { from: "2", to: "1" });
			house.post("1", agent, "attached", { from: "2", to: "1" }, { timeline: "2" });
		});
		expect(types(entries)).toEqual(["day", "event"]);
	});

	it("says each merge and its undoing once, as the one who stayed tells it", () => {
		const entries = thread((house) => {
			for (const merge of ["71", "72"]) {
				for (const kind of ["attached", "separated"] as const) {
					house.post("1", agent, kind, { from: "2", to: "1", merge }, { timeline: "2" });
					house.post("1", agent, kind, { from: "2", to: "1", merge, changes: { gender: { from: "", to: "male" } } });
				}
			}
		});
		const events = buildRows(entries, [], null).flatMap((row) => (row.type === "event" ? [row.entry] : []));
		expect(events.map((entry) => [entry.kind, entry.timeline])).toEqual([
			["attached", "1"], ["separated", "1"], ["attached", "1"], ["separated", "1"],
		]);
	});

	it("gives every row a key of its own", () => {
		const entries = thread((house) => {
			for (let index = 0; index < 50; index++) {
				house.post("1", index % 2 === 0 ? customer : agent, index % 5 === 0 ? "note" : "message", { text: String(index) });
			}
		});
		const keys = buildRows(entries, [], null).map((row) => row.key);
		expect(new Set(keys).size).toBe(keys.length);
	});

	it("builds ten thousand entries in a moment", () => {
		const entries = thread((house) => {
			for (let index = 0; index < 10_000; index++) {
				house.post("1", customer, "message", { text: "x" });
			}
		});
		const before = performance.now();
		expect(buildRows(entries, [], null).length).toBeGreaterThan(10_000);
		expect(performance.now() - before).toBeLessThan(500);
	});
});
