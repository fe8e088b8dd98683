import { describe, expect, it } from "vitest";
import { askedOf, emptyQuery, matchesQuery, readQuery, writeQuery } from "../../src/stores/listQuery";
import type { Conversation } from "../../src/shared/types";

const open = { state: "open", assignee: "301", channel_kind: "webchat", waiting_since: null, customer_name: "Grace Miller" } as Conversation;

describe("a filter of the list", () => {
	it("survives the address, and what is wrong there is left out", () => {
		const query = { state: "any", assignee: "none", channel: "phone", tag: "VIP", waiting: true, flagged: false, text: "lin" } as const;
		expect(readQuery(writeQuery(query))).toEqual(query);
		expect(readQuery({ state: "gone", assignee: "1 OR 1", waiting: "yes" })).toEqual(emptyQuery);
		expect(writeQuery(emptyQuery)).toEqual({});
	});

	it("asks the server for nobody's as the unassigned ones", () => {
		expect(askedOf({ ...emptyQuery, assignee: "none" })).toMatchObject({ view: "unassigned", assignee: null });
		expect(askedOf({ ...emptyQuery, assignee: "301", waiting: true })).toMatchObject({ view: "all", assignee: "301", waiting: "true" });
	});

	it("judges what arrives live as the server would", () => {
		expect(matchesQuery(open, emptyQuery)).toBe(true);
		expect(matchesQuery({ ...open, state: "resolved" }, emptyQuery)).toBe(false);
		expect(matchesQuery({ ...open, state: "resolved" }, { ...emptyQuery, state: "any" })).toBe(true);
		expect(matchesQuery(open, { ...emptyQuery, assignee: "302" })).toBe(false);
		expect(matchesQuery({ ...open, assignee: null }, { ...emptyQuery, assignee: "none" })).toBe(true);
		expect(matchesQuery(open, { ...emptyQuery, waiting: true })).toBe(false);
		expect(matchesQuery(open, { ...emptyQuery, text: "mill" })).toBe(true);
		expect(matchesQuery(open, { ...emptyQuery, channel: "phone" })).toBe(false);
	});
});
