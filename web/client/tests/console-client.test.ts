import { readFileSync } from "node:fs";

import type { ConsoleServerFrame } from "@trunkline/protocol";
import { beforeEach, describe, expect, it } from "vitest";

import { ConsoleClient } from "../src";
import type { ConsoleOutboxFrame } from "../src";
import { countingBytes, FakeClock, FakeNet, FakeStore } from "./fakes";

function fixture(name: string): ConsoleServerFrame & Record<string, unknown> {
	const url = new URL(`../../protocol/fixtures/console-server.${name}.json`, import.meta.url);
	return JSON.parse(readFileSync(url, "utf8")) as ConsoleServerFrame & Record<string, unknown>;
}

let clock: FakeClock;
let net: FakeNet;
let client: ConsoleClient;

beforeEach(() => {
	clock = new FakeClock();
	net = new FakeNet();
	client = new ConsoleClient({
		url: "ws://localhost/ws/console",
		open: net.open,
		clock,
		random: countingBytes(),
		store: new FakeStore<ConsoleOutboxFrame>(),
		csrf: () => "csrf",
	});
	client.start();
});

function greet(extra: Record<string, unknown> = {}): void {
	net.line.listeners.opened();
	net.line.say({ ...fixture("welcome"), ...extra });
}

const refOf = (index = 0): unknown => net.line.of("send")[index]?.["ref"];

describe("console client", () => {
	it("asks for no replay at first, and resumes from the newest entry after a cut", () => {
		greet({ cursor: "100" });
		expect(net.line.of("hello")[0]).toMatchObject({ cursor: null, csrf: "csrf", views: ["mine"] });
		const entry = fixture("entry");
		net.line.say(entry);
		client.watch(["7001"]);
		client.views(["mine", "all"]);
		net.line.cut();
		clock.pass(30_000);
		net.line.listeners.opened();
		expect(net.line.of("hello")[0]).toMatchObject({
			cursor: "281474976710668", watch: ["7001"], views: ["mine", "all"],
		});
	});

	it("asks for a reload only when what was missed cannot be replayed", () => {
		let reloads = 0;
		client.on("resync", () => reloads++);
		greet({ cursor: "100", resumed: false });
		expect(reloads).toBe(0);
		net.line.cut();
		clock.pass(30_000);
		greet({ cursor: "200", resumed: true });
		expect(reloads).toBe(0);
		expect(client.cursor).toBe("100");
		net.line.cut();
		clock.pass(30_000);
		greet({ cursor: "300", resumed: false });
		expect(reloads).toBe(1);
		expect(client.cursor).toBe("300");
	});

	it("sends again after a lost ack, and the entry settles it", () => {
		greet();
		const ref = client.send({ customer: "7001", conversation: "9001", kind: "message", text: "您好" });
		expect(refOf()).toBe(ref);
		net.line.cut();
		clock.pass(30_000);
		greet();
		expect(refOf()).toBe(ref);
		net.line.say({ ...fixture("ack"), ref, duplicate: true });
		expect(client.outbox.get(ref)?.state).toBe("acked");
		const entry = fixture("entry") as unknown as { entry: object };
		net.line.say({ ...entry, entry: { ...entry.entry, ref } });
		expect(client.outbox.items).toEqual([]);
	});

	it("answers an action to who asked", async () => {
		greet();
		const done = client.act("9001", "take", { version: 7 });
		const [act] = net.line.of("act");
		expect(act).toMatchObject({ conversation: "9001", action: "take", version: 7 });
		net.line.say({ ...fixture("ack-act"), ref: act?.["ref"] });
		await expect(done).resolves.toMatchObject({ conversation: { id: "9001" } });
	});

	it("rejects a refused action and keeps nothing of it", async () => {
		greet();
		const done = client.act("9001", "take");
		net.line.say({ t: "nack", ref: net.line.of("act")[0]?.["ref"], code: "conflict", text: "taken" });
		await expect(done).rejects.toMatchObject({ name: "NackError", code: "conflict" });
		expect(client.outbox.items).toEqual([]);
	});

	it("keeps send and resolve in order", () => {
		greet();
		const ref = client.send({ customer: "7001", conversation: "9001", kind: "message", text: "再见" });
		void client.act("9001", "resolve", { lane: "7001" });
		expect(net.line.of("act")).toEqual([]);
		net.line.say({ ...fixture("ack"), ref });
		expect(net.line.of("act")).toHaveLength(1);
	});

	it("sends the highest mark of a burst, also after a cut", () => {
		greet();
		client.mark("7001", "7001", 3);
		client.mark("7001", "7001", 5);
		client.mark("7001", "7001", 4);
		clock.pass(300);
		expect(net.line.of("mark")).toEqual([{ t: "mark", customer: "7001", timeline: "7001", seq: 5 }]);
		net.line.cut();
		client.mark("7001", "7001", 6);
		clock.pass(30_000);
		greet();
		expect(net.line.of("mark")).toEqual([{ t: "mark", customer: "7001", timeline: "7001", seq: 6 }]);
	});

	it("fetches a range, and gives up when the line is cut", async () => {
		greet();
		const first = client.range("7001", 2);
		net.line.say({ ...fixture("range"), id: net.line.of("range")[0]?.["id"] });
		await expect(first).resolves.toMatchObject({ timeline: "7001", more: false });
		const second = client.range("7001", 2);
		net.line.cut();
		await expect(second).rejects.toMatchObject({ code: "offline" });
		await expect(client.range("7001", 2)).rejects.toMatchObject({ code: "offline" });
	});

	it("reports a frame that it cannot read and goes on", () => {
		const problems: unknown[] = [];
		client.on("problem", (problem) => problems.push(problem));
		greet();
		net.line.say({ t: "presence", staff: 7, state: "online" });
		expect(problems).toHaveLength(1);
		expect(client.state).toBe("online");
	});
});
