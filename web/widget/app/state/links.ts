/** Splits text into plain parts and web addresses. Only http and https, and only as far as the
 * address surely reaches: full-width punctuation and a closing mark end it. */
export interface TextPart {
	readonly text: string;
	readonly href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'“”‘’（）【】《》，。；：！？、]+/gi;
const TRAILING = /[.,;:!?)\]}]+$/;

function hrefOf(text: string): string | null {
	try {
		const url = new URL(text);
		return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
	} catch {
		return null;
	}
}

export function splitLinks(text: string): TextPart[] {
	const parts: TextPart[] = [];
	let from = 0;
	for (const match of text.matchAll(ADDRESS)) {
		const address = match[0].replace(TRAILING, "");
		const href = hrefOf(address);
		if (href === null) {
			continue;
		}
		const at = match.index;
		if (at > from) {
			parts.push({ text: text.slice(from, at), href: null });
		}
		parts.push({ text: address, href });
		from = at + address.length;
	}
	if (from < text.length) {
		parts.push({ text: text.slice(from), href: null });
	}
	return parts;
}
