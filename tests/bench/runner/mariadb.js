/* A MariaDB of our own: a fresh data folder, a socket, no network, no binary log, and each
 * commit flushed to the disk. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { runToEnd, startDaemon, waitUntil } from "./processes.js";

const READY_MS = 30_000;
const SOCKET_PATH_MAX = 100;

async function answers(socketPath) {
	if (!existsSync(socketPath)) {
		return false;
	}
	const args = ["--no-defaults", `--socket=${socketPath}`, "-uroot", "-e", "SELECT 1"];
	return runToEnd("mariadb", args, { timeoutMs: 5000 }).then(
		() => true,
		() => false,
	);
}

export async function startMariadb(out) {
	const folder = join(out, "mariadb");
	const user = userInfo().username;
	rmSync(folder, { recursive: true, force: true });
	await runToEnd("mariadb-install-db", [
		"--no-defaults",
		`--user=${user}`,
		`--datadir=${folder}`,
		"--auth-root-authentication-method=normal",
		"--skip-test-db",
	]);
	let socketFolder = folder;
	if (join(folder, "socket").length > SOCKET_PATH_MAX) {
		socketFolder = mkdtempSync(join(tmpdir(), "trunkline-bench-"));
	}
	const socketPath = join(socketFolder, "socket");
	const daemon = startDaemon(
		"mariadbd",
		[
			"--no-defaults",
			`--user=${user}`,
			`--datadir=${folder}`,
			`--socket=${socketPath}`,
			"--skip-networking",
			"--skip-name-resolve",
			"--skip-log-bin",
			"--innodb-flush-log-at-trx-commit=1",
			"--innodb-buffer-pool-size=1G",
			"--innodb-log-file-size=1G",
			"--max-connections=300",
		],
		join(out, "mariadb.log"),
	);
	await waitUntil(daemon, "mariadbd", READY_MS, () => answers(socketPath));
	return {
		pid: daemon.pid,
		socketPath,
		run: (sql) =>
			runToEnd("mariadb", ["--no-defaults", `--socket=${socketPath}`, "-uroot", "-e", sql]),
		async stop() {
			await daemon.stop();
			if (socketFolder !== folder) {
				rmSync(socketFolder, { recursive: true, force: true });
			}
		},
	};
}
