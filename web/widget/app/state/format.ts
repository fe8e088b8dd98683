import type { Locale } from "@trunkline/i18n";

const DAY_MS = 24 * 3600 * 1000;

export function formatTime(at: number, locale: Locale): string {
	return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** Today, yesterday (words given), else the date; the year only when it is another. */
export function formatDay(at: number, now: number, locale: Locale, words: { today: string; yesterday: string }): string {
	const day = (time: number): string => new Date(time).toDateString();
	if (day(at) === day(now)) {
		return words.today;
	}
	if (day(at) === day(now - DAY_MS)) {
		return words.yesterday;
	}
	const date = new Date(at);
	const otherYear = date.getFullYear() !== new Date(now).getFullYear();
	if (locale === "zh-CN") {
		return `${otherYear ? `${date.getFullYear()} 年 ` : ""}${date.getMonth() + 1} 月 ${date.getDate()} 日`;
	}
	return new Intl.DateTimeFormat("en-GB", {
		day: "numeric", month: "long", ...(otherYear ? { year: "numeric" } : {}),
	}).format(at);
}
