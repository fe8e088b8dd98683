/* Who is who: whose values win, why a contact point counts, what moves when two become one. */
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it } from "vitest";
import { proofText, type ProofWords } from "../../src/features/identity/contactProof";
import { unitPath } from "../../src/features/identity/unitPath";
import { winnerOf } from "../../src/features/identity/useMerge";
import type { Contact, Conversation, Customer, MergePreview } from "../../src/shared/types";
import { useConversations } from "../../src/stores/conversations";
import { useDrafts } from "../../src/stores/drafts";

function customer(extra: Partial<Customer>): Customer {
	return {
		id: "1", primary: "1", unit: "16777216", owner: null, anonymous: false, name: "", external_id: null, language: "", gender: "", company: "",
		remark: "", restricted: false, created_at: "2026-11-21T08:00:00.000Z", updated_at: "2026-11-21T08:00:00.000Z", version: 1, ...extra,
	};
}

function preview(source: Partial<Customer>, target: Partial<Customer>): MergePreview {
	const side = { contacts: [], entries: 0, conversations: 0, open: 0, calls: 0, files: 0, timelines: 1, last_at: null };
	return {
		source: { ...side, customer: customer({ id: "1", ...source }) },
		target: { ...side, customer: customer({ id: "2", ...target }) },
		keep: "target", may_merge: true, warnings: [], history: [],
	};
}

describe("whose value wins", () => {
	it("is the one who stays, where both have one", () => {
		expect(winnerOf(preview({ company: "甲" }, { company: "乙" }), "company")).toBe("target");
	});
	it("is the one who has any", () => {
		expect(winnerOf(preview({ gender: "male" }, {}), "gender")).toBe("source");
		expect(winnerOf(preview({}, { gender: "male" }), "gender")).toBe("target");
	});
	it("is the one with a real name", () => {
		expect(winnerOf(preview({ name: "林若溪" }, { name: "13800138000", anonymous: true }), "name")).toBe("source");
	});
});

describe("why a contact point counts", () => {
	const words: ProofWords = { t: (key, values) => `${key} ${Object.values(values ?? {}).join()}`.trim(), te: (key) => key === "identity.source.signed", staffName: () => "陈嘉禾", language: "zh-CN" };
	const contact: Contact = {
		id: "1", customer: "1", kind: "phone", value: "+8613800138000", proven: false, label: "", source: "agent", created_at: "2020-11-21T08:00:00.000Z",
		created_by: "301", proven_by: null, proven_at: null, proven_reason: "",
	};
	it("names who typed a claim", () => {
		expect(proofText(contact, words)).toBe("identity.source.by 陈嘉禾 · 2020-11-21");
	});
	it("names who proved it, and how", () => {
		const proven = { ...contact, proven: true, proven_by: "301", proven_at: "2020-11-22T08:00:00.000Z", proven_reason: "回拨确认" };
		expect(proofText(proven, words)).toBe("identity.source.proven 陈嘉禾 · 回拨确认 · 2020-11-22");
	});
	it("names the machine that did", () => {
		expect(proofText({ ...contact, source: "signed", created_by: null, proven: true }, words)).toBe("identity.source.signed · 2020-11-21");
	});
});

it("writes a unit as its path", () => {
	expect([unitPath("16777216"), unitPath(String(0x01020000)), unitPath(String(0x01020300))]).toEqual(["1", "1.2", "1.2.3"]);
});

describe("when two become one", () => {
	beforeEach(() => setActivePinia(createPinia()));

	const conversation: Conversation = {
		id: "9", timeline: "1", customer: "1", unit: "16777216", owner: null, state: "open", assignee: null, channel: "5", channel_kind: "webchat",
		version: 1, opened_at: "2026-11-21T08:00:00.000Z", resolved_at: null, waiting_since: null, inbound: 1, missed_calls: 0, last_fact: "1", last_seq: 1,
		last_at: "2026-11-21T08:00:00.000Z", last_kind: "message", last_author_kind: "customer", preview: "", customer_name: "", anonymous: true, inbound_read: 0,
	};

	it("her conversations stand under the other's name, and go back", () => {
		const conversations = useConversations();
		conversations.remember(conversation);
		conversations.rehome({ id: "2", name: "林若溪", anonymous: false }, ["1", "2"]);
		expect(conversations.currentOf("1")).toBeUndefined();
		expect(conversations.currentOf("2")).toMatchObject({ id: "9", customer_name: "林若溪", anonymous: false });
		conversations.rehome({ id: "1", name: "", anonymous: true }, ["1"]);
		expect(conversations.currentOf("2")).toBeUndefined();
		expect(conversations.currentOf("1")).toMatchObject({ id: "9", anonymous: true });
	});

	it("what was not sent yet moves along", () => {
		const drafts = useDrafts();
		drafts.write("1", "message", "还没发");
		drafts.write("2", "message", "也没发");
		drafts.move("1", "2");
		expect([drafts.read("1", "message"), drafts.read("2", "message")]).toEqual(["", "还没发\n也没发"]);
	});
});
