import { describe, expect, it } from "vitest";
import { readHolidays } from "../../src/features/hours/holidayText";
import { copyToWorkdays, mergeSpecial, nextSpan, readTime, spansFit } from "../../src/features/hours/hoursForm";

const notice = `一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。`;

describe("pasted holidays", () => {
	it("are read out of the State Council's notice", () => {
		const days = readHolidays(notice, 2026);
		expect(days.filter((day) => !day.work)).toHaveLength(15);
		expect(days.filter((day) => day.work).map((day) => day.date)).toEqual(["2026-01-04", "2026-02-14", "2026-02-28"]);
		expect(days[0]).toEqual({ date: "2026-01-01", name: "元旦", work: false });
		expect(days.find((day) => day.date === "2026-02-23")).toEqual({ date: "2026-02-23", name: "春节", work: false });
	});

	it("go over the end of a month and a year", () => {
		expect(readHolidays("国庆节：9月29日至10月2日放假。", 2026).map((day) => day.date)).toEqual(["2026-09-29", "2026-09-30", "2026-10-01", "2026-10-02"]);
		expect(readHolidays("元旦：2026年12月31日至2027年1月1日放假。", 2026).map((day) => day.date)).toEqual(["2026-12-31", "2027-01-01"]);
	});

	it("are read a day a line too", () => {
		expect(readHolidays("2026-10-01 国庆节\n2026/10/10 调休 上班\n2026-02-30 x\nhello", 2026)).toEqual([
			{ date: "2026-10-01", name: "国庆节", work: false },
			{ date: "2026-10-10", name: "调休", work: true },
		]);
	});

	it("are none in other text", () => {
		expect(readHolidays("5月1日请来我们的活动。\n第2条 3月4日", 2026)).toEqual([]);
	});
});

describe("spans of a day", () => {
	it("neither touch nor end before they begin", () => {
		expect(spansFit([{ from: "13:00", to: "17:30" }, { from: "09:00", to: "11:30" }])).toBe(true);
		expect(spansFit([{ from: "09:00", to: "13:00" }, { from: "13:00", to: "17:30" }])).toBe(false);
		expect(spansFit([{ from: "09:00", to: "09:00" }])).toBe(false);
		expect(spansFit([{ from: "20:00", to: "24:00" }])).toBe(true);
		expect(spansFit([{ from: "", to: "10:00" }])).toBe(false);
	});

	it("are read as people type times", () => {
		expect(["9", "9:30", "0930", "17：45", "24:00", "x"].map(readTime)).toEqual(["09:00", "09:30", "09:30", "17:45", "24:00", "x"]);
	});

	it("are continued where there is room", () => {
		expect(nextSpan([])).toEqual({ from: "09:00", to: "17:30" });
		const next = nextSpan([{ from: "09:00", to: "11:30" }]);
		expect(next).not.toBeNull();
		expect(spansFit([{ from: "09:00", to: "11:30" }, ...(next ? [next] : [])])).toBe(true);
		expect(nextSpan([{ from: "09:00", to: "23:30" }])).toBeNull();
	});

	it("are copied to workdays, and special days replaced by date", () => {
		const week = copyToWorkdays([[{ from: "09:00", to: "17:00" }], [], [], [], [], [], []], 0);
		expect(week.map((spans) => spans.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
		const day = (date: string, name: string): { date: string; name: string; spans: [] } => ({ date, name, spans: [] });
		expect(mergeSpecial([day("2026-10-02", "a")], [day("2026-10-02", "b"), day("2026-10-01", "c")]).map((one) => one.name)).toEqual(["c", "b"]);
	});
});
