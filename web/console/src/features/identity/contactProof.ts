/* Why a contact point counts as hers, or why not: one short line. */
import { shortDay, type Language } from "../../shared/format";
import type { Contact } from "../../shared/types";

export interface ProofWords {
	t: (key: string, values?: Record<string, unknown>) => string;
	te: (key: string) => boolean;
	staffName: (id: string | null) => string;
	language: Language;
}

function sourceOf(contact: Contact, words: ProofWords): string {
	if (contact.source === "agent" && contact.created_by !== null) {
		return words.t("identity.source.by", { name: words.staffName(contact.created_by) });
	}
	const key = `identity.source.${contact.source}`;
	return words.te(key) ? words.t(key) : contact.source;
}

export function proofText(contact: Contact, words: ProofWords): string {
	if (!contact.proven || contact.proven_by === null) {
		return `${sourceOf(contact, words)} · ${shortDay(contact.proven_at ?? contact.created_at, words.language)}`;
	}
	const parts = [
		words.t("identity.source.proven", { name: words.staffName(contact.proven_by) }),
		contact.proven_reason,
		shortDay(contact.proven_at ?? contact.created_at, words.language),
	];
	return parts.filter((part) => part !== "").join(" · ");
}
