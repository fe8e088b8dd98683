import { Outbox } from "@trunkline/client";
import { checks } from "@trunkline/protocol";
import type { WidgetSendFrame } from "@trunkline/protocol";
import { beforeEach, describe, expect, it } from "vitest";

import { channelIcon, formatBytes, icons } from "../src";
import { browserClock, localOutbox, recall, remember } from "../src/browser";

const REF = "01JD7ZK5V3QW8RT9XN2M4C6B8H";
const open = (): Outbox<WidgetSendFrame> => new Outbox<WidgetSendFrame>({
	clock: browserClock,
	store: localOutbox("t:", checks.widgetSendFrameCheck),
	transmit: () => false,
	onChange: () => undefined,
});

beforeEach(() => localStorage.clear());

describe("icons", () => {
	it("has one for every channel, and for those to come", () => {
		for (const kind of ["webchat", "phone", "email", "wechat", "sms", "counter", "something new"]) {
			expect((icons as Record<string, string>)[channelIcon(kind)]).toMatch(/^[Mm]/);
		}
	});
});

describe("bytes", () => {
	it.each([
		[0, "0 B"], [999, "999 B"], [1000, "1 KB"], [4300, "4.2 KB"], [48213, "47 KB"],
		[20 * 1024 * 1024, "20 MB"],
	])("writes %i as %s", (size, text) => {
		expect(formatBytes(size, "en")).toBe(text);
	});
});

describe("outbox in localStorage", () => {
	it("gives back what was put in", () => {
		open().add("lane", { t: "send", ref: REF, text: "您好" }, { extra: { names: ["a.png"] } });
		const [item] = open().items;
		expect(item).toMatchObject({ lane: "lane", state: "waiting", frame: { ref: REF, text: "您好" }, extra: { names: ["a.png"] } });
	});

	it("throws away what it cannot read, and leaves the rest of the storage alone", () => {
		remember(`t:${REF}`, "{");
		remember("t:other", JSON.stringify({ lane: "", at: 1, frame: { t: "act" } }));
		remember("mine", "kept");
		expect(open().items).toEqual([]);
		expect(recall(`t:${REF}`)).toBeNull();
		expect(recall("mine")).toBe("kept");
	});
});
