/* What the dialog of a field holds, and what it sends. */
import type { Field, FieldChoice, FieldKind, Role } from "../../shared/types";

export interface FieldForm {
	key: string;
	kind: FieldKind;
	label_zh: string;
	label_en: string;
	choices: FieldChoice[];
	edit_role: Role;
	position: number;
	active: boolean;
}

export const kinds: readonly FieldKind[] = ["text", "choice", "multi_choice", "yes_no", "number", "money", "date", "phone"];

export function hasChoices(kind: FieldKind): boolean {
	return kind === "choice" || kind === "multi_choice";
}

export function fieldForm(field: Field | null): FieldForm {
	return {
		key: field?.key ?? "",
		kind: field?.kind ?? "text",
		label_zh: field?.label_zh ?? "",
		label_en: field?.label_en ?? "",
		choices: (field?.choices ?? []).map((choice) => ({ ...choice })),
		edit_role: field?.edit_role ?? "agent",
		position: field?.position ?? 0,
		active: field?.active ?? true,
	};
}

/* "Risk level" → "risk_level"; a Chinese label gives nothing. */
export function keyFrom(label: string): string {
	return label
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "_")
		.replace(/^[^a-z]+|_+$/g, "")
		.slice(0, 40);
}

/* Choices without a key of their own get one that no other has; empty lines are left out. */
export function namedChoices(choices: readonly FieldChoice[]): FieldChoice[] {
	const filled = choices.filter((choice) => choice.zh.trim() !== "" || choice.en.trim() !== "");
	const taken = new Set(filled.map((choice) => choice.key).filter((key) => key !== ""));
	return filled.map((choice) => {
		let key = choice.key || keyFrom(choice.en) || "choice";
		for (let number = 2; choice.key === "" && taken.has(key); number += 1) {
			key = `${keyFrom(choice.en) || "choice"}_${number}`;
		}
		taken.add(key);
		return { key, zh: choice.zh.trim(), en: choice.en.trim() };
	});
}

export function fieldBody(form: FieldForm, field: Field | null): Record<string, unknown> {
	const common = {
		label_zh: form.label_zh,
		label_en: form.label_en,
		edit_role: form.edit_role,
		...(hasChoices(form.kind) ? { choices: namedChoices(form.choices) } : {}),
	};
	return field === null
		? { ...common, key: form.key || keyFrom(form.label_en), kind: form.kind }
		: { ...common, position: form.position, active: form.active, version: field.version };
}
