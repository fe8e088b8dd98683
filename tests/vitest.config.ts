import { defineConfig } from "vitest/config";

/** One project a suite. Files run one after another: the servers under test get both cores. The
 * browsers' suite tries a failed test once more: a slow machine loses races there; a fault fails twice. */
const suite = (name: string, timeoutMs: number, retry = 0) => ({
	test: {
		name,
		root: import.meta.dirname,
		include: [`${name}/**/*.test.ts`],
		globalSetup: ["lib/global-setup.ts"],
		testTimeout: timeoutMs,
		hookTimeout: 60_000,
		pool: "forks" as const,
		fileParallelism: false,
		retry,
	},
});

export default defineConfig({
	test: {
		fileParallelism: false,
		projects: [suite("integration", 20_000), suite("fault", 240_000), suite("e2e", 60_000, 1)],
	},
});
