/* The list's address, what is asked of the server for it, and how the house's fields are written. */
import { describe, expect, it } from "vitest";
import { fieldBody, fieldForm, keyFrom, namedChoices } from "../../src/features/admin/fieldForm";
import { countFilters, readQuery, readWish, restQuery, writeQuery, writeWish } from "../../src/features/customers/query";
import type { Field } from "../../src/shared/types";
import { labelOf, valueText } from "../../src/stores/fields";

const field: Field = {
	id: "1",
	key: "risk",
	kind: "choice",
	label_zh: "风险等级",
	label_en: "",
	choices: [
		{ key: "bold", zh: "进取", en: "Bold" },
		{ key: "careful", zh: "保守", en: "" },
	],
	edit_role: "agent",
	position: 1,
	active: true,
	created_at: "2026-11-22T00:00:00.000Z",
	version: 1,
};
const words = { yes: "Yes", no: "No" };

describe("the address of a list", () => {
	it("says the same when read and written again", () => {
		const address = { q: "林", owner: "none", contact: "not90", "f.risk": "is:bold", "f.assets": "1000..", "f.memo": "has:vip", "f.birthday": "empty", sort: "name", order: "desc" };
		const query = readQuery(address);
		expect(writeQuery(query)).toEqual(address);
		expect(countFilters(query)).toBe(6);
	});

	it("forgets what means nothing", () => {
		expect(writeQuery(readQuery({ owner: "me", contact: "sometimes", sort: "size", "f.Risk": "is:bold", "f.risk": "..", known: "perhaps" }))).toEqual({});
	});

	it("keeps the parts of a wish", () => {
		for (const text of ["is:a:b", "has:1..2", "2026-01-01..2026-02-01", "..5", "empty"]) {
			expect(writeWish(readWish(text) ?? {})).toBe(text);
		}
	});

	it("becomes the parameters of the server", () => {
		const now = Date.parse("2026-11-22T00:00:00.000Z");
		const query = readQuery({ contact: "not30", created: "in7", "f.assets": "1000..2000", sort: "name" });
		expect(restQuery(query, now)).toEqual({
			contact_to: "2026-10-23T00:00:00.000Z",
			created_from: "2026-11-15T00:00:00.000Z",
			where: '[{"key":"assets","from":"1000","to":"2000"}]',
			sort: "name",
			order: "asc",
		});
	});
});

describe("a field of the house", () => {
	it("is written in the language of the page, or in the other one", () => {
		expect(labelOf(field, "en")).toBe("风险等级");
		expect(valueText(field, "bold", "en", words)).toBe("Bold");
		expect(valueText(field, "careful", "en", words)).toBe("保守");
		expect(valueText({ ...field, kind: "multi_choice" }, ["bold", "careful"], "zh-CN", words)).toBe("进取、保守");
		expect(valueText({ ...field, kind: "multi_choice" }, "bold\ncareful", "zh-CN", words)).toBe("进取、保守");
		expect(valueText({ ...field, kind: "money" }, "-1234567.80", "en", words)).toBe("-1,234,567.80");
		expect(valueText({ ...field, kind: "yes_no" }, false, "en", words)).toBe("No");
		expect(valueText(field, null, "en", words)).toBe("");
	});

	it("gets keys that integrators can write", () => {
		expect(keyFrom("Risk level (2026)")).toBe("risk_level_2026");
		expect(keyFrom("风险")).toBe("");
		expect(namedChoices([{ key: "", zh: "甲", en: "" }, { key: "", zh: "乙", en: "" }, { key: "", zh: " ", en: "" }]).map((choice) => choice.key)).toEqual(["choice", "choice_2"]);
	});

	it("sends what may change", () => {
		const form = fieldForm(field);
		form.active = false;
		expect(fieldBody(form, field)).toMatchObject({ active: false, version: 1, position: 1, choices: field.choices });
		expect(fieldBody({ ...fieldForm(null), label_en: "Risk" }, null)).toEqual({ label_zh: "", label_en: "Risk", edit_role: "agent", key: "risk", kind: "text" });
	});
});
