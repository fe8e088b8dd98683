// Makes src/generated/{types,checks}.ts from schema.json. Run with --check to fail when what is
// committed is not what the schema says.
//
// Only the part of JSON Schema that schema.json uses is understood; anything else is an error,
// so that nothing of the contract is dropped silently.
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";

const root = new URL("..", import.meta.url);
const schema = JSON.parse(readFileSync(new URL("schema.json", root), "utf8"));
const definitions = schema.$defs;

const refName = (node) => {
	const match = /^#\/\$defs\/(\w+)$/.exec(node.$ref ?? "");
	if (!match || !(match[1] in definitions)) {
		throw new Error(`bad reference: ${JSON.stringify(node)}`);
	}
	return match[1];
};
const typeName = (name) => name[0].toUpperCase() + name.slice(1);
const checkName = (name) => `${name}Check`;
const literal = (value) => JSON.stringify(value);
const documentation = (node, indent) =>
	node.description ? `${indent}/** ${node.description.replaceAll("*/", "* /")} */\n` : "";

/** The members of an object, those of its base (allOf) first. */
function membersOf(node) {
	const members = new Map();
	for (const base of node.allOf ?? []) {
		for (const [key, member] of membersOf(definitions[refName(base)])) {
			members.set(key, member);
		}
	}
	for (const [key, value] of Object.entries(node.properties ?? {})) {
		members.set(key, { value, optional: !(node.required ?? []).includes(key) });
	}
	return members;
}

const isMap = (node) => node.type === "object" && typeof node.additionalProperties === "object";
const isObject = (node) => node.type === "object" && !isMap(node);

function typeOf(node) {
	if (node.$ref) return typeName(refName(node));
	if ("const" in node) return literal(node.const);
	if (node.enum) return node.enum.map(literal).join(" | ");
	if (node.anyOf) return node.anyOf.map(typeOf).join(" | ");
	if (node.oneOf) return node.oneOf.map(typeOf).join(" | ");
	if (Array.isArray(node.type)) return node.type.map((type) => typeOf({ ...node, type })).join(" | ");
	if (isMap(node)) return `Record<string, ${typeOf(node.additionalProperties)}>`;
	if (isObject(node)) return `{ ${[...membersOf(node)].map(member).join("; ")} }`;
	switch (node.type) {
		case "string": return "string";
		case "integer": return "number";
		case "boolean": return "boolean";
		case "null": return "null";
		case "array": return `readonly ${wrap(typeOf(node.items))}[]`;
	}
	throw new Error(`cannot type ${JSON.stringify(node)}`);
}

const wrap = (text) => (text.includes(" ") ? `(${text})` : text);
const member = ([key, { value, optional }]) => `${key}${optional ? "?" : ""}: ${typeOf(value)}`;

function interfaceOf(name, node) {
	const bases = (node.allOf ?? []).map((base) => typeName(refName(base)));
	const extending = bases.length > 0 ? ` extends ${bases.join(", ")}` : "";
	const required = node.required ?? [];
	const own = Object.entries(node.properties ?? {}).map(([key, value]) =>
		`${documentation(value, "\t")}\treadonly ${member([key, { value, optional: !required.includes(key) }])};\n`);
	if (own.length === 0 && bases.length === 0) {
		return `export type ${typeName(name)} = Readonly<Record<never, never>>;\n`;
	}
	return `export interface ${typeName(name)}${extending} {\n${own.join("")}}\n`;
}

function checkOf(node) {
	if (node.$ref) return checkName(refName(node));
	if ("const" in node) return `v.literal(${literal(node.const)})`;
	if (node.enum) return `v.picklist([${node.enum.map(literal).join(", ")}])`;
	if (node.anyOf) return nullable(node.anyOf.filter((part) => part.type !== "null"));
	if (node.oneOf) {
		return `v.variant(${literal(node["x-discriminator"])}, [${node.oneOf.map(checkOf).join(", ")}])`;
	}
	if (Array.isArray(node.type)) {
		return nullable(node.type.filter((type) => type !== "null").map((type) => ({ ...node, type })));
	}
	if (isMap(node)) return `v.record(v.string(), ${checkOf(node.additionalProperties)})`;
	if (isObject(node)) {
		const members = [...membersOf(node)].map(([key, { value, optional }]) =>
			`\t${key}: ${optional ? `v.exactOptional(${checkOf(value)})` : checkOf(value)},\n`);
		return `v.object({\n${members.join("")}})`;
	}
	const pipe = (start, rules) => (rules.length > 0 ? `v.pipe(${[start, ...rules].join(", ")})` : start);
	switch (node.type) {
		case "string":
			return pipe("v.string()", [
				...("pattern" in node ? [`v.regex(/${node.pattern}/)`] : []),
				...("maxLength" in node ? [`v.maxLength(${node.maxLength})`] : []),
			]);
		case "integer":
			return pipe("v.number()", [
				"v.safeInteger()",
				...("minimum" in node ? [`v.minValue(${node.minimum})`] : []),
				...("maximum" in node ? [`v.maxValue(${node.maximum})`] : []),
			]);
		case "boolean": return "v.boolean()";
		case "array":
			return pipe(`v.array(${checkOf(node.items)})`,
				"maxItems" in node ? [`v.maxLength(${node.maxItems})`] : []);
	}
	throw new Error(`cannot check ${JSON.stringify(node)}`);
}

function nullable(parts) {
	if (parts.length === 0) {
		throw new Error("null alone is nothing");
	}
	if (parts.length === 1) {
		return `v.nullable(${checkOf(parts[0])})`;
	}
	return `v.nullable(v.union([${parts.map(checkOf).join(", ")}]))`;
}

/** Definitions in an order in which each comes after what it refers to. */
function ordered() {
	const done = new Set();
	const visiting = new Set();
	const visit = (name) => {
		if (done.has(name)) return;
		if (visiting.has(name)) throw new Error(`${name} refers to itself`);
		visiting.add(name);
		JSON.stringify(definitions[name], (key, value) => {
			if (key === "$ref") visit(refName({ $ref: value }));
			return value;
		});
		done.add(name);
	};
	Object.keys(definitions).forEach(visit);
	return [...done];
}

const notice = "// Made by scripts/generate.mjs from schema.json. Do not edit.\n";
const names = ordered();

const types = names.map((name) => {
	const node = definitions[name];
	const body = isObject(node) ? interfaceOf(name, node) : `export type ${typeName(name)} = ${typeOf(node)};\n`;
	return documentation(node, "") + body;
}).join("\n");

const checks = names.map((name) => `export const ${checkName(name)} = ${checkOf(definitions[name])};\n`);

// Compiled, never run: what the checks let through is what the types say.
const proofs = names.map((name) =>
	`\t${name}: ${checkName(name)} satisfies v.GenericSchema<unknown, types.${typeName(name)}>,\n`);

const files = {
	"src/generated/types.ts": `${notice}\n${types}`,
	"src/generated/checks.ts": `${notice}import * as v from "valibot";\n\n${checks.join("\n")}`,
	"src/generated/proof.ts":
		`${notice}import type * as v from "valibot";\n\nimport * as checks from "./checks";\nimport type * as types from "./types";\n\n` +
		`/** Compiled only: each check lets through what its type says. Also the checks by name. */\n` +
		`export const byName = {\n${proofs.join("").replaceAll(/: (\w+Check)/g, ": checks.$1")}};\n`,
};

mkdirSync(new URL("src/generated/", root), { recursive: true });
let stale = false;
for (const [path, text] of Object.entries(files)) {
	const url = new URL(path, root);
	let before = "";
	try {
		before = readFileSync(url, "utf8");
	} catch {
		// Not made yet.
	}
	if (before === text) continue;
	if (process.argv.includes("--check")) {
		console.error(`${path} is not what schema.json says: npm run generate -w protocol`);
		stale = true;
	} else {
		writeFileSync(url, text);
	}
}
process.exitCode = stale ? 1 : 0;
