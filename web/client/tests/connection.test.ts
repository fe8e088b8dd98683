import { beforeEach, describe, expect, it } from "vitest";

import { Connection } from "../src";
import type { ConnectionState } from "../src";
import { FakeClock, FakeNet } from "./fakes";

interface Frame {
	readonly t: string;
	readonly code?: string;
}

let clock: FakeClock;
let net: FakeNet;
let states: ConnectionState[];
let frames: string[];
let connection: Connection<Frame, Frame>;

beforeEach(() => {
	clock = new FakeClock();
	net = new FakeNet();
	states = [];
	frames = [];
	connection = new Connection<Frame, Frame>({
		url: "wss://cc.example.com/ws/console",
		open: net.open,
		clock,
		parse: (data) => JSON.parse(String(data)) as Frame,
		hello: () => ({ t: "hello" }),
		onState: (state) => states.push(state),
		onFrame: (frame) => frames.push(frame.t),
	});
});

function greet(): void {
	net.line.listeners.opened();
	net.line.say({ t: "welcome" });
}

describe("connection", () => {
	it("says hello under the subprotocol and is online after the welcome", () => {
		connection.start();
		expect(net.line.subprotocol).toBe("trunkline.v1");
		expect(net.line.sent).toEqual([]);
		net.line.listeners.opened();
		expect(net.line.sent).toEqual([{ t: "hello" }]);
		expect(connection.send({ t: "typing" })).toBe(false);
		net.line.say({ t: "welcome" });
		expect(states).toEqual(["connecting", "online"]);
		expect(connection.send({ t: "typing" })).toBe(true);
		expect(net.line.of("typing")).toHaveLength(1);
	});

	it("does not take other frames before the welcome", () => {
		connection.start();
		net.line.listeners.opened();
		net.line.say({ t: "entry" });
		expect(frames).toEqual([]);
	});

	it("gives up on a server that says no welcome", () => {
		connection.start();
		net.line.listeners.opened();
		clock.pass(10_000);
		expect(states.at(-1)).toBe("waiting");
		expect(net.line.open).toBe(false);
	});

	it("comes back with growing delays of at most thirty seconds", () => {
		clock.chance = 0.999999;
		connection.start();
		const delays: number[] = [];
		for (let i = 0; i < 9; i++) {
			net.line.cut();
			delays.push(Math.round(clock.next ?? 0));
			clock.pass(clock.next ?? 0);
		}
		expect(delays).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000, 30000]);
		expect(net.lines).toHaveLength(10);
	});

	it("never comes back sooner than after half a second", () => {
		clock.chance = 0;
		connection.start();
		net.line.cut();
		expect(clock.next).toBe(500);
	});

	it("does not hammer a server that hangs up after each welcome", () => {
		clock.chance = 0.999999;
		connection.start();
		const delays: number[] = [];
		for (let i = 0; i < 4; i++) {
			greet();
			net.line.cut();
			delays.push(Math.round(clock.next ?? 0));
			clock.pass(clock.next ?? 0);
		}
		expect(delays).toEqual([1000, 2000, 4000, 8000]);
	});

	it("starts from the shortest delay after a line that worked", () => {
		clock.chance = 0.999999;
		connection.start();
		net.line.cut();
		clock.pass(1000);
		greet();
		net.line.say({ t: "entry" });
		net.line.cut();
		expect(Math.round(clock.next ?? 0)).toBe(1000);
	});

	it("does not wait when the network is back", () => {
		connection.start();
		net.line.cut();
		connection.wake();
		expect(net.lines).toHaveLength(2);
		expect(connection.state).toBe("connecting");
	});

	it("pings a silent line and drops a dead one", () => {
		connection.start();
		greet();
		clock.pass(25_000);
		expect(net.line.of("ping")).toHaveLength(1);
		net.line.say({ t: "pong" });
		expect(frames).toEqual(["welcome"]);
		clock.pass(24_999);
		expect(net.line.of("ping")).toHaveLength(1);
		clock.pass(1);
		clock.pass(10_000);
		expect(states.at(-1)).toBe("waiting");
	});

	it("asks a line at once after waking up", () => {
		connection.start();
		greet();
		connection.wake();
		expect(net.line.of("ping")).toHaveLength(1);
		clock.pass(4_000);
		expect(connection.state).toBe("waiting");
	});

	it("ignores what an old line still says", () => {
		connection.start();
		greet();
		const old = net.line;
		connection.stop();
		old.listeners.message('{"t":"entry"}');
		old.listeners.closed();
		expect(frames).toEqual(["welcome"]);
		expect(connection.state).toBe("stopped");
		expect(clock.next).toBeNull();
	});

	it.each(["revoked", "replaced"])("stays away after bye %s", (code) => {
		connection.start();
		greet();
		net.line.say({ t: "bye", code });
		expect(connection.state).toBe("stopped");
		expect(connection.farewell).toBe(code);
		expect(clock.next).toBeNull();
	});

	it("scatters its return when the server stops", () => {
		clock.chance = 0.999999;
		connection.start();
		greet();
		net.line.say({ t: "entry" });
		net.line.say({ t: "bye", code: "stopping" });
		expect(Math.round(clock.next ?? 0)).toBe(4000);
	});

	it("leaves out a frame that it cannot read", () => {
		connection.start();
		greet();
		net.line.listeners.message("{");
		net.line.say({ t: "entry" });
		expect(frames).toEqual(["welcome", "entry"]);
	});
});
