/* Addresses, subjects and who an answer goes to. Pure. */
import type { Mail, MailAddress } from "@trunkline/protocol";

export const maxRecipients = 50;
export const maxSubject = 300;

/* "林若溪 <lin@example.com>", or the address alone. */
export function addressText({ name, address }: MailAddress): string {
	return name === "" || name === address ? address : `${name} <${address}>`;
}

export function shortAddress({ name, address }: MailAddress): string {
	return name === "" ? address : name;
}

const plausible = /^[^\s@<>",;:()[\]\\]+@[^\s@<>",;:()[\]\\]+\.[^\s@<>",;:()[\]\\.]+$/u;

export function isAddress(text: string): boolean {
	return text.length <= 254 && plausible.test(text);
}

/* What somebody typed or pasted: "Lin <lin@example.com>; service@broker.example". */
export function readAddresses(text: string): MailAddress[] {
	const found: MailAddress[] = [];
	for (const part of text.split(/[,;，；、\n]+/)) {
		const named = /^\s*"?([^"<]*?)"?\s*<([^<>]*)>\s*$/.exec(part);
		const address = (named?.[2] ?? part).trim().toLowerCase();
		if (address !== "") {
			found.push({ name: named?.[1]?.trim() ?? "", address });
		}
	}
	return found;
}

export function withoutDoubles(addresses: readonly MailAddress[]): MailAddress[] {
	const seen = new Set<string>();
	return addresses.filter(({ address }) => !seen.has(address) && seen.add(address));
}

const answered = /^\s*(?:re|aw|antw|回复|回覆|答复)\s*(?:\[\d+\])?\s*[:：]/i;

/* The subject stays; that it is an answer is said once. */
export function answerSubject(subject: string): string {
	const rest = subject.trim();
	return rest === "" || answered.test(rest) ? rest : `Re: ${rest}`;
}

export interface AnswerTo {
	readonly to: readonly MailAddress[];
	readonly cc: readonly MailAddress[];
	/* Where the answer was asked to, when that is somebody else than who wrote. */
	readonly instead: { readonly from: MailAddress; readonly replyTo: MailAddress } | null;
}

/* `ours`: addresses of the house. A mail of ours is followed up to whom it went. */
export function answerTo(mail: Mail, inbound: boolean, ours: readonly string[]): AnswerTo {
	const foreign = (list: readonly MailAddress[] | undefined): MailAddress[] =>
		withoutDoubles((list ?? []).filter(({ address }) => !ours.includes(address)));
	if (!inbound) {
		return { to: foreign(mail.to), cc: foreign(mail.cc), instead: null };
	}
	const replyTo = mail.reply_to ?? null;
	const differs = replyTo !== null && replyTo.address !== "" && replyTo.address !== mail.from.address;
	const to = differs ? replyTo : mail.from;
	const others = foreign([...mail.to, ...(mail.cc ?? [])]).filter(({ address }) => address !== to.address && address !== mail.from.address);
	return { to: [to], cc: others, instead: differs ? { from: mail.from, replyTo } : null };
}
