import type { OutboxItem } from "@trunkline/client";
import type { PublicEntry, WidgetSendFrame } from "@trunkline/protocol";
import { describe, expect, it } from "vitest";

import { formatDay, formatTime } from "../app/state/format";
import { splitLinks } from "../app/state/links";
import { buildRows } from "../app/state/rows";
import type { MessageRow } from "../app/state/rows";
import { readSettings } from "../app/state/settings";
import { tickOfEntry, tickOfPending } from "../app/state/ticks";

const HOUSE = { delivered: 0, seen: 0 };

const entry = (pub: number, at: string, own = false, extra: Partial<PublicEntry> = {}): PublicEntry => ({
	pub, kind: "message", author: own ? { kind: "customer" } : { kind: "staff", name: "陈嘉禾" },
	at, ref: own ? `REF${pub}` : null, body: { text: `text ${pub}` }, files: null, ...extra,
});

const pending = (ref: string, state: OutboxItem<WidgetSendFrame>["state"]): OutboxItem<WidgetSendFrame> => ({
	frame: { t: "send", ref, text: ref }, lane: "", at: Date.parse("2026-11-21T08:10:00.000Z"),
	state, code: null, text: "", extra: null,
});

const messagesOf = (rows: ReturnType<typeof buildRows>): MessageRow[] =>
	rows.filter((row): row is MessageRow => row.kind === "message");

describe("rows", () => {
	it("puts a day before its first message", () => {
		const rows = buildRows({
			entries: [
				entry(1, "2026-11-19T08:00:00.000Z"), entry(2, "2026-11-21T08:00:00.000Z"), entry(3, "2026-11-21T09:00:00.000Z"),
			],
			pending: [], house: HOUSE, online: true,
		});
		expect(rows.map(({ kind }) => kind)).toEqual(["day", "message", "day", "message", "message"]);
	});

	it("joins messages of one side within a minute, with time under the last", () => {
		const rows = messagesOf(buildRows({
			entries: [
				entry(1, "2026-11-21T08:00:00.000Z"), entry(2, "2026-11-21T08:00:30.000Z"),
				entry(3, "2026-11-21T08:00:40.000Z", true), entry(4, "2026-11-21T08:05:00.000Z"),
			],
			pending: [], house: HOUSE, online: true,
		}));
		expect(rows.map(({ last }) => last)).toEqual([false, true, true, true]);
	});

	it("does not join what has gone differently far", () => {
		const rows = messagesOf(buildRows({
			entries: [entry(1, "2026-11-21T08:00:00.000Z", true), entry(2, "2026-11-21T08:00:10.000Z", true)],
			pending: [], house: { delivered: 2, seen: 1 }, online: true,
		}));
		expect(rows.map(({ tick, last }) => [tick, last])).toEqual([["read", true], ["delivered", true]]);
	});

	it("shows what waits behind the entries, and not twice once its entry is there", () => {
		const rows = messagesOf(buildRows({
			entries: [entry(1, "2026-11-21T08:00:00.000Z", true)],
			pending: [pending("REF1", "acked"), pending("REF2", "sent")], house: HOUSE, online: true,
		}));
		expect(rows.map(({ key }) => key)).toEqual(["REF1", "REF2"]);
	});

	it("keeps an erased message as such", () => {
		const [row] = messagesOf(buildRows({
			entries: [entry(1, "2026-11-21T08:00:00.000Z", false, { body: null })], pending: [], house: HOUSE, online: true,
		}));
		expect(row?.text).toBeNull();
	});
});

describe("ticks", () => {
	it("reads the house's marks", () => {
		const house = { delivered: 3, seen: 2 };
		expect([2, 3, 4].map((pub) => tickOfEntry(pub, house))).toEqual(["read", "delivered", "sent"]);
	});

	it("tells waiting for the network from sending", () => {
		expect(tickOfPending("waiting", false)).toBe("waiting");
		expect(tickOfPending("waiting", true)).toBe("sending");
		expect(tickOfPending("sent", true)).toBe("sending");
		expect(tickOfPending("acked", true)).toBe("sent");
		expect(tickOfPending("failed", true)).toBe("failed");
	});
});

describe("links", () => {
	const hrefs = (text: string): (string | null)[] => splitLinks(text).map(({ href }) => href);

	it("loses no text", () => {
		const text = "看 https://a.example/x?y=1，或 http://b.example. 好";
		expect(splitLinks(text).map((part) => part.text).join("")).toBe(text);
	});

	it.each([
		["https://a.example/x，好", "https://a.example/x"],
		["(https://a.example/x).", "https://a.example/x"],
		["https://a.example/帮助", "https://a.example/%E5%B8%AE%E5%8A%A9"],
		["HTTPS://A.example", "https://a.example/"],
	])("ends the address of %s where it ends", (text, href) => {
		expect(hrefs(text)).toContain(href);
	});

	it.each(["javascript:alert(1)", "data:text/html,x", "www.example.com", "https://", "ftp://a.example"])(
		"makes no link of %s", (text) => {
			expect(hrefs(text)).toEqual([null]);
		});
});

describe("settings", () => {
	it("takes what the page asked for", () => {
		expect(readSettings("?key=demo-web&lang=en&colour=%23123456&theme=dark", ["zh"])).toEqual({
			key: "demo-web", locale: "en", colour: "#123456", theme: "dark",
		});
	});

	it("ignores what is odd", () => {
		expect(readSettings("?key=../x&lang=&colour=red;x&theme=neon", ["zh-Hant"])).toEqual({
			key: "", locale: "zh-CN", colour: null, theme: null,
		});
	});
});

describe("dates", () => {
	const words = { today: "今天", yesterday: "昨天" };
	const now = new Date(2026, 10, 21, 12).getTime();

	it("says today and yesterday", () => {
		expect(formatDay(now - 60_000, now, "zh-CN", words)).toBe("今天");
		expect(formatDay(now - 86_400_000, now, "zh-CN", words)).toBe("昨天");
	});

	it("writes older days with a year only when it is another", () => {
		expect(formatDay(new Date(2026, 10, 3).getTime(), now, "zh-CN", words)).toBe("11 月 3 日");
		expect(formatDay(new Date(2025, 10, 3).getTime(), now, "zh-CN", words)).toBe("2025 年 11 月 3 日");
		expect(formatDay(new Date(2025, 10, 3).getTime(), now, "en", words)).toBe("3 November 2025");
	});

	it("writes the time in 24 hours", () => {
		expect(formatTime(new Date(2026, 10, 21, 0, 5).getTime(), "en")).toBe("00:05");
		expect(formatTime(new Date(2026, 10, 21, 14, 5).getTime(), "zh-CN")).toBe("14:05");
	});
});
