/* {{customer.name}}, {{customer.name|客户}}: what a quick reply leaves open. What has no value
 * takes its fallback; what has neither stays as it is, to be filled by hand. */
import { clock, longDay, type Language } from "../../shared/format";
import type { Mark } from "./match";

export const variableNames = [
	"customer.name",
	"customer.title",
	"customer.company",
	"customer.number",
	"agent.name",
	"agent.extension",
	"greeting",
	"now",
	"date",
	"time",
] as const;
export type VariableName = (typeof variableNames)[number];
export type Values = Readonly<Record<VariableName, string>>;

export interface VariableContext {
	readonly customer: {
		readonly name: string;
		readonly anonymous: boolean;
		readonly gender: string;
		readonly company: string;
		readonly external_id: string | null;
		readonly language: string;
	} | null;
	readonly agent: { readonly name: string; readonly extension: string | null } | null;
	readonly now: Date;
	/* When the customer's is not known. */
	readonly language: Language;
}

const pattern = /\{\{([^{}|]*)(?:\|([^{}]*))?\}\}/g;

function greeting(now: Date, language: Language): string {
	const hour = now.getHours();
	if (language === "zh-CN") {
		return hour < 5 || hour >= 18 ? "晚上好" : hour < 11 ? "早上好" : hour < 13 ? "中午好" : "下午好";
	}
	return hour < 5 || hour >= 18 ? "Good evening" : hour < 12 ? "Good morning" : "Good afternoon";
}

function titleOf(gender: string, language: Language): string {
	const zh: Readonly<Record<string, string>> = { female: "女士", male: "先生" };
	const en: Readonly<Record<string, string>> = { female: "Ms", male: "Mr" };
	return (language === "zh-CN" ? zh : en)[gender] ?? "";
}

export function valuesOf(context: VariableContext): Values {
	const { customer, agent, now } = context;
	const language: Language = customer?.language === "zh-CN" || customer?.language === "en" ? customer.language : context.language;
	const day = longDay(now, language, now);
	return {
		"customer.name": customer === null || customer.anonymous ? "" : customer.name,
		"customer.title": titleOf(customer?.gender ?? "", language),
		"customer.company": customer?.company ?? "",
		"customer.number": customer?.external_id ?? "",
		"agent.name": agent?.name ?? "",
		"agent.extension": agent?.extension ?? "",
		greeting: greeting(now, language),
		now: `${day} ${clock(now)}`,
		date: day,
		time: clock(now),
	};
}

export function fill(body: string, values: Values): string {
	return body.replace(pattern, (whole: string, name: string, fallback: string | undefined) => {
		const key = name.trim().toLowerCase();
		const value = variableNames.some((known) => known === key) ? values[key as VariableName].trim() : "";
		return value !== "" ? value : (fallback?.trim() ?? whole);
	});
}

/* Places that nobody filled: nothing of the kind may go to a customer unseen. */
export function unfilled(text: string): Mark[] {
	return Array.from(text.matchAll(/\{\{[^{}]*\}\}/g), (found) => [found.index, found.index + found[0].length] as const);
}

/* Names in a body that we do not know and that have no fallback. */
export function unknownNames(body: string): string[] {
	return Array.from(body.matchAll(pattern))
		.filter((found) => found[2] === undefined)
		.map((found) => (found[1] ?? "").trim())
		.filter((name) => !variableNames.some((known) => known === name.toLowerCase()));
}
