/* The columns of the list: which there are, and which this browser's user wants to see. */
import { computed, ref, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { readJson, writeJson } from "../../shared/storage";
import { useFields } from "../../stores/fields";
import { useFieldText } from "../customer/useFieldText";
import type { Sort } from "./query";

export interface Column {
	id: string;
	label: string;
	sort?: Sort;
	number?: boolean;
}

const storageKey = "trunkline.customers.columns";
const usual = ["external_id", "phone", "owner", "contact", "updated"];

function saved(): string[] {
	const value = readJson(storageKey);
	return Array.isArray(value) ? value.filter((id): id is string => typeof id === "string") : usual;
}

export function useColumns(): { all: ComputedRef<Column[]>; shown: ComputedRef<Column[]>; isShown: (id: string) => boolean; toggle: (id: string) => void } {
	const { t } = useI18n();
	const fields = useFields();
	const { label } = useFieldText();
	const chosen = ref<readonly string[]>(saved());

	const all = computed<Column[]>(() => [
		{ id: "external_id", label: t("customer.field.external_id") },
		{ id: "phone", label: t("customer.contact.phone") },
		{ id: "owner", label: t("customer.field.owner") },
		{ id: "company", label: t("customer.field.company") },
		{ id: "language", label: t("customer.field.language") },
		...fields.active.map((field) => ({
			id: `field.${field.key}`,
			label: label(field),
			number: field.kind === "number" || field.kind === "money",
		})),
		{ id: "created", label: t("customers.created"), sort: "created" as const, number: true },
		{ id: "contact", label: t("customers.lastContact"), sort: "contact" as const, number: true },
		{ id: "updated", label: t("customers.updated"), sort: "updated" as const, number: true },
	]);

	function toggle(id: string): void {
		chosen.value = chosen.value.includes(id) ? chosen.value.filter((one) => one !== id) : [...chosen.value, id];
		writeJson(storageKey, chosen.value);
	}

	return {
		all,
		shown: computed(() => all.value.filter((column) => chosen.value.includes(column.id))),
		isShown: (id) => chosen.value.includes(id),
		toggle,
	};
}
