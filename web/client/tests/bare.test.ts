/** The client in a JavaScript context that has nothing but the language: no DOM, no timers, no
 * sockets, no URL, no text encoders. What runs here runs in React Native, uni-app and
 * mini-programs. */
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";

import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";

type Output = { output: { code: string }[] }[];

let code = "";

beforeAll(async () => {
	const built = await build({
		configFile: false,
		logLevel: "error",
		build: {
			write: false,
			minify: false,
			lib: { entry: fileURLToPath(new URL("../src/index.ts", import.meta.url)), formats: ["iife"], name: "TrunklineClient" },
		},
	});
	code = (built as unknown as Output)[0]?.output[0]?.code ?? "";
}, 30_000);

/** A talk with a server that is played from outside; what the client did, as text. */
const talk = `
	const sent = [];
	const seen = [];
	let listeners = null;
	const client = new TrunklineClient.WidgetClient({
		url: "wss://cc.example.com/ws/widget",
		open: (url, subprotocol, given) => {
			sent.push(subprotocol + " " + url);
			listeners = given;
			return { send: (text) => sent.push(text), close: () => {} };
		},
		clock: { now: () => 1795312800000, random: () => 0.5, after: () => () => {} },
		random: (bytes) => bytes.fill(7),
		store: { load: () => [], save: () => {}, remove: () => {} },
		language: () => "en",
	});
	client.on("changed", () => seen.push(client.state));
	client.start("tv_token");
	listeners.opened();
	const mark = { delivered: 0, seen: 0 };
	const say = (frame) => listeners.message(JSON.stringify(frame));
	say({ t: "welcome", pub: 1, channel: { name: "App" }, online: true, identified: true, house: mark, own: mark, time: "2026-11-22T02:00:00.000Z", more: false });
	say({ t: "entry", entry: { pub: 1, ref: null, kind: "message", author: { kind: "staff", name: "ANN" }, at: "2026-11-22T02:00:00.000Z", body: { text: "好" }, files: [] } });
	client.send("你好");
	JSON.stringify({ sent, state: client.state, texts: client.entries.map(({ body }) => body.text), waiting: client.pending.length });
`;

describe("the client without any surroundings", () => {
	it("talks, by what it is given alone", () => {
		const context = createContext(Object.create(null) as object);
		runInContext(code, context);
		const done = JSON.parse(String(runInContext(talk, context))) as { sent: string[]; state: string; texts: string[]; waiting: number };
		expect(done.state).toBe("online");
		expect(done.texts).toEqual(["好"]);
		expect(done.waiting).toBe(1);
		expect(done.sent[0]).toBe("trunkline.v1 wss://cc.example.com/ws/widget");
		expect(JSON.parse(done.sent[1] ?? "")).toMatchObject({ t: "hello", token: "tv_token" });
		expect(JSON.parse(done.sent[2] ?? "")).toMatchObject({ t: "send", text: "你好" });
	});
});
