/* For each word that stands in a group of synonyms, the others of it. */
import type { RuleSettings } from "@trunkline/protocol";
import { shallowRef, type ShallowRef } from "vue";
import { checks, get } from "../../app/api";

export type Synonyms = ReadonlyMap<string, readonly string[]>;

export function synonymsOf(settings: RuleSettings): Synonyms {
	const all = new Map<string, string[]>();
	for (const group of settings.synonyms) {
		for (const word of group) {
			all.set(word, [...(all.get(word) ?? []), ...group.filter((other) => other !== word)]);
		}
	}
	return all;
}

/* Only a hint: without an answer there is none. */
export function useSynonyms(): ShallowRef<Synonyms> {
	const synonyms = shallowRef<Synonyms>(new Map());
	void get("/rule-settings", checks.ruleSettingsCheck).then((settings) => (synonyms.value = synonymsOf(settings)), () => undefined);
	return synonyms;
}
