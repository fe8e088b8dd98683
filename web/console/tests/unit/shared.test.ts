import { describe, expect, it } from "vitest";
import { ageOf, duration, fileSize, initials, longDay, phoneNumber, shortMoment } from "../../src/shared/format";
import { linkParts } from "../../src/shared/links";
import { profileChanges, emptyProfile } from "../../src/features/customer/profile";
import { changeFilters, rangeOf, readFilters, writeFilters } from "../../src/features/transcripts/filters";
import { FakeHouse } from "../fake/house";

describe("formats", () => {
	const now = new Date(2026, 10, 21, 14, 30);

	it("writes days as each language does", () => {
		expect(longDay(new Date(2026, 10, 20), "zh-CN", now)).toBe("11 月 20 日 周五");
		expect(longDay(new Date(2026, 10, 20), "en", now)).toBe("Friday 20 November");
		expect(longDay(new Date(2025, 10, 20), "zh-CN", now)).toBe("2025 年 11 月 20 日 周四");
		expect(longDay(new Date(2025, 10, 20), "en", now)).toBe("Thursday 20 November 2025");
	});

	it("shortens moments by how far they are", () => {
		expect(shortMoment(new Date(2026, 10, 21, 9, 5).toISOString(), "en", now)).toBe("09:05");
		expect(shortMoment(new Date(2026, 10, 3).toISOString(), "zh-CN", now)).toBe("11-03");
		expect(shortMoment(new Date(2026, 10, 3).toISOString(), "en", now)).toBe("3 Nov");
		expect(shortMoment(new Date(2024, 0, 3).toISOString(), "en", now)).toBe("2024-01-03");
	});

	it("tells ages in one unit and never in the future", () => {
		const at = (ms: number): string => new Date(now.getTime() - ms).toISOString();
		expect(ageOf(at(-5000), now.getTime())).toEqual({ unit: "now", count: 0 });
		expect(ageOf(at(26 * 60_000), now.getTime())).toEqual({ unit: "minutes", count: 26 });
		expect(ageOf(at(3 * 3_600_000), now.getTime())).toEqual({ unit: "hours", count: 3 });
		expect(ageOf(at(3 * 86_400_000), now.getTime())).toEqual({ unit: "days", count: 3 });
		expect(ageOf(at(30 * 86_400_000), now.getTime()).unit).toBe("date");
	});

	it("writes durations, sizes and numbers", () => {
		expect(duration(252_000)).toBe("4:12");
		expect(duration(3_852_000)).toBe("1:04:12");
		expect(fileSize(999)).toBe("999 B");
		expect(fileSize(184_000)).toBe("184 KB");
		expect(fileSize(1_200_000)).toBe("1.2 MB");
		expect(phoneNumber("+8613812346021")).toBe("+86 138 1234 6021");
		expect(phoneNumber("+862155550000")).toBe("+86 21 5555 0000");
		expect(phoneNumber("+861088886666")).toBe("+86 10 8888 6666");
		expect(phoneNumber("+867556688123")).toBe("+86 755 668 8123");
		expect(phoneNumber("+864008001234")).toBe("+86 400 800 1234");
		expect(phoneNumber("+85221234567")).toBe("+852 2123 4567");
		expect(phoneNumber("+442071234567")).toBe("+442071234567");
	});

	it("knows a Han name by one character and a Latin one by two letters", () => {
		expect(initials("林若溪")).toBe("林");
		expect(initials("Meng Ting")).toBe("MT");
		expect(initials("  ")).toBe("");
		expect(initials("𠮷野")).toHaveLength(2);
	});
});

describe("links in text", () => {
	it("finds addresses and leaves everything else as text", () => {
		expect(linkParts("看 https://a.example/x?y=1，谢谢")).toEqual([
			{ text: "看 ", href: null },
			{ text: "https://a.example/x?y=1", href: "https://a.example/x?y=1" },
			{ text: "，谢谢", href: null },
		]);
		expect(linkParts("(https://a.example).")[1]?.href).toBe("https://a.example");
	});

	it("makes no link of scripts", () => {
		expect(linkParts("javascript:alert(1) data:text/html,x").every((part) => part.href === null)).toBe(true);
	});
});

describe("profiles", () => {
	it("sends only what changed, and no number as none", () => {
		const customer = new FakeHouse().addCustomer("1", "林若溪", { external_id: "31", company: "远岫" });
		expect(profileChanges(customer, emptyProfile(customer))).toEqual({});
		expect(profileChanges(customer, { ...emptyProfile(customer), external_id: "", company: "新单位" })).toEqual({
			external_id: null,
			company: "新单位",
		});
	});
});

describe("transcript filters", () => {
	it("survive the way through the address", () => {
		const filters = { text: "林", customer: "7001", speaker: "staff" as const, agent: "301", channel: "phone", period: "custom" as const, from: "2026-11-01", to: "2026-11-20" };
		expect(readFilters(writeFilters(filters))).toEqual(filters);
	});

	it("take only what they know from an address", () => {
		expect(readFilters({ period: "forever", from: "yesterday" })).toMatchObject({ period: "month", from: "" });
	});

	it("look through everything for words, and through what is recent without", () => {
		expect(readFilters({ q: "收益" }).period).toBe("all");
		expect(readFilters({}).period).toBe("month");
		expect(writeFilters(readFilters({ q: "收益", period: "month" }))).toEqual({ q: "收益", period: "month" });
		expect(writeFilters(readFilters({ q: "收益", period: "all" }))).toEqual({ q: "收益" });
		expect(writeFilters(changeFilters(readFilters({}), { text: "收益" }))).toEqual({ q: "收益" });
		expect(writeFilters(changeFilters(readFilters({ period: "week" }), { text: "收益" }))).toEqual({ q: "收益", period: "week" });
	});

	it("mean local days, the last one whole", () => {
		const filters = readFilters({ period: "custom", from: "2026-11-01", to: "2026-11-20" });
		expect(rangeOf(filters)).toEqual({
			from: new Date(2026, 10, 1).toISOString(),
			to: new Date(2026, 10, 21).toISOString(),
		});
		expect(rangeOf(readFilters({ period: "all" }))).toEqual({ from: null, to: null });
	});
});
