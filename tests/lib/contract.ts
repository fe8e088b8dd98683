/** What the server answers is what its description says: every answer that a test receives is held
 * against server/api/openapi.json, and every body that was accepted as well. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

type Node = Record<string, unknown>;

interface Operation {
	readonly method: string;
	readonly template: string;
	readonly path: RegExp;
	readonly pointer: string;
	readonly body: Node;
}

export interface Exchange {
	method: string;
	url: string;
	status: number;
	sent: unknown;
	received: unknown;
}

const file = join(import.meta.dirname, "..", "..", "server", "api", "openapi.json");
const document = JSON.parse(readFileSync(file, "utf8")) as { paths: Record<string, Record<string, Node>>; components: { schemas: Record<string, Node>; responses: Record<string, Node> } };

function isNode(value: unknown): value is Node {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names of the schemas that others are put together of: those alone do not list all members. */
function parts(value: unknown, found = new Set<string>()): Set<string> {
	if (Array.isArray(value)) {
		value.forEach((one) => parts(one, found));
	} else if (isNode(value)) {
		for (const one of Array.isArray(value["allOf"]) ? value["allOf"] : []) {
			const name = /^#\/components\/schemas\/(\w+)$/.exec(String((one as Node)["$ref"]))?.[1];
			if (name !== undefined) {
				found.add(name);
			}
		}
		Object.values(value).forEach((one) => parts(one, found));
	}
	return found;
}

/** Closes each object: a member that nobody described is a fault of the description. */
function closed(value: unknown, open: boolean): unknown {
	if (Array.isArray(value)) {
		return value.map((one: unknown) => closed(one, false));
	}
	if (!isNode(value)) {
		return value;
	}
	const copy: Node = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key === "allOf" ? one : closed(one, false)]));
	if (!open && isNode(value["properties"]) && value["type"] === "object" && !("additionalProperties" in value)) {
		copy["unevaluatedProperties"] = false;
	}
	return copy;
}

function closedDocument(): Node {
	const open = parts(document);
	const schemas = Object.fromEntries(Object.entries(document.components.schemas).map(([name, schema]) => [name, closed(schema, open.has(name))]));
	return { ...(closed(document, true) as Node), components: { ...document.components, schemas } };
}

const escape = (part: string): string => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([template, methods]) =>
	Object.entries(methods).filter(([method]) => method !== "parameters").map(([method, body]) => ({
		method: method.toUpperCase(),
		template,
		path: new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
		pointer: `api#/paths/${escape(template)}/${method}`,
		body,
	})),
);

function describedBy(description: Node): Ajv2020 {
	const ajv = new Ajv2020({ strict: false, allErrors: true });
	addFormats.default(ajv);
	return ajv.addSchema({ $id: "api", ...description });
}

const answers = describedBy(closedDocument());
/** The server ignores members that it does not know. */
const requests = describedBy({ ...document });

/** Of any path, for what is no HTTP of ours, or too much of it. */
const wireStatuses: readonly number[] = [400, 405, 411, 413, 414, 417, 431, 501, 505];

/** "/staff/me" is itself, not a "/staff/{id}". */
function operationOf(method: string, path: string): Operation | undefined {
	const found = operations.filter((one) => one.method === method && one.path.test(path));
	return found.find((one) => one.template === path) ?? found[0];
}

function schemaOfAnswer(operation: Operation, status: number): { known: boolean; pointer?: string } {
	const answer = (operation.body["responses"] as Record<string, Node>)[String(status)];
	const reference = answer === undefined ? undefined : /^#\/components\/responses\/(\w+)$/.exec(String(answer["$ref"]))?.[1];
	const content = (reference === undefined ? answer : document.components.responses[reference])?.["content"];
	if (!isNode(content) || !("application/json" in content)) {
		return { known: answer !== undefined };
	}
	const base = reference === undefined ? `${operation.pointer}/responses/${status}` : `api#/components/responses/${reference}`;
	return { known: true, pointer: `${base}/content/application~1json/schema` };
}

function check(ajv: Ajv2020, what: string, pointer: string, value: unknown): void {
	const validate = ajv.getSchema(pointer) ?? ajv.compile({ $ref: pointer });
	if (!validate(value)) {
		const errors = (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ""} ${JSON.stringify(error.params)}`);
		throw new Error(`${what} is not as openapi.json says:\n  ${errors.slice(0, 8).join("\n  ")}\n  ${JSON.stringify(value).slice(0, 600)}`);
	}
}

/** Of what both describe: names of the schemas that differ from the protocol's. */
export function differencesFrom(protocol: Record<string, Node>): string[] {
	const remark = (key: string, value: unknown): boolean => key === "x-discriminator" || (key === "description" && typeof value === "string");
	const text = (schema: unknown): string =>
		JSON.stringify(schema, (key, value: unknown) => (remark(key, value) ? undefined : value)).replaceAll("#/components/schemas/", "#/$defs/");
	return Object.entries(document.components.schemas)
		.filter(([name, schema]) => text(schema) !== text(protocol[name] ?? schema))
		.map(([name]) => name);
}

/** Throws when an answer, or a body that was accepted, is not as described. Gives the operation. */
export function expectDescribed(exchange: Exchange): string | undefined {
	const path = new URL(exchange.url).pathname;
	const operation = operationOf(exchange.method, path);
	const what = `${exchange.method} ${path}: ${exchange.status}`;
	if (operation === undefined) {
		if (path.startsWith("/api/v1/") && ![404, 405, 400].includes(exchange.status)) {
			throw new Error(`${what}: openapi.json does not know it`);
		}
		return undefined;
	}
	const { known, pointer } = schemaOfAnswer(operation, exchange.status);
	if (!known && !wireStatuses.includes(exchange.status)) {
		throw new Error(`${what}: a status that openapi.json does not mention`);
	}
	if (!known) {
		check(answers, what, "api#/components/schemas/restError", exchange.received);
	} else if (pointer !== undefined) {
		check(answers, what, pointer, exchange.received);
	}
	const accepts = (operation.body["requestBody"] as Node | undefined)?.["content"];
	if (exchange.status < 300 && isNode(exchange.sent) && isNode(accepts) && "application/json" in accepts) {
		check(requests, `${what}: the body that was sent`, `${operation.pointer}/requestBody/content/application~1json/schema`, exchange.sent);
	}
	return `${operation.method} ${operation.template}`;
}
