/* How long and how much, from the environment. */
import { readFileSync } from "node:fs";

/* What a server needs besides the sockets that are counted. */
const SPARE_FILES = 500;

const isQuick = process.env.BENCH_QUICK === "1";

function number(name, normal, quick) {
	const text = process.env[name];
	const value = text === undefined ? (isQuick ? quick : normal) : Number(text);
	if (!Number.isFinite(value) || value <= 0) {
		throw new Error(`${name} must be a number above 0`);
	}
	return value;
}

/* Each socket is an open file of one process. */
function withinOpenFiles(count) {
	const limits = readFileSync("/proc/self/limits", "utf8");
	const hard = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
	return Math.min(count, hard - SPARE_FILES);
}

export const settings = {
	isQuick,
	measureSeconds: number("BENCH_SECONDS", 2, 1),
	/* At most; with all peers about three fit into the time. */
	rounds: number("BENCH_ROUNDS", 5, 1),
	idleSockets: withinOpenFiles(number("BENCH_IDLE", 15_000, 2_000)),
	timelines: withinOpenFiles(number("BENCH_TIMELINES", 5_000, 500)),
	/* No new measurement begins after this, and no repetition that would last longer. */
	limitSeconds: number("BENCH_LIMIT_SECONDS", 840, 300),
	/* Another build than build/trunkline. */
	binary: process.env.BENCH_BINARY,
	/* Leaves the databases, to look at them or to measure by hand. */
	isKept: process.env.BENCH_KEEP === "1",
	/* Words of which a system's name must hold one: BENCH_ONLY=limit,trunkline */
	only: (process.env.BENCH_ONLY ?? "").split(",").filter(Boolean),
	warmupSeconds: isQuick ? 0.3 : 1,
	pairs: 50,
	outstanding: 1_000,
	rates: [1_000, 4_000],
	idleRuns: isQuick ? 1 : 3,
};

export function isWanted(name) {
	return settings.only.length === 0 || settings.only.some((word) => name.includes(word));
}
