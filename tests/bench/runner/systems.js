/* What is measured. A system is { name, protocol, database, start } and start(agents) resolves
 * to { pid, port, databasePid, stop, plan }; plan, where there is one, names the file that the
 * load client needs for so many customers and agents. */
import { join } from "node:path";
import { freePort, startDaemon, waitForPort } from "./processes.js";

async function startOnPort(command, argsFor, log, databasePid) {
	const port = await freePort();
	const daemon = startDaemon(command, argsFor(port), log);
	try {
		await waitForPort(daemon, port, command);
	} catch (error) {
		await daemon.stop("SIGKILL");
		throw error;
	}
	return { pid: daemon.pid, port, databasePid, stop: () => daemon.stop("SIGKILL") };
}

export function limit(out, database, mariadb) {
	const isSqlite = database === "sqlite";
	return {
		name: `limit ${database}`,
		kind: "limit",
		protocol: "pairs",
		database,
		start: (agents) =>
			startOnPort(
				join(out, "limit"),
				(port) =>
					isSqlite
						? [port, agents, "sqlite", join(out, "limit.db")]
						: [port, agents, "mysql", mariadb.socketPath],
				join(out, "limit.log"),
				isSqlite ? undefined : mariadb.pid,
			),
	};
}

function peer(here, out, mariadb, name, script, protocol) {
	return {
		name,
		kind: "peer",
		protocol,
		database: "mariadb",
		start: (agents) =>
			startOnPort(
				process.execPath,
				(port) => [join(here, "peers", script), port, agents, mariadb.socketPath],
				join(out, "peers.log"),
				mariadb.pid,
			),
	};
}

export function peers(here, out, mariadb) {
	return [
		peer(here, out, mariadb, "node ws await", "ws_await.js", "pairs"),
		peer(here, out, mariadb, "node ws group commit", "ws_group.js", "pairs"),
		peer(here, out, mariadb, "socket.io", "socketio.js", "socketio"),
	];
}

export function rawAccept(out) {
	return startOnPort(join(out, "raw_accept"), (port) => [port], join(out, "raw.log"));
}
