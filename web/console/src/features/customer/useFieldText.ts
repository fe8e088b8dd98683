/* The house's fields in the language of the page. */
import { useI18n } from "vue-i18n";
import type { Language } from "../../shared/format";
import type { Field, FieldValue } from "../../shared/types";
import { choiceLabel, labelOf, useFields, valueText } from "../../stores/fields";

export interface FieldText {
	label: (field: Field) => string;
	choice: (field: Field, key: string) => string;
	text: (field: Field, value: FieldValue) => string;
	describe: (key: string, value: string) => { name: string; text: string } | null;
}

export function useFieldText(): FieldText {
	const { t, locale } = useI18n();
	const fields = useFields();
	const language = (): Language => locale.value as Language;

	function text(field: Field, value: FieldValue): string {
		return valueText(field, value, language(), { yes: t("fields.yes"), no: t("fields.no") });
	}

	return {
		label: (field) => labelOf(field, language()),
		choice: (field, key) => choiceLabel(field, key, language()),
		text,
		describe: (key, value) => {
			const field = fields.find(key);
			return field === undefined ? null : { name: labelOf(field, language()), text: text(field, value) };
		},
	};
}
