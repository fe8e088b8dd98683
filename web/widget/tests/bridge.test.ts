import { describe, expect, it } from "vitest";

import { inkOn, parseColour } from "../bridge/colour";
import { parseToFrame, parseToPage, wrap } from "../bridge/messages";

describe("messages between page and frame", () => {
	it("come through as they were wrapped", () => {
		expect(parseToFrame(wrap({ type: "identify", token: "a.b.c" }))).toEqual({ type: "identify", token: "a.b.c" });
		const state = { type: "state", unread: 2, label: "打开", title: "客服", colour: "" } as const;
		expect(parseToPage(wrap(state))).toEqual(state);
	});

	it.each([
		null, undefined, 7, "open", [], {}, { type: "open" }, { trunkline: 2, type: "open" },
		{ trunkline: 1 }, { trunkline: 1, type: "explode" }, { trunkline: 1, type: "identify" },
		{ trunkline: 1, type: "identify", token: { toString: "x" } },
		{ trunkline: 1, type: "identify", token: "x".repeat(8193) }, { trunkline: 1, type: "language", language: 1 },
	])("are not %j", (data) => {
		expect(parseToFrame(data)).toBeNull();
	});

	it.each([
		{ trunkline: 1, type: "state" }, { trunkline: 1, type: "state", unread: "1", label: "", title: "", colour: "" },
		{ trunkline: 1, type: "state", unread: 1.5, label: "", title: "", colour: "" },
		{ trunkline: 1, type: "open" },
	])("to the page are not %j", (data) => {
		expect(parseToPage(data)).toBeNull();
	});
});

describe("colours", () => {
	it.each(["#07657d", "#ABC"])("takes %s", (text) => expect(parseColour(text)).toBe(text));
	it.each(["red", "#12", "#1234567", "url(x)", "#07657d;}", "", null])("refuses %s", (text) => {
		expect(parseColour(text)).toBeNull();
	});

	it("writes so that it can be read", () => {
		expect(inkOn("#07657d")).toBe("#ffffff");
		expect(inkOn("#ffd400")).toBe("#06232b");
		expect(inkOn("#fff")).toBe("#06232b");
		expect(inkOn("#000")).toBe("#ffffff");
	});
});
