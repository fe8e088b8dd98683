import { defineConfig } from "vitest/config";

/** Needs the built pages (npm run build) and Chromium. */
export default defineConfig({
	test: {
		name: "widget-browser",
		// Once more when a slow machine lost the race of a real browser; a fault fails twice.
		retry: 1,
		include: ["*.browser.ts"],
		testTimeout: 40_000,
		hookTimeout: 40_000,
		expect: { poll: { timeout: 8_000 } },
	},
});
