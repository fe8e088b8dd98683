import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import Ajv from "ajv/dist/2020";
import { describe, expect, it } from "vitest";

import schema from "../schema.json";
import { byName } from "../src/generated/proof";
import { parseWith, ProtocolError, type Check } from "../src";

const unionOf: Record<string, keyof typeof schema.$defs> = {
	"console-client": "consoleClientFrame",
	"console-server": "consoleServerFrame",
	"widget-client": "widgetClientFrame",
	"widget-server": "widgetServerFrame",
};

const folder = new URL("../fixtures/", import.meta.url);
const fixtures = readdirSync(folder).map((file) => {
	const [group = "", name = ""] = file.split(".");
	const value: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
	return { file, group, definition: unionOf[group] ?? (name as keyof typeof schema.$defs), value };
});

const ajv = new Ajv({ strict: false });
ajv.addSchema(schema, "protocol");

const checkOf = (name: string): Check<unknown> => {
	const check = (byName as Record<string, Check<unknown>>)[name];
	if (!check) {
		throw new Error(`no check named ${name}`);
	}
	return check;
};

/** Every way to break an object by leaving out one member that must be there. */
function* withoutOneMember(value: unknown, required: readonly string[]): Generator<unknown> {
	for (const key of required) {
		yield Object.fromEntries(Object.entries(value as object).filter(([name]) => name !== key));
	}
}

describe("schema", () => {
	it("is what the generated code was made from", () => {
		const script = fileURLToPath(new URL("../scripts/generate.mjs", import.meta.url));
		execFileSync(process.execPath, [script, "--check"]);
	});

	it("has a fixture for every frame", () => {
		for (const [group, union] of Object.entries(unionOf)) {
			const frames = (schema.$defs[union] as unknown as { oneOf: { $ref: string }[] }).oneOf;
			const kinds = frames.map(({ $ref }) => {
				const name = $ref.replace("#/$defs/", "") as keyof typeof schema.$defs;
				const node = schema.$defs[name] as unknown as { properties: { t: { const: string } } };
				return node.properties.t.const;
			});
			const shown = fixtures
				.filter((fixture) => fixture.group === group)
				.map((fixture) => (fixture.value as { t: string }).t);
			expect([...new Set(shown)].sort()).toEqual([...kinds].sort());
		}
	});

	it("has a fixture with every kind of entry", () => {
		const kinds = fixtures
			.flatMap(({ value }) => (value as { entries?: { kind: string }[] }).entries ?? [])
			.map((entry) => entry.kind);
		expect(schema.$defs.entryKind.enum.filter((kind) => !kinds.includes(kind))).toEqual([]);
	});
});

describe.each(fixtures)("$file", ({ definition, value }) => {
	const validate = ajv.getSchema(`protocol#/$defs/${definition}`);

	it("holds to the schema, and its check changes nothing", () => {
		expect(validate?.(value), JSON.stringify(validate?.errors)).toBe(true);
		expect(parseWith(checkOf(definition), value)).toEqual(value);
	});

	it("may carry members that nobody knows yet", () => {
		const extended = { ...(value as object), invented: { later: true } };
		expect(parseWith(checkOf(definition), extended)).toEqual(value);
	});

	it("is refused by schema and check alike when a member is missing", () => {
		const union = (schema.$defs[definition] as { oneOf?: { $ref: string }[] }).oneOf;
		const kind = (value as { t?: string }).t;
		const nodes = union
			? union.map(({ $ref }) => schema.$defs[$ref.replace("#/$defs/", "") as keyof typeof schema.$defs])
			: [schema.$defs[definition]];
		const node = nodes.find((candidate) => {
			const properties = (candidate as { properties?: { t?: { const?: string } } }).properties;
			return !union || properties?.t?.const === kind;
		}) as { required?: string[] };
		for (const broken of withoutOneMember(value, node.required ?? [])) {
			expect(validate?.(broken)).toBe(false);
			expect(() => parseWith(checkOf(definition), broken)).toThrow(ProtocolError);
		}
	});
});
