// Fails when zh-CN and en differ in keys or placeholders, when a message is empty, or when Han
// characters stand in English.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { runnerImport } from "vite";

const root = fileURLToPath(new URL("../src", import.meta.url));

const files = readdirSync(root, { recursive: true })
	.map((path) => join(root, path))
	.filter((path) => /(^|\.|\/)(zh-CN|en)\.ts$/.test(path));

const load = async (path) => (await runnerImport(path, { logLevel: "error" })).module.default;

function flatten(node, prefix = "", into = new Map()) {
	for (const [key, value] of Object.entries(node)) {
		if (typeof value === "string") {
			into.set(prefix + key, value);
		} else {
			flatten(value, `${prefix}${key}.`, into);
		}
	}
	return into;
}

const placeholders = (text) =>
	[...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join(" ");

const partner = (path) =>
	path.endsWith("zh-CN.ts") ? path.replace(/zh-CN\.ts$/, "en.ts") : path.replace(/en\.ts$/, "zh-CN.ts");

const problems = [];
let count = 0;
for (const path of files) {
	const area = relative(root, path);
	if (!existsSync(partner(path))) {
		problems.push(`${area}: ${relative(dirname(path), partner(path))} is missing`);
		continue;
	}
	if (!path.endsWith("zh-CN.ts")) {
		continue;
	}
	const chinese = flatten(await load(path));
	const english = flatten(await load(partner(path)));
	count += chinese.size;
	for (const key of new Set([...chinese.keys(), ...english.keys()])) {
		const zh = chinese.get(key);
		const en = english.get(key);
		if (zh === undefined || en === undefined) {
			problems.push(`${area}: ${key} is missing in ${zh === undefined ? "zh-CN" : "en"}`);
		} else if (zh.trim() === "" || en.trim() === "") {
			problems.push(`${area}: ${key} is empty`);
		} else if (placeholders(zh) !== placeholders(en)) {
			problems.push(`${area}: ${key} has other placeholders: ${placeholders(zh)} | ${placeholders(en)}`);
		} else if (zh !== en && /\p{Script=Han}/u.test(en)) {
			problems.push(`${area}: ${key} has Chinese in its English: ${en}`);
		}
	}
}
problems.forEach((problem) => console.error(problem));
console.log(`i18n: ${count} messages in 2 languages, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);
