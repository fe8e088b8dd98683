/* The filters of the transcripts page, kept in the address so that a view can be passed on. */
import type { LocationQuery } from "vue-router";

export type Period = "today" | "week" | "month" | "all" | "custom";

export type Speaker = "" | "customer" | "staff" | "bot";

export interface Filters {
	text: string;
	customer: string;
	speaker: Speaker;
	agent: string;
	channel: string;
	period: Period;
	from: string;
	to: string;
}

const periods: readonly Period[] = ["today", "week", "month", "all", "custom"];
const speakers: readonly Speaker[] = ["", "customer", "staff", "bot"];

function one(query: LocationQuery, name: string): string {
	const value = query[name];
	return typeof value === "string" ? value : "";
}

function date(text: string): string {
	return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : "";
}

/* Who looks for words means the whole archive, who looks through a list what is recent. */
function usualPeriod(text: string, customer: string): Period {
	return text === "" && customer === "" ? "month" : "all";
}

export function readFilters(query: LocationQuery): Filters {
	const text = one(query, "q");
	const customer = /^\d+$/.test(one(query, "customer")) ? one(query, "customer") : "";
	const period = one(query, "period") as Period;
	const speaker = one(query, "said") as Speaker;
	return {
		text,
		customer,
		speaker: speakers.includes(speaker) ? speaker : "",
		agent: one(query, "agent"),
		channel: one(query, "channel"),
		period: periods.includes(period) ? period : usualPeriod(text, customer),
		from: date(one(query, "from")),
		to: date(one(query, "to")),
	};
}

export function writeFilters(filters: Filters): Record<string, string> {
	const query: Record<string, string> = {
		q: filters.text.trim(),
		customer: filters.customer,
		said: filters.speaker,
		agent: filters.agent,
		channel: filters.channel,
		period: filters.period === usualPeriod(filters.text.trim(), filters.customer) ? "" : filters.period,
		from: filters.period === "custom" ? filters.from : "",
		to: filters.period === "custom" ? filters.to : "",
	};
	return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ""));
}

/* A period that nobody chose is the usual one afterwards too. */
export function changeFilters(filters: Filters, changes: Partial<Filters>): Filters {
	const next = { ...filters, ...changes };
	const untouched = changes.period === undefined && filters.period === usualPeriod(filters.text.trim(), filters.customer);
	return untouched ? { ...next, period: usualPeriod(next.text.trim(), next.customer) } : next;
}

function daysAgo(days: number, now: Date): Date {
	return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}

function localDay(text: string, plusDays: number): Date | null {
	const [year, month, day] = text.split("-").map(Number);
	if (year === undefined || month === undefined || day === undefined) {
		return null;
	}
	return new Date(year, month - 1, day + plusDays);
}

/* Local days as instants; the last day is meant whole. */
export function rangeOf(filters: Pick<Filters, "period" | "from" | "to">, now = new Date()): { from: string | null; to: string | null } {
	switch (filters.period) {
		case "today":
			return { from: daysAgo(0, now).toISOString(), to: null };
		case "week":
			return { from: daysAgo(6, now).toISOString(), to: null };
		case "month":
			return { from: daysAgo(29, now).toISOString(), to: null };
		case "all":
			return { from: null, to: null };
		case "custom": {
			const from = filters.from === "" ? null : localDay(filters.from, 0);
			const to = filters.to === "" ? null : localDay(filters.to, 1);
			return { from: from?.toISOString() ?? null, to: to?.toISOString() ?? null };
		}
	}
}
