import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The frame: /widget/frame.html, the page for web views: /widget/app.html, and their assets. The loader and the demo page: build.mjs. */
export default defineConfig({
	root: path("app"),
	base: "/widget/",
	oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
	build: {
		target: "chrome88",
		cssTarget: "chrome88",
		outDir: path("../dist/widget"),
		emptyOutDir: true,
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		rolldownOptions: { input: [path("app/frame.html"), path("app/app.html")] },
	},
});
