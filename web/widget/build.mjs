// Builds the frame, the loader and the demo page into web/dist, and refuses to go over budget:
// both are loaded on other people's pages.
import { cpSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "vite";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const dist = path("../dist/");

await build({ configFile: path("vite.config.ts"), logLevel: "warn" });
await build({
	configFile: false,
	root: path("loader"),
	logLevel: "warn",
	build: {
		target: "chrome88",
		outDir: dist,
		emptyOutDir: false,
		lib: { entry: path("loader/loader.ts"), formats: ["iife"], name: "TrunklineLoader", fileName: () => "widget.js" },
	},
});
rmSync(`${dist}demo`, { recursive: true, force: true });
cpSync(path("../demo"), `${dist}demo`, { recursive: true });

const gzipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const assets = readdirSync(`${dist}widget/assets`).filter((name) => /\.(js|css)$/.test(name));
/** A page with all assets but those of the other page. */
const sizeOf = (page, others) => [page, ...assets.filter((name) => !others.test(name)).map((name) => `assets/${name}`)]
	.reduce((sum, file) => sum + gzipped(`${dist}widget/${file}`), 0);
const budgets = [
	["widget.js", 3 * 1024, gzipped(`${dist}widget.js`)],
	["widget frame", 40 * 1024, sizeOf("frame.html", /^app-/)],
	["page of an app", 41 * 1024, sizeOf("app.html", /^frame-/)],
];
for (const [name, budget, size] of budgets) {
	console.log(`${name}: ${size} of ${budget} bytes gzipped`);
	if (size > budget) {
		process.exitCode = 1;
		console.error(`${name} is over its budget`);
	}
}
