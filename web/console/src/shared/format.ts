/* Dates, ages, durations and sizes as the design writes them: 24 h, "11 月 20 日 周五" in
 * Chinese, "Friday 20 November" in English. The words come from the messages. */
export type Language = "zh-CN" | "en";

const zhDays = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];

function two(value: number): string {
	return String(value).padStart(2, "0");
}

export function clock(at: string | number | Date): string {
	const date = new Date(at);
	return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function clockWithSeconds(at: string | number | Date): string {
	return `${clock(at)}:${two(new Date(at).getSeconds())}`;
}

/* The local calendar day, comparable and stable as a key. */
export function dayKey(at: string | number | Date): string {
	const date = new Date(at);
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function daysBetween(earlier: Date, later: Date): number {
	const start = new Date(earlier.getFullYear(), earlier.getMonth(), earlier.getDate());
	const end = new Date(later.getFullYear(), later.getMonth(), later.getDate());
	return Math.round((end.getTime() - start.getTime()) / 86_400_000);
}

export function longDay(at: string | number | Date, language: Language, now = new Date()): string {
	const date = new Date(at);
	const otherYear = date.getFullYear() !== now.getFullYear();
	if (language === "zh-CN") {
		const day = `${date.getMonth() + 1} 月 ${date.getDate()} 日 ${zhDays[date.getDay()]}`;
		return otherYear ? `${date.getFullYear()} 年 ${day}` : day;
	}
	const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" })
		.format(date)
		.replace(",", "");
	return otherYear ? `${day} ${date.getFullYear()}` : day;
}

/* For narrow columns: today's clock, else month and day, else the whole date. */
export function shortMoment(at: string, language: Language, now = new Date()): string {
	const date = new Date(at);
	return dayKey(date) === dayKey(now) ? clock(date) : shortDay(at, language, now);
}

export function shortDay(at: string, language: Language, now = new Date()): string {
	const date = new Date(at);
	const monthAndDay = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
	if (date.getFullYear() !== now.getFullYear()) {
		return `${date.getFullYear()}-${monthAndDay}`;
	}
	if (language === "zh-CN") {
		return monthAndDay;
	}
	return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(date);
}

export function fullMoment(at: string): string {
	return `${dayKey(at)} ${clockWithSeconds(at)}`;
}

export interface Age {
	unit: "now" | "minutes" | "hours" | "days" | "date";
	count: number;
}

export function ageOf(at: string, now: number): Age {
	const minutes = Math.floor(Math.max(0, now - Date.parse(at)) / 60_000);
	if (minutes < 1) {
		return { unit: "now", count: 0 };
	}
	if (minutes < 60) {
		return { unit: "minutes", count: minutes };
	}
	if (minutes < 24 * 60) {
		return { unit: "hours", count: Math.floor(minutes / 60) };
	}
	const days = daysBetween(new Date(at), new Date(now));
	return days < 7 ? { unit: "days", count: days } : { unit: "date", count: days };
}

/* 4:12, or 1:04:12. */
export function duration(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1000));
	const hours = Math.floor(seconds / 3600);
	const minutes = Math.floor((seconds % 3600) / 60);
	if (hours > 0) {
		return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
	}
	return `${minutes}:${two(seconds % 60)}`;
}

export function fileSize(bytes: number): string {
	if (bytes < 1000) {
		return `${bytes} B`;
	}
	if (bytes < 1_000_000) {
		return `${Math.round(bytes / 1000)} KB`;
	}
	return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/* How the digits behind a country's code are grouped: mobiles, then lines with area codes of two
 * and of three digits. */
const numberGroups: readonly RegExp[] = [
	/^(\+86)(1\d{2})(\d{4})(\d{4})$/,
	/^(\+86)(10|2\d)(\d{3,4})(\d{4})$/,
	/^(\+86)([3-9]\d{2})(\d{3,4})(\d{4})$/,
	/^(\+85[23])(\d{4})(\d{4})$/,
	/^(\+1)(\d{3})(\d{3})(\d{4})$/,
];

/* +8613812345678 → +86 138 1234 5678, +862155550000 → +86 21 5555 0000; others as they are. */
export function phoneNumber(value: string): string {
	for (const groups of numberGroups) {
		const parts = groups.exec(value);
		if (parts !== null) {
			return parts.slice(1).join(" ");
		}
	}
	return value;
}

/* A Han name is known by its first character, a Latin one by its initials. */
export function initials(name: string): string {
	const trimmed = name.trim();
	if (trimmed === "") {
		return "";
	}
	const first = Array.from(trimmed)[0] ?? "";
	if (/[\u2e80-\u9fff\uf900-\ufaff]/.test(first)) {
		return first;
	}
	const words = trimmed.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
	const letters = words.slice(0, 2).map((word) => Array.from(word)[0] ?? "");
	return letters.join("").toUpperCase();
}

/* Four digits that tell visitors apart; the last ones of an id are often the same. */
export function visitorNumber(id: string): string {
	return String(BigInt(id) % 9973n).padStart(4, "0");
}
