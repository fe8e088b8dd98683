import { defineConfig } from "vitest/config";

// One project a package: each has its own environment and, for the console, its own plugins.
export default defineConfig({
	test: {
		projects: [
			{ test: { name: "protocol", root: "protocol", include: ["tests/**/*.test.ts"] } },
			{ test: { name: "client", root: "client", include: ["tests/**/*.test.ts"] } },
			{ test: { name: "i18n", root: "i18n", include: ["tests/**/*.test.ts"] } },
			{ test: { name: "ui", root: "ui", include: ["tests/**/*.test.ts"], environment: "happy-dom" } },
			{ extends: "./widget/vite.config.ts", test: { name: "widget", root: "widget", include: ["tests/**/*.test.{ts,tsx}"], environment: "happy-dom" } },
			"widget/tests/browser/vitest.config.ts",
			"console/vite.config.ts",
		],
	},
});
