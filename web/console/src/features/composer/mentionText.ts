/* Who is named in a note, and the name that is being typed. Pure. */
import type { Staff } from "../../shared/types";

export interface Naming {
	/* Where the @ stands, and what follows it up to the cursor. */
	readonly at: number;
	readonly words: string;
}

const longest = 24;

export function namingAt(text: string, cursor: number): Naming | null {
	const before = text.slice(0, cursor);
	const at = before.lastIndexOf("@");
	const words = before.slice(at + 1);
	/* An address has something before its @. */
	if (at < 0 || words.length > longest || /\s/.test(words) || /[A-Za-z0-9._]$/.test(before.slice(0, at))) {
		return null;
	}
	return { at, words };
}

export function named(text: string, members: readonly Staff[]): string[] {
	let rest = text;
	const found: string[] = [];
	const byLength = [...members].sort((left, right) => right.name.length - left.name.length);
	for (const member of byLength) {
		if (member.name !== "" && rest.includes(`@${member.name}`)) {
			found.push(member.id);
			rest = rest.split(`@${member.name}`).join(" ");
		}
	}
	return found.slice(0, 10);
}
