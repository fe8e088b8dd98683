/* Where a value comes from, in words: "Import · Zhou Min · 22 Nov". */
import { useI18n } from "vue-i18n";
import { shortMoment, type Language } from "../../shared/format";
import type { CustomerValue } from "../../shared/types";
import { useStaff } from "../../stores/staff";

export function useValueOrigin(): (value: CustomerValue) => string {
	const { t, te, locale } = useI18n();
	const staff = useStaff();
	return (value) => {
		const key = `fields.source.${value.source}`;
		const source = te(key) ? t(key) : value.source;
		const who = value.author.kind === "staff" ? staff.nameOf(value.author.id) || t("common.formerStaff") : "";
		return [source, who, shortMoment(value.at, locale.value as Language)].filter((part) => part !== "").join(" · ");
	};
}
