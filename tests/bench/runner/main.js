/* Runs every system through every measurement, in rounds so that a disturbance of the machine
 * meets all of them, and writes what it found.    main.js ROOT OUT */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { startMariadb } from "./mariadb.js";
import { acceptRaw, besideIdle } from "./measure.js";
import { attempt, isOverdue, note, secondsPassed, startTime } from "./progress.js";
import { writeReport } from "./report.js";
import { runRound } from "./rounds.js";
import { isWanted, settings } from "./settings.js";
import { limit, peers, rawAccept } from "./systems.js";
import { trunkline } from "./trunkline.js";

const [root, out] = process.argv.slice(2);
const here = join(root, "tests", "bench");
const load = join(out, "load");

/* What is compared stands in one group: all that write to the same database. */
function wantedGroups(mariadb) {
	const groups = [
		[limit(out, "sqlite", mariadb), trunkline(root, out, "sqlite", mariadb)],
		[
			limit(out, "mariadb", mariadb),
			trunkline(root, out, "mariadb", mariadb),
			...peers(here, out, mariadb),
		],
	];
	return groups.map((systems) => ({
		entries: systems
			.filter((system) => isWanted(system.name))
			.map((system) => ({ system, result: emptyResult(system) })),
	}));
}

function emptyResult(system) {
	return {
		name: system.name,
		kind: system.kind,
		database: system.database,
		saturated: [],
		offered: Object.fromEntries(settings.rates.map((rate) => [rate, []])),
		timelines: [],
		failures: [],
	};
}

async function measureIdle(system, result) {
	const instance = await system.start(settings.pairs);
	try {
		result.idle = await besideIdle(load, system, instance);
	} finally {
		await instance.stop();
	}
}

async function measureAllIdle(entries) {
	for (const { system, result } of entries) {
		if (!isOverdue()) {
			await attempt(result, "idle sockets", () => measureIdle(system, result));
		}
		if (system.measureDemo && !isOverdue()) {
			await attempt(result, "demo data", async () => {
				result.demo = await system.measureDemo();
			});
		}
	}
}

/* Everything once before anything twice: on a slow machine only the repetitions are missing. */
async function measureAll(groups, entries) {
	for (const { system, result } of entries) {
		if (system.prepare) {
			await attempt(result, "prepare", () => system.prepare(load));
		}
	}
	await runRound(load, groups, 1);
	await measureAllIdle(entries);
	for (let round = 2; round <= settings.rounds; round++) {
		await runRound(load, groups, round);
	}
}

async function measureRawAccept() {
	note("raw epoll: accept");
	const instance = await rawAccept(out);
	try {
		return await acceptRaw(load, instance);
	} finally {
		await instance.stop();
	}
}

/* What the program before us has found (../search.c). */
function readSearch() {
	const file = join(out, "search.json");
	return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/* Gigabytes that nobody needs; the logs and the report stay. */
function discardData() {
	for (const name of readdirSync(out)) {
		if (name === "mariadb" || name.startsWith("limit.db")) {
			rmSync(join(out, name), { recursive: true, force: true });
		} else if (name.startsWith("trunkline-")) {
			rmSync(join(out, name, "data"), { recursive: true, force: true });
		}
	}
}

/* Of a run that was broken off; MariaDB's folder is made anew in any case. */
function discardLimit() {
	for (const suffix of ["", "-wal", "-shm"]) {
		rmSync(join(out, `limit.db${suffix}`), { force: true });
	}
}

async function main() {
	discardLimit();
	note("starting MariaDB");
	const mariadb = await startMariadb(out);
	try {
		const groups = wantedGroups(mariadb);
		const entries = groups.flatMap((group) => group.entries);
		const raw = await measureRawAccept();
		await measureAll(groups, entries);
		await writeReport(join(dirname(out), "bench.json"), {
			startedAt: startTime(),
			seconds: Math.round(secondsPassed()),
			settings,
			search: readSearch(),
			rawAccept: raw,
			results: entries.map(({ result }) => result),
		});
	} finally {
		await mariadb.stop();
		if (!settings.isKept) {
			discardData();
		}
	}
}

/* Our children die with us; this only says so. */
for (const signal of ["SIGINT", "SIGTERM"]) {
	process.once(signal, () => process.exit(1));
}
await main();
