/* How Han characters are read: character → its syllables without tones, several for those with
 * several readings. The table comes when it is first needed. */
export type Readings = ReadonlyMap<string, readonly string[]>;

let loading: Promise<Readings> | null = null;

/* "ü" is written v in the table; people type u, v or ü. */
function spellings(syllable: string): readonly string[] {
	if (syllable.includes("v")) {
		return [syllable, syllable.replace("v", "u"), syllable.replace("v", "ü")];
	}
	return [syllable];
}

export function readingsOf(table: Readonly<Record<string, string>>): Readings {
	const readings = new Map<string, string[]>();
	for (const [syllable, characters] of Object.entries(table)) {
		for (const character of characters) {
			const known = readings.get(character);
			if (known === undefined) {
				readings.set(character, [...spellings(syllable)]);
			} else {
				known.push(...spellings(syllable));
			}
		}
	}
	return readings;
}

export function loadReadings(): Promise<Readings> {
	loading ??= import("pinyin-match/src/simplified_dict.js").then(({ dict }) => readingsOf(dict));
	return loading;
}
