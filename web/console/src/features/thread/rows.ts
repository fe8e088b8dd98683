/* Turns a customer's entries into the rows of the trunk line: day separators, stops where the
 * channel changes, one card per call however many facts it has, and the "new" line. Pure. */
import { dayKey } from "../../shared/format";
import type { CallOutcomeBody, LinkJudgedEntry, LinkProposedEntry, SendFailedEntry, VisitEntry } from "@trunkline/protocol";
import type { Call, CallEntry, Entry, TextEntry } from "../../shared/types";

export interface PendingMessage {
	ref: string;
	kind: "message" | "note";
	text: string;
	fileNames: string[];
	at: string;
	state: "pending" | "failed";
	code: string | null;
	reason: string | null;
}

export type Row =
	| { type: "day"; key: string; at: string }
	| { type: "stop"; key: string; channelKind: string; at: string }
	| { type: "new"; key: string }
	| { type: "message" | "note"; key: string; entry: TextEntry }
	| { type: "visit"; key: string; entry: VisitEntry }
	| { type: "send_failed"; key: string; entry: SendFailedEntry }
	| { type: "link_proposed"; key: string; entry: LinkProposedEntry; judged: LinkJudgedEntry | null }
	| { type: "call"; key: string; call: Call }
	| { type: "event"; key: string; entry: Entry }
	| { type: "pending"; key: string; message: PendingMessage };

function isCallEntry(entry: Entry): entry is CallEntry {
	return entry.kind === "call_started" || entry.kind === "call_answered" || entry.kind === "call_ended";
}

export function callOf(entry: Entry): Call | null {
	return isCallEntry(entry) ? (entry.body?.call ?? null) : null;
}

function judgements(entries: readonly Entry[]): ReadonlyMap<string, LinkJudgedEntry> {
	const last = new Map<string, LinkJudgedEntry>();
	for (const entry of entries) {
		if (entry.kind === "link_judged" && entry.body !== null) {
			last.set(entry.body.proposal, entry);
		}
	}
	return last;
}

/* The newest state of each call, with the outcome that was noted after it. */
export function joinCalls(entries: readonly Entry[]): Map<string, Call> {
	const calls = new Map<string, Call>();
	for (const entry of entries) {
		if (entry.kind === "call_outcome") {
			joinOutcome(calls, entry.body);
			continue;
		}
		const call = callOf(entry);
		if (call === null) {
			continue;
		}
		const known = calls.get(call.id);
		if (known === undefined || call.version >= known.version) {
			calls.set(call.id, call);
		}
	}
	return calls;
}

function joinOutcome(calls: Map<string, Call>, outcome: CallOutcomeBody | null): void {
	const known = calls.get(outcome?.call ?? "");
	if (outcome === null || known === undefined) {
		return;
	}
	calls.set(known.id, { ...known, outcome: outcome.outcome, outcome_note: outcome.note });
}

interface RowState {
	rows: Row[];
	day: string;
	/* Neighbours mostly share their ten minutes, and then their day: dates are dear. */
	minutes: string;
	channelKind: string;
	newAfter: NewAfter | null;
	shownCalls: Set<string>;
	/* Merging and taking apart are written into both histories; read as one they are said once. */
	joined: ReadonlyMap<string, string>;
	calls: Map<string, Call>;
	/* What was said last about each proposed link: it stands there, not as a row of its own. */
	judged: ReadonlyMap<string, LinkJudgedEntry>;
}

/* Everything of the customer above these numbers is new since the thread was opened. */
export type NewAfter = ReadonlyMap<string, number>;

function isContact(entry: Entry): boolean {
	return entry.kind === "message" || entry.kind === "visit" || isCallEntry(entry);
}

function isNew(entry: Entry, newAfter: NewAfter): boolean {
	const seen = newAfter.get(entry.timeline);
	if (seen === undefined || entry.seq <= seen) {
		return false;
	}
	return entry.author.kind === "customer" && isContact(entry);
}

const minutesLength = "2026-11-21T08:0".length;

function pushDay(state: RowState, at: string): void {
	const minutes = at.slice(0, minutesLength);
	if (minutes === state.minutes) {
		return;
	}
	state.minutes = minutes;
	const day = dayKey(at);
	if (day !== state.day) {
		state.day = day;
		state.rows.push({ type: "day", key: `day-${day}`, at });
	}
}

function joinKey(entry: Entry): string | null {
	if ((entry.kind !== "attached" && entry.kind !== "separated") || entry.body === null) {
		return null;
	}
	return `${entry.kind} ${entry.body.merge ?? `${entry.body.from}>${entry.body.to}`}`;
}

/* Which of the two to show: that of the one who stayed, as it names the values that moved. */
function joinedOnce(entries: readonly Entry[]): ReadonlyMap<string, string> {
	const shown = new Map<string, string>();
	for (const entry of entries) {
		const key = joinKey(entry);
		const stayed = (entry.kind === "attached" || entry.kind === "separated") && entry.timeline === entry.body?.to;
		if (key !== null && (stayed || !shown.has(key))) {
			shown.set(key, entry.id);
		}
	}
	return shown;
}

function isRepeated(state: RowState, entry: Entry): boolean {
	const key = joinKey(entry);
	return key !== null && state.joined.get(key) !== entry.id;
}

function pushEntry(state: RowState, entry: Entry): void {
	if (isRepeated(state, entry) || entry.kind === "link_judged") {
		return;
	}
	const call = callOf(entry);
	if (call !== null) {
		if (state.shownCalls.has(call.id)) {
			return;
		}
		state.shownCalls.add(call.id);
	}
	pushDay(state, entry.at);
	if (state.newAfter !== null && isNew(entry, state.newAfter)) {
		state.rows.push({ type: "new", key: "new" });
		state.newAfter = null;
	}
	const kind = entry.channel_kind;
	if (isContact(entry) && kind !== "" && kind !== state.channelKind) {
		state.channelKind = kind;
		state.rows.push({ type: "stop", key: `stop-${entry.id}`, channelKind: kind, at: entry.at });
	}
	pushBody(state, entry, call);
}

function pushBody(state: RowState, entry: Entry, call: Call | null): void {
	if (entry.kind === "message" || entry.kind === "note") {
		const key = entry.ref === null ? entry.id : `ref-${entry.ref}`;
		state.rows.push({ type: entry.kind, key, entry });
		return;
	}
	if (entry.kind === "visit") {
		state.rows.push({ type: "visit", key: entry.id, entry });
		return;
	}
	if (entry.kind === "send_failed") {
		state.rows.push({ type: "send_failed", key: entry.id, entry });
		return;
	}
	if (entry.kind === "link_proposed") {
		state.rows.push({ type: "link_proposed", key: entry.id, entry, judged: state.judged.get(entry.id) ?? null });
		return;
	}
	if (call !== null) {
		const newest = state.calls.get(call.id) ?? call;
		state.rows.push({ type: "call", key: `call-${call.id}`, call: newest });
		return;
	}
	/* An outcome is written on its call's card; without the card it is an event. */
	if (entry.kind === "call_outcome" && state.shownCalls.has(entry.body?.call ?? "")) {
		return;
	}
	state.rows.push({ type: "event", key: entry.id, entry });
}

export function buildRows(
	entries: readonly Entry[],
	pending: readonly PendingMessage[],
	newAfter: NewAfter | null,
): Row[] {
	const state: RowState = {
		rows: [],
		day: "",
		minutes: "",
		channelKind: "",
		newAfter,
		shownCalls: new Set(),
		joined: joinedOnce(entries),
		calls: joinCalls(entries),
		judged: judgements(entries),
	};
	for (const entry of entries) {
		pushEntry(state, entry);
	}
	for (const message of pending) {
		pushDay(state, message.at);
		state.rows.push({ type: "pending", key: `ref-${message.ref}`, message });
	}
	return state.rows;
}
