// Reads our C sources for the lint checks.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

function walk(folder) {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) {
			return entry.name === "node_modules" ? [] : walk(path);
		}
		return /\.[ch]$/.test(entry.name) ? [path] : [];
	});
}

/** The text with comments, strings and characters blanked; lines stay where they are. */
function blank(text) {
	const pattern = /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
	return text.replace(pattern, (found) => found.replace(/[^\n]/g, " "));
}

/** @returns {{path: string, text: string, lines: string[], code: string[]}[]} */
export function readSources(folders) {
	return folders.filter((folder) => existsSync(folder)).flatMap(walk).sort().map((path) => {
		const text = readFileSync(path, "utf8");
		return { path, text, lines: text.split("\n"), code: blank(text).split("\n") };
	});
}

/** Function definitions: our layout opens and closes them at the left margin. */
export function functionsOf(source) {
	const found = [];
	let start = -1;
	source.code.forEach((line, index) => {
		if (line === "{" && /^\w.*\(|^\t.*\)\s*$/.test(source.code[index - 1] ?? "")) {
			start = index;
		} else if (line === "}" && start >= 0) {
			found.push({ line: start + 1, length: index - start + 1 });
			start = -1;
		}
	});
	return found;
}
