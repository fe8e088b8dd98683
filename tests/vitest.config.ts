import { defineConfig } from "vitest/config";
import { patienceMs } from "./lib/wait.ts";

/** One project a suite. Each file has a server of its own, so several run at a time: most of their time is
 * waiting. Faults are injected one after another. The browsers' suite tries a failed test once more: a
 * slow machine loses races there; a fault fails twice. */
const suite = (name: string, timeoutMs: number, more: object = {}) => ({
	test: {
		name,
		root: import.meta.dirname,
		include: [`${name}/**/*.test.ts`],
		globalSetup: ["lib/global-setup.ts"],
		testTimeout: timeoutMs,
		hookTimeout: 60_000,
		expect: { poll: { timeout: patienceMs } },
		pool: "forks" as const,
		...more,
	},
});

export default defineConfig({
	test: {
		maxWorkers: 2,
		projects: [
			suite("integration", 40_000),
			suite("fault", 240_000, { fileParallelism: false }),
			suite("e2e", 180_000, { globalSetup: ["lib/global-setup.ts", "lib/browser-setup.ts"], retry: 1 }),
		],
	},
});
