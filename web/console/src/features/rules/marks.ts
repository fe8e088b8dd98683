/* A question in parts, those that were found marked. Places are counted in characters, not in units of
 * UTF-16; marks may overlap. */
import type { RuleHit } from "@trunkline/protocol";

export interface Part {
	readonly text: string;
	readonly term: string;
}

export function markedParts(text: string, hits: readonly RuleHit[]): Part[] {
	const characters = Array.from(text);
	const terms = characters.map(() => "");
	for (const hit of hits) {
		for (let at = hit.begin; at < Math.min(hit.end, characters.length); at++) {
			terms[at] = terms[at] === "" ? hit.term : (terms[at] ?? "");
		}
	}
	const parts: { text: string; term: string }[] = [];
	characters.forEach((character, at) => {
		const term = terms[at] ?? "";
		const last = parts.at(-1);
		if (last !== undefined && last.term === term) {
			last.text += character;
		} else {
			parts.push({ text: character, term });
		}
	});
	return parts;
}
