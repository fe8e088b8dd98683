import { defineConfig } from "vitest/config";

/** One project a suite. Each file has a server of its own, so two run at a time: most of their time is
 * waiting. Faults are injected one after another. The browsers' suite tries a failed test once more: a
 * slow machine loses races there; a fault fails twice. */
const suite = (name: string, timeoutMs: number, retry = 0, fileParallelism = true) => ({
	test: {
		name,
		root: import.meta.dirname,
		include: [`${name}/**/*.test.ts`],
		globalSetup: ["lib/global-setup.ts"],
		testTimeout: timeoutMs,
		hookTimeout: 60_000,
		pool: "forks" as const,
		fileParallelism,
		retry,
	},
});

export default defineConfig({
	test: {
		maxWorkers: 2,
		projects: [suite("integration", 40_000), suite("fault", 240_000, 0, false), suite("e2e", 90_000, 1)],
	},
});
