import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it } from "vitest";
import { buildRows } from "../../src/features/thread/rows";
import { deliveryOf } from "../../src/features/mail/useDelivery";
import { pictureFiles } from "../../src/features/mail/useMailHtml";
import { answerSubject, answerTo, isAddress, readAddresses, withoutDoubles } from "../../src/features/mail/mailText";
import { useMailDraft } from "../../src/features/mail/useMailDraft";
import { useMailboxes } from "../../src/stores/mailboxes";
import { useDrafts } from "../../src/stores/drafts";
import { createThread, type Thread } from "../../src/stores/threadState";
import type { Delivery, Entry, Mail, MailAddress, TextEntry } from "../../src/shared/types";

const at = "2026-11-21T08:00:00.000Z";
const box = (address: string, name = ""): MailAddress => ({ name, address });
const house = box("service@broker.example", "客服");
const lin = box("lin@example.com", "林若溪");
let seq = 0;

function mailOf(more: Partial<Mail> = {}): Mail {
	return { subject: "开户资料", from: lin, to: [house], trust: "proven", nature: "personal", ...more };
}

function common(kind: "customer" | "staff" | "system"): Omit<TextEntry, "kind" | "body"> {
	seq += 1;
	return {
		id: String(1000 + seq), timeline: "7", customer: "7", seq, pub: null, conversation: "9", channel: "503", channel_kind: "email",
		author: { kind, id: kind === "staff" ? "301" : null }, at, committed_at: at, ref: null, files: [], restricted: false, imported: false,
	};
}

function letter(kind: "customer" | "staff", mail: Mail, more: Partial<TextEntry> = {}): TextEntry {
	return { ...common(kind), kind: "message", body: { text: "您好", mail }, ...more };
}

function failure(entry: string, final = true): Entry {
	return { ...common("system"), kind: "send_failed", body: { entry, status: "550", text: "550 user unknown", final } };
}

function threadWith(entries: readonly Entry[], addresses: readonly string[] = ["lin@example.com"]): Thread {
	const thread = createThread("7");
	thread.loaded = true;
	thread.entries = entries;
	thread.detail = {
		customer: {
			id: "7", primary: "7", unit: "1", owner: null, anonymous: false, name: "林若溪", external_id: null, language: "zh-CN", gender: "",
			company: "", remark: "", restricted: false, created_at: at, updated_at: at, version: 1,
		},
		contacts: addresses.map((value, index) => ({
			id: String(index + 1), customer: "7", kind: "email", value, proven: true, label: "", source: "", created_at: at,
			created_by: null, proven_by: null, proven_at: null, proven_reason: "",
		})),
		timelines: [{ timeline: "7", seq: 1, pub: 1 }], marks: [], conversation: null,
	};
	return thread;
}

describe("addresses", () => {
	it("are read as people write and paste them", () => {
		expect(readAddresses("Lin Ruoxi <LIN@example.com>; service@broker.example，\"A, B\" <x@y.example>").map((one) => one.address)).toContain("lin@example.com");
		expect(readAddresses(" 林若溪 <lin@example.com> , a@b.example")).toEqual([lin, box("a@b.example")]);
		expect(readAddresses(" ; ,")).toEqual([]);
	});

	it("are told from what is none", () => {
		expect(["a@b.example", "陈@例子.中国", "x+tag@sub.b.example"].every(isAddress)).toBe(true);
		expect(["", "a@b", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "a@b.example,c", "<a@b.example>"].some(isAddress)).toBe(false);
	});

	it("are kept once", () => {
		expect(withoutDoubles([lin, house, lin])).toEqual([lin, house]);
	});
});

describe("an answer", () => {
	it("keeps the subject and says once that it is one", () => {
		expect(answerSubject("开户资料")).toBe("Re: 开户资料");
		for (const subject of ["Re: a", "RE:a", "回复：开户", "回复: 开户", "答复：x", "AW: y", "Re[2]: z"]) {
			expect(answerSubject(subject)).toBe(subject);
		}
		expect(answerSubject("Report")).toBe("Re: Report");
	});

	it("goes to who wrote, the others in copy, never to the house itself", () => {
		const mail = mailOf({ to: [house, box("wife@example.com")], cc: [box("notary@example.com"), lin] });
		expect(answerTo(mail, true, [house.address])).toEqual({ to: [lin], cc: [box("wife@example.com"), box("notary@example.com")], instead: null });
	});

	it("says so when it was asked to somebody else", () => {
		const other = box("other@example.net");
		expect(answerTo(mailOf({ reply_to: other }), true, [house.address]).instead).toEqual({ from: lin, replyTo: other });
		expect(answerTo(mailOf({ reply_to: lin }), true, []).instead).toBeNull();
	});

	it("to our own mail goes to whom that went", () => {
		const ours = mailOf({ from: house, to: [lin], cc: [box("copy@example.com")] });
		expect(answerTo(ours, false, [house.address])).toEqual({ to: [lin], cc: [box("copy@example.com")], instead: null });
	});
});

describe("how far a mail got", () => {
	it("is what was told last, then what the entry says, then what stands in the history", () => {
		const sent: Delivery = { entry: "", state: "sent", attempts: 1, due_at: null, text: "" };
		const silent = letter("staff", mailOf());
		const told = letter("staff", mailOf(), { delivery: { ...sent, state: "waiting" } });
		const thread = threadWith([silent, told, failure(silent.id)]);
		expect(deliveryOf(thread, silent.id)?.state).toBe("failed");
		expect(deliveryOf(thread, told.id)?.state).toBe("waiting");
		thread.deliveries = new Map([[told.id, sent]]);
		expect(deliveryOf(thread, told.id)?.state).toBe("sent");
	});

	it("is not failed while the other server still tries", () => {
		const entry = letter("staff", mailOf());
		expect(deliveryOf(threadWith([entry, failure(entry.id, false)]), entry.id)).toBeNull();
	});

	it("is told by a row of its own", () => {
		const entry = letter("staff", mailOf());
		expect(buildRows([entry, failure(entry.id)], [], null).map((row) => row.type)).toEqual(["day", "stop", "message", "send_failed"]);
	});
});

describe("pictures of a mail", () => {
	it("are found by what the mail says, else by their name, and only if they are pictures", () => {
		const file = (id: string, name: string, type = "image/png") => ({ id, name, type, size: 100, width: 1, height: 1 });
		const entry = letter("customer", mailOf({ inline: [{ cid: "abc@x", file: "2" }] }), {
			files: [file("1", "image001.png"), file("2", "logo.png"), file("3", "x.svg", "image/svg+xml")],
		});
		expect(pictureFiles(entry, ["abc@x", "image001.png@01D", "x.svg@y", "none@z"])).toEqual(new Map([["abc@x", "2"], ["image001.png@01D", "1"]]));
	});
});

describe("the head of a mail that is being written", () => {
	beforeEach(() => {
		localStorage.clear();
		setActivePinia(createPinia());
		useDrafts().open("301");
		useMailboxes().items = [{ id: "503", name: "客服", address: house.address, enabled: true }];
	});

	it("answers the newest mail that can be answered", () => {
		const draft = useMailDraft(threadWith([letter("customer", mailOf()), letter("customer", mailOf({ nature: "bounce", subject: "Undelivered" }))]));
		expect(draft.head).toMatchObject({ to: [lin], cc: [], subject: "Re: 开户资料", mailbox: "503" });
		expect(draft.missing.value).toBeNull();
	});

	it("answers what she wrote, also when the house wrote since", () => {
		const hers = letter("customer", mailOf({ subject: "a" }));
		const ours = letter("staff", mailOf({ subject: "Re: a", from: house, to: [box("third@example.net")] }));
		expect(useMailDraft(threadWith([hers, ours])).head).toMatchObject({ to: [lin], answers: hers.id });
		expect(useMailDraft(threadWith([ours])).head).toMatchObject({ to: [box("third@example.net")], subject: "Re: a" });
	});

	it("begins a mail of its own where none came: her address, no subject yet", () => {
		const draft = useMailDraft(threadWith([]));
		expect(draft.head).toMatchObject({ to: [lin], subject: "", answers: null });
		expect(draft.missing.value).toBe("needSubject");
	});

	it("is not possible without an address or without a mailbox", () => {
		expect(useMailDraft(threadWith([], [])).possible.value).toBe(false);
		useMailboxes().items = [{ id: "503", name: "客服", address: house.address, enabled: false }];
		expect(useMailDraft(threadWith([])).possible.value).toBe(false);
	});

	it("waits for a decision when the answer was asked elsewhere", () => {
		const other = box("other@example.net");
		const draft = useMailDraft(threadWith([letter("customer", mailOf({ reply_to: other }))]));
		expect(draft.missing.value).toBe("replyTo");
		draft.chooseRecipient(lin);
		expect(draft.head.to).toEqual([lin]);
		expect(draft.missing.value).toBeNull();
	});

	it("does not go to what is no address", () => {
		const draft = useMailDraft(threadWith([letter("customer", mailOf())]));
		draft.head.cc = [box("nobody")];
		expect(draft.missing.value).toBe("badAddress");
	});

	it("is kept over a reload once somebody changed it", () => {
		const draft = useMailDraft(threadWith([letter("customer", mailOf())]));
		draft.head.subject = "另一件事";
		draft.touched();
		expect(useMailDraft(threadWith([letter("customer", mailOf({ subject: "更新的邮件" }))])).head.subject).toBe("另一件事");
	});
});
