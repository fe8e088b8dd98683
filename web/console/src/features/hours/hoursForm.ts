/* The calendar while it is edited. Pure. */
import type { Hours, HoursSpan } from "@trunkline/protocol";

export const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof days)[number];
export const maxSpans = 8;
export const maxSpecial = 1000;
const workdays = 5;

export interface Span {
	from: string;
	to: string;
}

export interface Special {
	date: string;
	name: string;
	spans: Span[];
}

export interface HoursForm {
	always: boolean;
	zone: string;
	week: Span[][];
	special: Special[];
}

const copySpans = (spans: readonly HoursSpan[]): Span[] => spans.map(({ from, to }) => ({ from, to }));

export function toForm(hours: Hours): HoursForm {
	return {
		always: hours.always,
		zone: hours.zone,
		week: days.map((_, index) => copySpans(hours.week[index] ?? [])),
		special: hours.special.map(({ date, name, spans }) => ({ date, name, spans: copySpans(spans) })),
	};
}

const timePattern = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

/* In order, none empty, none touching. */
export function spansFit(spans: readonly Span[]): boolean {
	const sorted = [...spans].sort((left, right) => left.from.localeCompare(right.from));
	return sorted.every(({ from, to }, index) =>
		timePattern.test(from) && timePattern.test(to) && from < to && (sorted[index - 1]?.to ?? "") < from);
}

/* A span that fits behind the last one; an ordinary morning where there is none. */
export function nextSpan(spans: readonly Span[]): Span | null {
	const last = [...spans].sort((left, right) => left.to.localeCompare(right.to)).at(-1);
	if (spans.length >= maxSpans) {
		return null;
	}
	if (last === undefined) {
		return { from: "09:00", to: "17:30" };
	}
	const hour = Number(last.to.slice(0, 2)) + 1;
	return hour >= 23 ? null : { from: `${String(hour).padStart(2, "0")}:00`, to: `${String(Math.min(hour + 4, 23)).padStart(2, "0")}:30` };
}

/* "9:00", "9", "0900" as people type them; what is no time stays as it is, to be seen. */
export function readTime(text: string): string {
	const match = /^\s*(\d{1,2})(?:\s*[:：.]?\s*(\d{2}))?\s*$/.exec(text);
	return match === null ? text.trim() : `${(match[1] ?? "").padStart(2, "0")}:${match[2] ?? "00"}`;
}

export function copyToWorkdays(week: readonly Span[][], from: number): Span[][] {
	const source = week[from] ?? [];
	return week.map((spans, index) => (index < workdays && index !== from ? copySpans(source) : copySpans(spans)));
}

/* What somebody works on a day that makes up for another: as on the first workday of the week. */
export function usualSpans(week: readonly (readonly Span[])[]): Span[] {
	return copySpans(week.find((spans) => spans.length > 0) ?? [{ from: "09:00", to: "17:30" }]);
}

/* Days that are there already take what the new ones say. */
export function mergeSpecial(present: readonly Special[], added: readonly Special[]): Special[] {
	const all = new Map([...present, ...added].map((day) => [day.date, day]));
	return [...all.values()].sort((left, right) => left.date.localeCompare(right.date)).slice(0, maxSpecial);
}
