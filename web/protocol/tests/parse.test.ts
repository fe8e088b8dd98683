import { describe, expect, it } from "vitest";

import { parseConsoleFrame, parseWidgetFrame, ProtocolError } from "../src";

describe("parse", () => {
	it.each([
		["nothing", undefined],
		["bytes", new Uint8Array([123, 125])],
		["half a text", '{"t":"po'],
		["a number", "7"],
		["null", "null"],
		["a list", '[{"t":"pong"}]'],
		["no type", "{}"],
		["an unknown type", '{"t":"surprise"}'],
		["an id as a number", '{"t":"presence","staff":301,"state":"online"}'],
		["an id that is no number", '{"t":"presence","staff":"3o1","state":"online"}'],
		["a state that nobody knows", '{"t":"presence","staff":"301","state":"asleep"}'],
	])("refuses %s", (_name, text) => {
		expect(() => parseConsoleFrame(text)).toThrow(ProtocolError);
	});

	it("says where it is wrong", () => {
		const text = '{"t":"viewers","customer":"7001","staff":[{"id":"1","composing":"yes"}]}';
		expect(() => parseConsoleFrame(text)).toThrow(/staff\.0\.composing/);
	});

	it("keeps the two sockets apart", () => {
		expect(parseWidgetFrame('{"t":"online","online":true}')).toEqual({ t: "online", online: true });
		expect(() => parseConsoleFrame('{"t":"online","online":true}')).toThrow(ProtocolError);
	});

	it("lets nothing internal through to the widget", () => {
		const frame = parseWidgetFrame(JSON.stringify({
			t: "entry",
			entry: {
				pub: 1, kind: "message", author: { kind: "staff", name: "陈嘉禾", id: "301" },
				at: "2026-11-21T08:00:00.000Z", ref: null, body: { text: "您好" }, files: null, seq: 9,
			},
		}));
		expect(JSON.stringify(frame)).not.toMatch(/301|seq/);
	});
});
