/* Which customers are listed, in which order: kept in the address, so that a view can be passed
 * on, and asked of the server. */
import type { LocationQuery } from "vue-router";

export type Sort = "updated" | "created" | "name" | "contact";
export type Contact = "" | "in7" | "in30" | "not30" | "not90";
export type Created = "" | "in7" | "in30" | "in365";

export interface FieldWish {
	is?: string;
	has?: string;
	from?: string;
	to?: string;
	empty?: boolean;
}

export interface CustomerQuery {
	text: string;
	owner: string;
	channel: string;
	tag: string;
	known: "" | "true" | "false";
	contact: Contact;
	created: Created;
	fields: Record<string, FieldWish>;
	sort: Sort;
	ascending: boolean;
}

export const contacts: readonly Contact[] = ["", "in7", "in30", "not30", "not90"];
export const createds: readonly Created[] = ["", "in7", "in30", "in365"];
export const maxFieldWishes = 4;
const sorts: readonly Sort[] = ["updated", "created", "name", "contact"];
const dayMs = 86_400_000;

function one(query: LocationQuery, name: string): string {
	const value = query[name];
	return typeof value === "string" ? value : "";
}

function among<T extends string>(values: readonly T[], text: string, fallback: T): T {
	return values.find((value) => value === text) ?? fallback;
}

/* "is:bold", "has:vip", "1000..2000", "empty". */
export function readWish(text: string): FieldWish | null {
	if (text === "empty") {
		return { empty: true };
	}
	const named = /^(is|has):(.+)$/s.exec(text);
	if (named !== null) {
		return { [named[1] ?? "is"]: named[2] ?? "" };
	}
	const range = /^(.*)\.\.(.*)$/.exec(text);
	if (range === null || (range[1] === "" && range[2] === "")) {
		return null;
	}
	return { ...(range[1] ? { from: range[1] } : {}), ...(range[2] ? { to: range[2] } : {}) };
}

export function writeWish(wish: FieldWish): string {
	if (wish.empty === true) {
		return "empty";
	}
	if (wish.is) {
		return `is:${wish.is}`;
	}
	if (wish.has) {
		return `has:${wish.has}`;
	}
	return wish.from || wish.to ? `${wish.from ?? ""}..${wish.to ?? ""}` : "";
}

export function readQuery(query: LocationQuery): CustomerQuery {
	const wishes = Object.keys(query)
		.filter((name) => /^f\.[a-z][a-z0-9_]*$/.test(name))
		.flatMap((name): [string, FieldWish][] => {
			const wish = readWish(one(query, name));
			return wish === null ? [] : [[name.slice(2), wish]];
		});
	const sort = among(sorts, one(query, "sort"), "updated");
	const order = one(query, "order");
	return {
		text: one(query, "q"),
		owner: /^(none|\d+)$/.test(one(query, "owner")) ? one(query, "owner") : "",
		channel: one(query, "channel"),
		tag: one(query, "tag").slice(0, 100),
		known: among(["", "true", "false"] as const, one(query, "known"), ""),
		contact: among(contacts, one(query, "contact"), ""),
		created: among(createds, one(query, "created"), ""),
		fields: Object.fromEntries(wishes.slice(0, maxFieldWishes)),
		sort,
		ascending: order === "" ? sort === "name" : order === "asc",
	};
}

export function writeQuery(query: CustomerQuery): Record<string, string> {
	const wishes = Object.entries(query.fields).map(([key, wish]) => [`f.${key}`, writeWish(wish)]);
	const written: Record<string, string> = {
		q: query.text.trim(),
		owner: query.owner,
		channel: query.channel,
		tag: query.tag,
		known: query.known,
		contact: query.contact,
		created: query.created,
		...Object.fromEntries(wishes),
		sort: query.sort === "updated" ? "" : query.sort,
		order: query.ascending === (query.sort === "name") ? "" : query.ascending ? "asc" : "desc",
	};
	return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== ""));
}

function daysAgo(days: number, now: number): string {
	return new Date(now - days * dayMs).toISOString();
}

function time(name: string, choice: Contact | Created, now: number): Record<string, string> {
	const match = /^(in|not)(\d+)$/.exec(choice);
	if (match === null) {
		return {};
	}
	return { [`${name}_${match[1] === "in" ? "from" : "to"}`]: daysAgo(Number(match[2]), now) };
}

/* The parameters of REST; also of the export. */
export function restQuery(query: CustomerQuery, now = Date.now()): Record<string, string> {
	const where = Object.entries(query.fields).map(([key, wish]) => ({ key, ...wish }));
	const asked: Record<string, string> = {
		q: query.text.trim(),
		owner: query.owner,
		channel_kind: query.channel,
		tag: query.tag,
		known: query.known,
		...time("contact", query.contact, now),
		...time("created", query.created, now),
		where: where.length === 0 ? "" : JSON.stringify(where),
		sort: query.sort,
		order: query.ascending ? "asc" : "desc",
	};
	return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ""));
}

/* How many filters narrow the list, besides the words. */
export function countFilters(query: CustomerQuery): number {
	const set = [query.owner, query.channel, query.tag, query.known, query.contact, query.created].filter((value) => value !== "");
	return set.length + Object.keys(query.fields).length;
}
