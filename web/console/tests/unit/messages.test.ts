// @vitest-environment node
/* Every message that the pages name exists, in both languages by type; and none is left over. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createI18n } from "vue-i18n";
import { describe, expect, it } from "vitest";
import { loadMessages } from "@trunkline/i18n/console";

const root = fileURLToPath(new URL("../../src", import.meta.url));

function sources(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = `${folder}/${entry.name}`;
		if (entry.isDirectory()) {
			return sources(path);
		}
		return /\.(ts|vue)$/.test(entry.name) ? [readFileSync(path, "utf8")] : [];
	});
}

function flatten(node: object, prefix = ""): string[] {
	return Object.entries(node).flatMap(([key, value]) =>
		typeof value === "object" && value !== null ? flatten(value, `${prefix}${key}.`) : [prefix + key],
	);
}

describe("messages", () => {
	it("are there for every key that is named", async () => {
		const keys = new Set(flatten(await loadMessages("zh-CN")));
		const areas = new Set([...keys].map((key) => key.split(".")[0]));
		const call = /(?:\bt\(|\? |: )["'`]([a-zA-Z]+(?:\.[a-zA-Z_]+)+)["'`]/g;
		const named = sources(root).flatMap((text) => [...text.matchAll(call)].map((match) => match[1] ?? ""));
		const missing = named.filter((key) => areas.has(key.split(".")[0]) && !keys.has(key));
		expect([...new Set(missing)]).toEqual([]);
	});

	it("can be filled in, in both languages", async () => {
		for (const locale of ["zh-CN", "en"] as const) {
			const messages = await loadMessages(locale);
			const i18n = createI18n({ legacy: false, locale, messages: { [locale]: messages }, missingWarn: true });
			for (const key of flatten(messages)) {
				expect(i18n.global.t(key, { name: "x", count: 2 }, 2), key).not.toBe(key);
			}
		}
	});

	it("are all used", async () => {
		const text = sources(root).join("\n");
		const unused = flatten(await loadMessages("zh-CN")).filter((key) => {
			const parts = key.split(".");
			/* The last parts may be put together from what the server names. */
			const dynamic = parts.slice(0, -1).some((_, index) => text.includes(`${parts.slice(0, index + 1).join(".")}.\${`));
			return !dynamic && !text.includes(`"${key}"`) && !text.includes(`'${key}'`) && !text.includes(`\`${key}\``);
		});
		expect(unused).toEqual([]);
	});
});
