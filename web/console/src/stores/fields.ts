/* The fields of customers that the house defines, and how their values are written for people. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import { checks, get } from "../app/api";
import { phoneNumber, type Language } from "../shared/format";
import type { Field, FieldValue } from "../shared/types";

/* "thousands" by commas, the decimals as they are: no digit is rounded away. */
function grouped(text: string): string {
	const [whole = "", fraction] = text.split(".");
	const separated = whole.replace(/\B(?=(\d{3})+$)/g, ",");
	return fraction === undefined ? separated : `${separated}.${fraction}`;
}

export function labelOf(field: { label_zh: string; label_en: string; key: string }, language: Language): string {
	const [first, second] = language === "en" ? [field.label_en, field.label_zh] : [field.label_zh, field.label_en];
	return first || second || field.key;
}

export function choiceLabel(field: Field, key: string, language: Language): string {
	const choice = field.choices.find((one) => one.key === key);
	return choice === undefined ? key : labelOf({ key, label_zh: choice.zh, label_en: choice.en }, language);
}

/* `words` says yes and no in the language of the page. */
export function valueText(field: Field, value: FieldValue, language: Language, words: { yes: string; no: string }): string {
	if (value === null || value === "") {
		return "";
	}
	if (typeof value === "boolean" || (field.kind === "yes_no" && typeof value === "string")) {
		return value === true || value === "true" ? words.yes : words.no;
	}
	if (typeof value !== "string") {
		return value.map((key) => choiceLabel(field, key, language)).join(language === "en" ? ", " : "、");
	}
	switch (field.kind) {
		case "number":
		case "money":
			return grouped(value);
		case "choice":
			return choiceLabel(field, value, language);
		case "multi_choice":
			return valueText(field, value.split("\n"), language, words);
		case "phone":
			return phoneNumber(value);
		default:
			return value;
	}
}

export const useFields = defineStore("fields", () => {
	const all = shallowRef<readonly Field[]>([]);
	const loaded = ref(false);
	const active = computed(() => all.value.filter((field) => field.active));
	let asking: Promise<void> | null = null;

	async function read(): Promise<void> {
		all.value = (await get("/fields", checks.fieldListCheck)).items;
		loaded.value = true;
	}

	/* Once for the page, however many ask; `anew` after a definition was changed. */
	function load(anew = false): Promise<void> {
		if (asking === null || anew) {
			asking = read().catch((error: unknown) => {
				asking = null;
				throw error;
			});
		}
		return asking;
	}

	function find(key: string): Field | undefined {
		return all.value.find((field) => field.key === key);
	}

	function clear(): void {
		all.value = [];
		loaded.value = false;
		asking = null;
	}

	return { all, active, loaded, load, find, clear };
});
