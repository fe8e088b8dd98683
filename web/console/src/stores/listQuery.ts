/* A filter of the conversation list: kept in the address, saved under a name, asked of the server
 * and held against what arrives live. Pure. */
import type { LocationQuery } from "vue-router";
import type { Conversation } from "../shared/types";

export interface ListQuery {
	readonly state: "open" | "resolved" | "any";
	/* Id of a member of staff, "none" for nobody, "" for all. */
	readonly assignee: string;
	readonly channel: string;
	/* That the customer has, or a topic. */
	readonly tag: string;
	/* Only where the customer waits for an answer. */
	readonly waiting: boolean;
	/* Only where a watched phrase was sent. */
	readonly flagged: boolean;
	/* Part of the customer's name or number. */
	readonly text: string;
}

export const emptyQuery: ListQuery = { state: "open", assignee: "", channel: "", tag: "", waiting: false, flagged: false, text: "" };
const states: readonly ListQuery["state"][] = ["open", "resolved", "any"];

function one(query: LocationQuery, name: string): string {
	const value = query[name];
	return typeof value === "string" ? value : "";
}

export function readQuery(query: LocationQuery): ListQuery {
	const assignee = one(query, "assignee");
	return {
		state: states.find((state) => state === one(query, "state")) ?? "open",
		assignee: /^(none|\d{1,20})$/.test(assignee) ? assignee : "",
		channel: one(query, "channel").slice(0, 16),
		tag: one(query, "tag").slice(0, 100),
		waiting: one(query, "waiting") === "1",
		flagged: one(query, "flagged") === "1",
		text: one(query, "q").slice(0, 100),
	};
}

export function writeQuery(query: ListQuery): Record<string, string> {
	const all: Record<string, string> = {
		state: query.state === "open" ? "" : query.state,
		assignee: query.assignee,
		channel: query.channel,
		tag: query.tag,
		waiting: query.waiting ? "1" : "",
		flagged: query.flagged ? "1" : "",
		q: query.text.trim(),
	};
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

export function sameQuery(left: ListQuery, right: ListQuery): boolean {
	return JSON.stringify(writeQuery(left)) === JSON.stringify(writeQuery(right));
}

/* What GET /conversations is asked. */
export function askedOf(query: ListQuery): Record<string, string | null> {
	return {
		view: query.assignee === "none" ? "unassigned" : "all",
		state: query.state === "open" ? null : query.state,
		assignee: query.assignee === "none" || query.assignee === "" ? null : query.assignee,
		channel_kind: query.channel === "" ? null : query.channel,
		tag: query.tag === "" ? null : query.tag,
		waiting: query.waiting ? "true" : null,
		flagged: query.flagged ? "true" : null,
		q: query.text.trim() === "" ? null : query.text.trim(),
	};
}

export function matchesQuery(conversation: Conversation, query: ListQuery): boolean {
	const resolved = conversation.state === "resolved";
	if (query.state !== "any" && resolved !== (query.state === "resolved")) {
		return false;
	}
	if (query.assignee !== "" && (conversation.assignee ?? "none") !== query.assignee) {
		return false;
	}
	if (query.channel !== "" && conversation.channel_kind !== query.channel) {
		return false;
	}
	/* Which tags a customer has is not known here: what arrives live waits for the next reading. */
	if (query.tag !== "") {
		return false;
	}
	if (query.waiting && conversation.waiting_since === null) {
		return false;
	}
	if (query.flagged && (conversation.flags ?? 0) === 0) {
		return false;
	}
	/* By name only; who was found by a number comes with the next reading. */
	const words = query.text.trim().toLocaleLowerCase();
	return words === "" || (conversation.customer_name ?? "").toLocaleLowerCase().includes(words);
}
