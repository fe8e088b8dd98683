import { beforeEach, describe, expect, it } from "vitest";

import { Outbox } from "../src";
import { FakeClock, FakeStore } from "./fakes";

interface Frame {
	readonly ref: string;
	readonly text: string;
}

let clock: FakeClock;
let store: FakeStore<Frame>;
let line: Frame[];
let up: boolean;

function make(): Outbox<Frame> {
	return new Outbox<Frame>({
		clock,
		store,
		transmit: (frame) => {
			if (up) {
				line.push(frame);
			}
			return up;
		},
		onChange: () => undefined,
	});
}

const texts = (): string[] => line.map(({ text }) => text);
const states = (outbox: Outbox<Frame>): string[] =>
	outbox.items.map(({ frame, state }) => `${frame.text} ${state}`);

beforeEach(() => {
	clock = new FakeClock();
	store = new FakeStore();
	line = [];
	up = true;
});

describe("outbox", () => {
	it("sends one at a time and keeps the order of a lane", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.add("7001", { ref: "2", text: "two" });
		outbox.add("7002", { ref: "3", text: "elsewhere" });
		expect(texts()).toEqual(["one", "elsewhere"]);
		outbox.ack("1");
		expect(texts()).toEqual(["one", "elsewhere", "two"]);
	});

	it("sends again with the same ref when the ack is lost with the line", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.offline();
		expect(states(outbox)).toEqual(["one waiting"]);
		outbox.online();
		expect(line.map(({ ref }) => ref)).toEqual(["1", "1"]);
	});

	it("sends again when the ack does not come on a good line", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		clock.pass(14_999);
		expect(line).toHaveLength(1);
		clock.pass(1);
		expect(line).toHaveLength(2);
	});

	it("keeps what was written offline over a reload, in order", () => {
		up = false;
		const before = make();
		before.add("7001", { ref: "1", text: "one" });
		clock.pass(5);
		before.add("7001", { ref: "2", text: "two" });
		up = true;
		const after = make();
		after.online();
		after.ack("1");
		after.ack("2");
		expect(texts()).toEqual(["one", "two"]);
		expect(store.items.size).toBe(0);
	});

	it("does not keep a passing item over a reload", () => {
		up = false;
		make().add("7001", { ref: "1", text: "take" }, { passing: true });
		expect(make().items).toEqual([]);
	});

	it("waits as long as the server asks, then sends the same again", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.add("7001", { ref: "2", text: "two" });
		outbox.nack({ ref: "1", code: "unavailable", text: "", retry_ms: 3000 });
		clock.pass(2_999);
		expect(texts()).toEqual(["one"]);
		clock.pass(1);
		expect(texts()).toEqual(["one", "one"]);
		outbox.ack("1");
		expect(texts()).toEqual(["one", "one", "two"]);
	});

	it("shows a refused item and lets the next ones pass", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.add("7001", { ref: "2", text: "two" });
		outbox.nack({ ref: "1", code: "denied", text: "no" });
		expect(states(outbox)).toEqual(["one failed", "two sent"]);
		expect(outbox.get("1")).toMatchObject({ code: "denied", text: "no" });
	});

	it("keeps a refused item over a reload without sending it", () => {
		const before = make();
		before.online();
		before.add("7001", { ref: "1", text: "one" });
		before.nack({ ref: "1", code: "invalid", text: "" });
		line = [];
		const after = make();
		after.online();
		expect(line).toEqual([]);
		expect(states(after)).toEqual(["one failed"]);
		after.retry("1");
		expect(texts()).toEqual(["one"]);
		after.ack("1");
		expect(store.items.size).toBe(0);
	});

	it("sends a retried item behind what was written since", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.nack({ ref: "1", code: "denied", text: "" });
		outbox.add("7001", { ref: "2", text: "two" });
		outbox.retry("1");
		expect(states(outbox)).toEqual(["two sent", "one waiting"]);
	});

	it("forgets a refused item on demand, and no other", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.discard("1");
		expect(outbox.items).toHaveLength(1);
		outbox.nack({ ref: "1", code: "denied", text: "" });
		outbox.discard("1");
		expect(outbox.items).toEqual([]);
		expect(store.items.size).toBe(0);
	});

	it("shows an acknowledged item until its entry is there", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.ack("1");
		expect(states(outbox)).toEqual(["one acked"]);
		expect(store.items.size).toBe(0);
		expect(outbox.confirm("1")).toBe(true);
		expect(outbox.items).toEqual([]);
	});

	it("takes the entry for an ack when that was lost", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.add("7001", { ref: "2", text: "two" });
		outbox.confirm("1");
		expect(texts()).toEqual(["one", "two"]);
		expect(states(outbox)).toEqual(["two sent"]);
	});

	it("does not lose an ack to a nack that comes late", () => {
		const outbox = make();
		outbox.online();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.ack("1");
		outbox.nack({ ref: "1", code: "busy", text: "" });
		expect(states(outbox)).toEqual(["one acked"]);
	});

	it("keeps nothing for the next person", () => {
		const outbox = make();
		outbox.add("7001", { ref: "1", text: "one" });
		outbox.clear();
		outbox.online();
		expect(line).toEqual([]);
		expect(store.items.size).toBe(0);
	});
});
