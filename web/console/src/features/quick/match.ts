/* Finds what somebody types in a text: as it stands (Chinese or English), by the initials of its
 * words, by pinyin in full or by first letters, mixed as people mix them: "yzdz", "yinzdz",
 * "银z到" all find 银证到账. */
import type { Readings } from "./readings";

/* From, to (exclusive), in UTF-16 units of the text. */
export type Mark = readonly [number, number];

interface Unit {
	readonly at: number;
	readonly text: string;
	/* Of a Han character; null for a word of letters or digits. */
	readonly readings: readonly string[] | null;
}

export interface Indexed {
	readonly plain: string;
	readonly units: readonly Unit[];
	/* With which letters a find may begin at each unit, and go on, for a quick no. */
	readonly heads: readonly string[];
	readonly nexts: readonly string[];
}

export interface Match {
	readonly marks: readonly Mark[];
	/* 3: begins with it as typed, 2: holds it as typed, 1: begins with it by sound or initials,
	 * 0: holds it so. */
	readonly grade: number;
}

const unitPattern = /[\u3400-\u9fff\uf900-\ufaff]|[a-z0-9]+/g;

export function plainOf(text: string): string {
	/* Character by character, so that places stay the same. */
	return Array.from(text, (character) => {
		const folded = character.normalize("NFKC").toLowerCase();
		return folded.length === character.length ? folded : character;
	}).join("");
}

export function indexText(text: string, readings: Readings): Indexed {
	const plain = plainOf(text);
	const units: Unit[] = [];
	const heads: string[] = [];
	for (const found of plain.matchAll(unitPattern)) {
		const piece = found[0];
		const han = !/^[a-z0-9]/.test(piece);
		const sounds = han ? (readings.get(piece) ?? []) : null;
		units.push({ at: found.index, text: piece, readings: sounds });
		heads.push(sounds === null ? piece.charAt(0) : piece + sounds.map((sound) => sound.charAt(0)).join(""));
	}
	const nexts = units.map((unit, at) => {
		const within = unit.readings === null ? unit.text.charAt(1) : unit.readings.map((sound) => sound.charAt(1)).join("");
		return within + (heads[at + 1] ?? "");
	});
	return { plain, units, heads, nexts };
}

/* How many characters of the query a Han character may take, the longest first. */
function takes(unit: Unit, rest: string): readonly number[] {
	const counts = new Set<number>();
	if (rest.startsWith(unit.text)) {
		counts.add(unit.text.length);
	}
	for (const sound of unit.readings ?? []) {
		if (rest.startsWith(sound)) {
			counts.add(sound.length);
		} else if (sound.startsWith(rest)) {
			counts.add(rest.length);
		}
		if (sound.charAt(1) === "h" && rest.startsWith(sound.slice(0, 2))) {
			counts.add(2);
		}
		if (sound.charAt(0) === rest.charAt(0)) {
			counts.add(1);
		}
	}
	return [...counts].sort((left, right) => right - left);
}

function takesOfWord(word: string, rest: string): readonly number[] {
	let common = 0;
	while (common < word.length && common < rest.length && word.charAt(common) === rest.charAt(common)) {
		common++;
	}
	return Array.from({ length: common }, (_, index) => common - index);
}

function follow(units: readonly Unit[], at: number, query: string, from: number, failed: Set<number>): Mark[] | null {
	if (from === query.length) {
		return [];
	}
	const unit = units[at];
	const state = at * 64 + from;
	if (unit === undefined || failed.has(state)) {
		return null;
	}
	const rest = query.slice(from);
	const han = unit.readings !== null;
	for (const count of han ? takes(unit, rest) : takesOfWord(unit.text, rest)) {
		const tail = follow(units, at + 1, query, from + count, failed);
		if (tail !== null) {
			return [[unit.at, unit.at + (han ? unit.text.length : count)], ...tail];
		}
	}
	failed.add(state);
	return null;
}

function joined(marks: readonly Mark[]): Mark[] {
	const out: Mark[] = [];
	for (const [from, to] of marks) {
		const last = out[out.length - 1];
		if (last !== undefined && last[1] === from) {
			out[out.length - 1] = [last[0], to];
		} else {
			out.push([from, to]);
		}
	}
	return out;
}

export const maxQuery = 60;

/* `query` as plainOf gives it, not empty. */
export function matchText(indexed: Indexed, query: string): Match | null {
	const at = indexed.plain.indexOf(query);
	if (at >= 0) {
		return { marks: [[at, at + query.length]], grade: at === 0 ? 3 : 2 };
	}
	if (query.length > maxQuery) {
		return null;
	}
	const first = query.charAt(0);
	const second = query.charAt(1);
	let failed: Set<number> | null = null;
	for (let start = 0; start < indexed.units.length; start++) {
		if (indexed.heads[start]?.includes(first) !== true || indexed.nexts[start]?.includes(second) !== true) {
			continue;
		}
		failed ??= new Set();
		const marks = follow(indexed.units, start, query, 0, failed);
		if (marks !== null) {
			return { marks: joined(marks), grade: start === 0 ? 1 : 0 };
		}
	}
	return null;
}

export interface Part {
	readonly text: string;
	readonly marked: boolean;
}

export function partsOf(text: string, marks: readonly Mark[]): Part[] {
	const parts: Part[] = [];
	let at = 0;
	for (const [from, to] of marks) {
		if (from > at) {
			parts.push({ text: text.slice(at, from), marked: false });
		}
		parts.push({ text: text.slice(from, to), marked: true });
		at = to;
	}
	if (at < text.length) {
		parts.push({ text: text.slice(at), marked: false });
	}
	return parts;
}
