import vue from "@vitejs/plugin-vue";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const server = process.env["TRUNKLINE_SERVER"] ?? "http://127.0.0.1:8080";

export default defineConfig({
	root: fileURLToPath(new URL(".", import.meta.url)),
	base: "/console/",
	plugins: [vue()],
	define: {
		__VUE_OPTIONS_API__: "true",
		__VUE_PROD_DEVTOOLS__: "false",
		__VUE_I18N_LEGACY_API__: "false",
		__VUE_I18N_FULL_INSTALL__: "false",
		__INTLIFY_PROD_DEVTOOLS__: "false",
	},
	build: {
		target: "chrome88",
		cssTarget: "chrome88",
		outDir: fileURLToPath(new URL("../dist/console", import.meta.url)),
		emptyOutDir: true,
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
	},
	test: {
		name: "console",
		environment: "happy-dom",
		include: ["tests/unit/**/*.test.ts"],
	},
	server: {
		proxy: {
			"/api": { target: server },
			"/ws": { target: server, ws: true },
		},
	},
});
