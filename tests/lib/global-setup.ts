/** One private MariaDB for the whole run; every server under test gets a database of its own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
	interface ProvidedContext {
		mariadbSocket: string;
		mariadbFolder: string;
	}
}

const script = join(import.meta.dirname, "mariadb.sh");

export default function setup(project: TestProject): () => void {
	const folder = mkdtempSync(join(tmpdir(), "trunkline-mariadb-"));
	const socket = execFileSync(script, ["start", folder], { encoding: "utf8" }).trim();
	project.provide("mariadbSocket", socket);
	project.provide("mariadbFolder", folder);
	return () => {
		execFileSync(script, ["stop", folder]);
		rmSync(folder, { recursive: true, force: true });
	};
}
