/** The examples of docs/api.md, sent to a server in their order and compared with what they promise. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { staff, type Answer, type Loose, type Staff } from "../lib/people.ts";
import { startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

interface Example {
	method: string;
	path: string;
	body: string;
	status: number;
	/** JSON with the marks of the page, or how a text begins. */
	answer: string;
}

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "api.md"), "utf8");

function read(block: string): Example {
	const found = /^(\w+) (\S+)(?: (.+))?\n(\d{3})(?: (.+))?$/.exec(block.trim());
	if (found === null) {
		throw new Error(`no example: ${block}`);
	}
	const [, method = "", path = "", body = "", status = "", answer = ""] = found;
	return { method, path, body, status: Number(status), answer };
}

/** The sections that have examples, with them. */
const sections = page.split(/^### /m).slice(1).map((section) => ({
	title: section.slice(0, section.indexOf("\n")),
	examples: [...section.matchAll(/```http\n([^`]+)```/g)].flatMap(([, text = ""]) => text.trim().split(/\n\n+/).map(read)),
})).filter(({ examples }) => examples.length > 0);

const anything = "\u2026";
const more = "\u2026more";

/** "…" as JSON: a value, or a member (an item) that says that others may follow. */
function parse(answer: string): Loose {
	return JSON.parse(answer
		.replace(/\[…\]/g, `["${more}"]`)
		.replace(/([{,])…(?=})/g, `$1"${more}":0`)
		.replace(/,…(?=\])/g, `,"${more}"`)
		.replace(/:…(?=[,}])/g, `:"${anything}"`));
}

describe("the examples of the REST API", () => {
	const names = new Map<string, string>();
	let server: TestServer;
	let boss: Staff;

	beforeAll(async () => {
		server = await startServer();
		boss = await staff(server, "boss");
	});
	afterAll(() => server.dispose());

	const named = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => names.get(name) ?? whole);

	function compare(expected: Loose, found: Loose, where: string): void {
		if (expected === anything) {
			expect(found, where).toBeDefined();
		} else if (typeof expected === "string") {
			const name = /^<(\w+)>$/.exec(expected)?.[1];
			if (name !== undefined) {
				expect(found, where).toMatch(/^\d+$/);
				names.set(name, found);
			} else {
				expect(found, where).toBe(named(expected));
			}
		} else if (Array.isArray(expected)) {
			const items = expected.filter((item) => item !== more);
			expect(Array.isArray(found), where).toBe(true);
			expect(found.length, where)[items.length < expected.length ? "toBeGreaterThanOrEqual" : "toBe"](items.length);
			items.forEach((item, i) => compare(item, found[i], `${where}[${i}]`));
		} else if (typeof expected === "object" && expected !== null) {
			const keys = Object.keys(expected).filter((key) => key !== more);
			if (!(more in expected)) {
				expect(Object.keys(found).sort(), where).toEqual(keys.sort());
			}
			keys.forEach((key) => compare(expected[key], found?.[key], `${where}.${key}`));
		} else {
			expect(found, where).toBe(expected);
		}
	}

	async function ask(example: Example): Promise<Answer<Loose>> {
		const body = example.body === "" ? undefined : JSON.parse(named(example.body));
		return boss.request(example.method, named(example.path), body);
	}

	function judge(example: Example, found: Answer<Loose>): void {
		const where = `${example.method} ${example.path}: ${JSON.stringify(found.body)}`;
		expect(found.status, where).toBe(example.status);
		if (example.answer.startsWith("{")) {
			compare(parse(example.answer), found.body, where);
		} else {
			expect(String(found.body).startsWith(example.answer), where).toBe(true);
		}
	}

	test("there are some for each part of it", () => {
		expect(sections.map(({ title }) => title)).toEqual(["Rules", "Watched phrases", "Hours", "Tags", "Search", "Exports", "Mail"]);
	});

	test.each(sections)("$title", async ({ examples }) => {
		for (const example of examples) {
			let found = await ask(example);
			/* What is only read may still be on its way: to the index, to the rules in force. */
			if (example.method === "GET" || example.path.endsWith("/test")) {
				await until("it is as the page says", async () => {
					try {
						judge(example, found);
						return true;
					} catch {
						found = await ask(example);
						return false;
					}
				}, 5000).catch(() => undefined);
			}
			judge(example, found);
		}
	});
});
