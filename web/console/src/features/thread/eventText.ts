/* One sentence for each system event on the trunk line. */
import { phoneNumber } from "../../shared/format";
import type { Entry } from "../../shared/types";
import { tagText } from "../tags/tagText";
import { unitPath } from "../identity/unitPath";

export interface EventWords {
	t: (key: string, values?: Record<string, unknown>) => string;
	te: (key: string) => boolean;
	staffName: (id: string | null) => string;
	outcome: (code: string) => string;
	me: string;
	/* Of a field of the house: its label and its value in words; null: none that is known. */
	field?: (key: string, value: string) => { name: string; text: string } | null;
}

function actor(entry: Entry, words: EventWords): string {
	const { kind, id } = entry.author;
	if (kind === "staff") {
		return id === words.me ? words.t("thread.you") : words.staffName(id);
	}
	return words.t(`common.author.${kind}`);
}

function person(id: string | null, words: EventWords): string {
	return id === words.me ? words.t("thread.you") : words.staffName(id);
}

function profileText(field: string, value: string, words: EventWords): string {
	if (field === "owner") {
		return words.staffName(value);
	}
	if (field === "unit") {
		return words.t("identity.unit", { path: unitPath(value) });
	}
	const key = `customer.${field}.${value}`;
	return (field === "gender" || field === "language") && words.te(key) ? words.t(key) : value;
}

function changeText(field: string, value: string, words: EventWords): { name: string; text: string } {
	const own = field.startsWith("field.") ? words.field?.(field.slice("field.".length), value) : null;
	const key = `customer.field.${field}`;
	const name = own?.name ?? (words.te(key) ? words.t(key) : field);
	const text = value === "" ? words.t("thread.event.emptyValue") : (own?.text ?? profileText(field, value, words));
	return { name, text };
}

function changesText(changes: Record<string, { from: string | null; to: string | null }>, words: EventWords): string {
	const parts = Object.entries(changes).map(([field, { from, to }]) => {
		const [before, after] = [changeText(field, from ?? "", words), changeText(field, to ?? "", words)];
		return words.t("thread.event.change", { field: before.name, from: before.text, to: after.text });
	});
	return parts.join(words.t("common.listSeparator"));
}

function contactText(entry: Extract<Entry, { kind: "contact_added" | "contact_removed" }>, words: EventWords): string {
	const { kind = "", value = "", proven = false, reason = "" } = entry.body ?? {};
	const key = `customer.contact.${kind}`;
	const shown = kind === "phone" ? phoneNumber(value) : value;
	const values = { name: actor(entry, words), kind: words.te(key) ? words.t(key) : kind, value: shown };
	if (entry.kind === "contact_removed") {
		return words.t("thread.event.contact_removed", values);
	}
	const text = words.t(proven ? "thread.event.contact_proven" : "thread.event.contact_added", values);
	return reason === "" ? text : words.t("thread.event.joinedChanges", { text, changes: reason });
}

function joinedText(entry: Extract<Entry, { kind: "attached" | "separated" }>, name: string, words: EventWords): string {
	const text = words.t(`thread.event.${entry.kind}`, { name });
	const changes = entry.body?.changes;
	return changes === undefined || Object.keys(changes).length === 0
		? text
		: words.t("thread.event.joinedChanges", { text, changes: changesText(changes, words) });
}

function assignedText(entry: Extract<Entry, { kind: "assigned" }>, words: EventWords): string {
	const to = entry.body?.to ?? null;
	const by = entry.body?.by ?? null;
	if (by === null || by === to) {
		return words.t("thread.event.taken", { name: person(to, words) });
	}
	return words.t("thread.event.assigned", { name: person(by, words), to: person(to, words) });
}

/* Why a conversation came from the bot to a person. */
function handedOverText(entry: Extract<Entry, { kind: "handed_over" }>, words: EventWords): string {
	const { reason = "other", title = "" } = entry.body ?? {};
	if (reason === "stopped") {
		return words.t("thread.event.stopped", { name: actor(entry, words) });
	}
	const key = `bot.reason.${reason}`;
	const text = words.t("thread.event.handed_over", { reason: words.t(words.te(key) ? key : "bot.reason.other") });
	return title === "" ? text : words.t("thread.event.handedOverRule", { text, title });
}

function flaggedText(entry: Extract<Entry, { kind: "flagged" }>, words: EventWords): string {
	const phrases = (entry.body?.phrases ?? []).map((phrase) => phrase.text).join(words.t("common.listSeparator"));
	return words.t(entry.body?.acknowledged === true ? "thread.event.flaggedWarned" : "thread.event.flagged", { name: actor(entry, words), phrases });
}

export function eventText(entry: Entry, words: EventWords): string {
	const name = actor(entry, words);
	switch (entry.kind) {
		case "assigned":
			return assignedText(entry, words);
		case "customer_created":
			return words.t("thread.event.customer_created", { name });
		case "customer_edited":
			return words.t("thread.event.customer_edited", { name, changes: changesText(entry.body?.changes ?? {}, words) });
		case "contact_added":
		case "contact_removed":
			return contactText(entry, words);
		case "tagged":
			return entry.body === null ? words.t("thread.event.unknown") : words.t("thread.event.tagged", { name, text: tagText(entry.body, words.t) });
		case "identified":
			return words.t("thread.event.identified", { subject: entry.body?.subject ?? "" });
		case "call_outcome":
			return words.t("thread.event.call_outcome", {
				name,
				outcome: words.outcome(entry.body?.outcome ?? ""),
				note: entry.body?.note ?? "",
			});
		case "handed_over":
			return handedOverText(entry, words);
		case "feedback":
			return words.t(entry.body?.helpful === true ? "thread.event.helped" : "thread.event.notHelped");
		case "flagged":
			return flaggedText(entry, words);
		case "attached":
		case "separated":
			return joinedText(entry, name, words);
		case "opened":
		case "released":
		case "resolved":
		case "reopened":
			return words.t(`thread.event.${entry.kind}`, { name });
		default:
			return words.t("thread.event.unknown");
	}
}
