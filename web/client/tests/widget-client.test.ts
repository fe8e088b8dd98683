import { beforeEach, describe, expect, it } from "vitest";

import type { PublicEntry, WidgetSendFrame } from "@trunkline/protocol";

import { WidgetClient } from "../src";
import { countingBytes, FakeClock, FakeNet, FakeStore } from "./fakes";

let clock: FakeClock;
let net: FakeNet;
let store: FakeStore<WidgetSendFrame>;
let client: WidgetClient;

const make = (): WidgetClient => new WidgetClient({
	url: "ws://localhost/ws/widget",
	open: net.open,
	clock,
	random: countingBytes(),
	store,
	language: () => "zh-CN",
});

beforeEach(() => {
	clock = new FakeClock();
	net = new FakeNet();
	store = new FakeStore();
	client = make();
});

function welcome(pub: number, extra: Record<string, unknown> = {}): void {
	net.line.listeners.opened();
	net.line.say({
		t: "welcome", pub, channel: { name: "远岫客服" }, online: true, identified: false,
		house: { delivered: pub, seen: 0 }, own: { delivered: pub, seen: pub },
		time: "2026-11-21T08:00:00.000Z", more: false, ...extra,
	});
}

function entry(pub: number, kind: "staff" | "customer" = "staff", ref: string | null = null): object {
	return {
		pub, kind: "message", author: kind === "staff" ? { kind, name: "陈嘉禾" } : { kind },
		at: "2026-11-21T08:00:00.000Z", ref, body: { text: `text ${pub}` }, files: null,
	};
}

const say = (...args: Parameters<typeof entry>): void => net.line.say({ t: "entry", entry: entry(...args) });
const pubs = (): number[] => client.entries.map(({ pub }) => pub);
const turn = (): Promise<void> => new Promise((resolve) => queueMicrotask(() => queueMicrotask(() => queueMicrotask(resolve))));

describe("widget client", () => {
	it("loads the newest page first and resumes after what it has", () => {
		client.start("tv_1");
		welcome(2);
		expect(net.line.of("hello")[0]).toEqual({ t: "hello", token: "tv_1", pub: null, language: "zh-CN" });
		say(1);
		say(2);
		net.line.cut();
		clock.pass(30_000);
		welcome(3);
		expect(net.line.of("hello")[0]).toMatchObject({ pub: 2 });
		say(3);
		expect(pubs()).toEqual([1, 2, 3]);
	});

	it("makes one entry of a message whose ack was lost", () => {
		client.start("tv_1");
		welcome(0);
		const ref = client.send("昨天转出 5 万");
		net.line.cut();
		clock.pass(30_000);
		welcome(1);
		expect(net.line.of("send")[0]).toMatchObject({ ref, text: "昨天转出 5 万" });
		say(1, "customer", ref);
		net.line.say({ t: "ack", ref, pub: 1, at: "2026-11-21T08:00:00.000Z", duplicate: true });
		expect(pubs()).toEqual([1]);
		expect(client.pending).toEqual([]);
	});

	it("delivers after a reload what was written without a line", () => {
		client.start("tv_1");
		const ref = client.send("在吗");
		client.stop();
		client = make();
		expect(client.pending.map(({ frame, state }) => [frame.text, state])).toEqual([["在吗", "waiting"]]);
		client.start("tv_1");
		welcome(0);
		expect(net.line.of("send")[0]).toMatchObject({ ref });
		net.line.say({ t: "ack", ref, pub: 1, at: "2026-11-21T08:00:00.000Z", duplicate: false });
		say(1, "customer", ref);
		expect(client.pending).toEqual([]);
		expect(store.items.size).toBe(0);
	});

	it("fetches her own entry when only the ack comes", async () => {
		client.start("tv_1");
		welcome(0);
		const ref = client.send("在吗");
		net.line.say({ t: "ack", ref, pub: 1, at: "2026-11-21T08:00:00.000Z", duplicate: false });
		expect(client.pending[0]?.state).toBe("acked");
		clock.pass(1_000);
		const [range] = net.line.of("range");
		expect(range).toMatchObject({ after: 0 });
		net.line.say({ t: "range", id: range?.["id"], entries: [entry(1, "customer", ref)], more: false });
		await turn();
		expect(pubs()).toEqual([1]);
		expect(client.pending).toEqual([]);
	});

	it("closes a gap by a range", async () => {
		client.start("tv_1");
		welcome(1);
		say(1);
		say(4);
		const [range] = net.line.of("range");
		expect(range).toMatchObject({ after: 1 });
		net.line.say({ t: "range", id: range?.["id"], entries: [entry(2), entry(3)], more: false });
		await turn();
		expect(pubs()).toEqual([1, 2, 3, 4]);
		expect(net.line.of("range")).toHaveLength(1);
	});

	it("asks again when a range is never answered", () => {
		client.start("tv_1");
		welcome(1);
		say(1);
		say(3);
		clock.pass(10_000);
		return turn().then(turn).then(() => {
			say(4);
			expect(net.line.of("range")).toHaveLength(2);
		});
	});

	it("shows a repeated entry once", () => {
		client.start("tv_1");
		welcome(1);
		say(1);
		say(1);
		expect(pubs()).toEqual([1]);
	});

	it("loads older entries once at a time until there are none", async () => {
		client.start("tv_1");
		welcome(60, { more: true });
		say(59);
		say(60);
		expect(client.more).toBe(true);
		void client.older();
		const done = client.older();
		const ranges = net.line.of("range");
		expect(ranges).toHaveLength(1);
		expect(ranges[0]).toMatchObject({ before: 59, limit: 50 });
		net.line.say({ t: "range", id: ranges[0]?.["id"], entries: [entry(57), entry(58)], more: false });
		await done;
		expect(pubs()).toEqual([57, 58, 59, 60]);
		expect(client.more).toBe(false);
	});

	it("counts what she has not seen, and tells the house when she has", () => {
		client.start("tv_1");
		welcome(1);
		say(1);
		say(2);
		say(3);
		expect(client.unread).toBe(2);
		clock.pass(300);
		expect(net.line.of("mark")).toEqual([{ t: "mark", delivered: 3, seen: 1 }]);
		client.read();
		clock.pass(300);
		expect(client.unread).toBe(0);
		expect(net.line.of("mark").at(-1)).toEqual({ t: "mark", delivered: 3, seen: 3 });
	});

	it("keeps what she has read when the line is cut before the house knows", () => {
		client.start("tv_1");
		welcome(0);
		say(1);
		client.read();
		net.line.cut();
		clock.pass(30_000);
		welcome(1, { own: { delivered: 0, seen: 0 } });
		clock.pass(300);
		expect(net.line.of("mark")).toEqual([{ t: "mark", delivered: 1, seen: 1 }]);
	});

	it("announces what arrives live, not what was there before", () => {
		const arrived: PublicEntry[] = [];
		client.on("arrived", (item) => arrived.push(item));
		client.start("tv_1");
		welcome(1);
		say(1);
		say(2, "customer");
		say(3);
		expect(arrived.map(({ pub }) => pub)).toEqual([3]);
	});

	it("shows who types until the message, or for six seconds", () => {
		client.start("tv_1");
		welcome(0);
		const types = { t: "typing", who: { kind: "staff", name: "陈嘉禾" }, on: true };
		net.line.say(types);
		expect(client.typist).toEqual({ name: "陈嘉禾" });
		say(1);
		expect(client.typist).toBeNull();
		net.line.say(types);
		clock.pass(6_000);
		expect(client.typist).toBeNull();
	});

	it("tells sparingly that she types", () => {
		client.start("tv_1");
		welcome(0);
		for (let i = 0; i < 4; i++) {
			client.keyHit();
			clock.pass(1_000);
		}
		expect(net.line.of("typing").map(({ on }) => on)).toEqual([true, true]);
		clock.pass(5_000);
		expect(net.line.of("typing").map(({ on }) => on)).toEqual([true, true, false]);
	});

	it("asks for a new session when the token has ended", () => {
		let revoked = 0;
		client.on("revoked", () => revoked++);
		client.start("tv_1");
		welcome(0);
		net.line.say({ t: "bye", code: "revoked", text: "" });
		expect(revoked).toBe(1);
		expect(client.state).toBe("stopped");
	});

	it("starts over when the server knows another history", () => {
		client.start("tv_1");
		welcome(2);
		say(1);
		say(2);
		net.line.cut();
		clock.pass(30_000);
		welcome(1);
		expect(client.entries).toEqual([]);
		welcome(1);
		expect(net.line.of("hello")[0]).toMatchObject({ pub: null });
		say(1);
		expect(pubs()).toEqual([1]);
	});
});
