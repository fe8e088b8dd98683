/* Web addresses inside of plain text. Everything else stays text. */
export interface TextPart {
	text: string;
	href: string | null;
}

const address = /https?:\/\/[^\s<>"'，。；：！？、（）《》「」【】]+/g;
const trailing = /[.,;:!?)\]}]+$/;

export function linkParts(text: string): TextPart[] {
	const parts: TextPart[] = [];
	let from = 0;
	for (const match of text.matchAll(address)) {
		const url = match[0].replace(trailing, "");
		const at = match.index ?? 0;
		if (at > from) {
			parts.push({ text: text.slice(from, at), href: null });
		}
		parts.push({ text: url, href: url });
		from = at + url.length;
	}
	if (from < text.length) {
		parts.push({ text: text.slice(from), href: null });
	}
	return parts;
}
