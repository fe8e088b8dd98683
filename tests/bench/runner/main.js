/* Runs every system through every measurement, in rounds so that a disturbance of the machine
 * meets all of them, and writes what it found.    main.js ROOT OUT */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { residentBytes } from "./processes.js";
import { startMariadb } from "./mariadb.js";
import { acceptRaw, besideIdle, offer, saturate } from "./measure.js";
import { writeReport } from "./report.js";
import { isWanted, settings } from "./settings.js";
import { limit, peers, rawAccept } from "./systems.js";
import { trunkline } from "./trunkline.js";

const [root, out] = process.argv.slice(2);
const here = join(root, "tests", "bench");
const load = join(out, "load");
const startedAt = Date.now();

function isOverdue() {
	return (Date.now() - startedAt) / 1000 > settings.limitSeconds;
}

function note(text) {
	const seconds = Math.round((Date.now() - startedAt) / 1000);
	process.stderr.write(`${String(seconds).padStart(4)} s  ${text}\n`);
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

/* One system that fails must not hide the others; the failure is part of the report. */
async function attempt(result, what, action) {
	note(`${result.name}: ${what}`);
	try {
		await action();
	} catch (error) {
		note(`${result.name}: ${what}: ${error.message}`);
		result.failures.push(`${what}: ${error.message}`);
	}
}

async function withInstance(system, action) {
	const instance = await system.start(settings.pairs);
	try {
		await action(instance);
	} finally {
		await instance.stop();
	}
}

async function runRound(system, result) {
	await withInstance(system, async (instance) => {
		result.idleResidentBytes ??= residentBytes(instance.pid);
		result.saturated.push(await saturate(load, system, instance));
		for (const rate of settings.rates) {
			result.offered[rate].push(await offer(load, system, instance, rate));
		}
		result.timelines.push(await saturate(load, system, instance, settings.timelines));
	});
}

async function measureRound(systems, results, round) {
	for (const [index, system] of systems.entries()) {
		if (!isOverdue()) {
			await attempt(results[index], `round ${round}`, () =>
				runRound(system, results[index]),
			);
		}
	}
}

async function measureIdle(systems, results) {
	for (const [index, system] of systems.entries()) {
		const result = results[index];
		if (!isOverdue()) {
			await attempt(result, "idle sockets", () =>
				withInstance(system, async (instance) => {
					result.idle = await besideIdle(load, system, instance);
				}),
			);
		}
		if (system.measureDemo && !isOverdue()) {
			await attempt(result, "demo data", async () => {
				result.demo = await system.measureDemo();
			});
		}
	}
}

/* Everything once before anything twice: on a slow machine only the repetitions are missing. */
async function measureAll(systems, results) {
	for (const [index, system] of systems.entries()) {
		if (system.prepare) {
			await attempt(results[index], "prepare", () => system.prepare(load));
		}
	}
	await measureRound(systems, results, 1);
	await measureIdle(systems, results);
	for (let round = 2; round <= settings.rounds; round++) {
		await measureRound(systems, results, round);
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

async function main() {
	note("starting MariaDB");
	const mariadb = await startMariadb(out);
	try {
		/* What is compared directly runs one after the other. */
		const systems = [
			limit(out, "sqlite", mariadb),
			trunkline(root, out, "sqlite", mariadb),
			limit(out, "mariadb", mariadb),
			trunkline(root, out, "mariadb", mariadb),
			...peers(here, out, mariadb),
		].filter((system) => isWanted(system.name));
		const results = systems.map(emptyResult);
		const raw = await measureRawAccept();
		await measureAll(systems, results);
		await writeReport(join(dirname(out), "bench.json"), {
			startedAt: new Date(startedAt).toISOString(),
			seconds: Math.round((Date.now() - startedAt) / 1000),
			settings,
			search: readSearch(),
			rawAccept: raw,
			results,
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
