/* From figures to a table, ratios and build/bench.json. */
import { writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { settings } from "./settings.js";
import { median, medianOf, quotient, sharesByRound, spread, sum } from "./statistics.js";
import { judge } from "./targets.js";

function cpuPerMessage(runs) {
	return median(runs.map((run) => run.server_us_per_message + run.database_us_per_message));
}

function latency(runs) {
	return { p50_us: medianOf(runs, "p50_us"), p99_us: medianOf(runs, "p99_us") };
}

/* Every message that went missing or was refused in any run: nought, or the rest is worthless. */
function countLosses(result) {
	const runs = [
		...result.saturated,
		...Object.values(result.offered).flat(),
		...result.timelines,
		...(result.idle?.beside ?? []),
		...(result.idle?.without ?? []),
	];
	return {
		undelivered: sum(runs, "undelivered"),
		unacknowledged: sum(runs, "unacknowledged"),
		refused: sum(runs, "refused"),
		dead: sum(runs, "dead"),
	};
}

/* Shares of others are taken round by round: what was measured in another minute was measured
 * on another machine. */
function compare(result, results) {
	const others = results.filter(({ database }) => database === result.database);
	const limit = others.find(({ kind }) => kind === "limit");
	const shares = (other, kind) =>
		sharesByRound(result[kind], other?.[kind] ?? [], "messages_per_s");
	const ofLimit = shares(limit, "saturated");
	const timelinesOfLimit = shares(limit, "timelines");
	return {
		of_limit: median(ofLimit),
		of_limit_rounds: ofLimit,
		timelines_of_limit: median(timelinesOfLimit),
		timelines_of_limit_rounds: timelinesOfLimit,
		times_peer: Object.fromEntries(
			others
				.filter(({ kind }) => kind === "peer")
				.map((peer) => [peer.name, median(shares(peer, "saturated"))]),
		),
	};
}

function summarise(result, results, rawAcceptUs) {
	const { idle } = result;
	const without = idle && medianOf(idle.without, "messages_per_s");
	const acceptUs = idle && medianOf(idle.accept, "server_us_per_socket");
	return {
		name: result.name,
		kind: result.kind,
		database: result.database,
		messages_per_s: medianOf(result.saturated, "messages_per_s"),
		...compare(result, results),
		messages_per_s_range: spread(result.saturated, "messages_per_s"),
		cpu_us_per_message: cpuPerMessage(result.saturated),
		server_us_per_message: medianOf(result.saturated, "server_us_per_message"),
		database_us_per_message: medianOf(result.saturated, "database_us_per_message"),
		offered: Object.fromEntries(
			Object.entries(result.offered).map(([rate, runs]) => [rate, latency(runs)]),
		),
		timelines_messages_per_s: medianOf(result.timelines, "messages_per_s"),
		timelines_cpu_us_per_message: cpuPerMessage(result.timelines),
		idle_sockets: idle?.open.ready,
		bytes_per_idle_socket: idle?.open.server_bytes_per_socket,
		beside_idle: idle && quotient(medianOf(idle.beside, "messages_per_s"), without),
		open_us_per_socket: idle?.open.server_us_per_socket,
		accept_us_per_socket: acceptUs,
		accept_of_raw: quotient(acceptUs, rawAcceptUs),
		resident_bytes: result.demo?.resident_bytes ?? result.idleResidentBytes,
		demo: result.demo,
		losses: countLosses(result),
		failures: result.failures,
	};
}

function show(value, digits = 0) {
	return Number.isFinite(value) ? value.toFixed(digits) : "-";
}

function milliseconds({ p50_us, p99_us }) {
	return p50_us ? `${show(p50_us / 1000, 2)}/${show(p99_us / 1000, 2)}` : "-";
}

const COLUMNS = [
	["", (s) => s.name],
	["msg/s", (s) => show(s.messages_per_s)],
	["of limit", (s) => show(s.of_limit, 2)],
	["µs/msg", (s) => show(s.cpu_us_per_message, 1)],
	...settings.rates.map((rate) => [
		`p50/p99 ms @${rate}`,
		(s) => milliseconds(s.offered[rate]),
	]),
	[`${settings.timelines} timelines`, (s) => show(s.timelines_messages_per_s)],
	["of limit", (s) => show(s.timelines_of_limit, 2)],
	["µs/msg", (s) => show(s.timelines_cpu_us_per_message, 1)],
	["B/idle", (s) => show(s.bytes_per_idle_socket)],
	["beside", (s) => show(s.beside_idle, 2)],
	["accept µs", (s) => show(s.accept_us_per_socket, 1)],
	["of raw", (s) => show(s.accept_of_raw, 2)],
	["idle MB", (s) => show(s.resident_bytes && s.resident_bytes / 1e6, 1)],
];

/* Lines of cells under each other; names begin in one place, numbers end in one. */
function align(rows, isNumber) {
	const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
	return rows.map((row) =>
		row
			.map((cell, i) => (isNumber(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
			.join("  ")
			.trimEnd(),
	);
}

function formatTable(summaries) {
	const rows = [
		COLUMNS.map(([title]) => title),
		...summaries.map((s) => COLUMNS.map(([, cell]) => cell(s))),
	];
	return align(rows, (column) => column > 0);
}

/* How far the rounds agree. */
function formatRounds(summaries) {
	const compared = summaries.filter((s) => s.kind !== "limit" && s.of_limit !== undefined);
	if (compared.length === 0) {
		return [];
	}
	const list = (shares) => shares.map((share) => show(share, 2).padStart(4)).join(" ");
	const rows = [
		["of limit, by round", "msg/s", `${settings.timelines} timelines`],
		...compared.map((s) => [
			s.name,
			list(s.of_limit_rounds),
			list(s.timelines_of_limit_rounds),
		]),
	];
	return ["", ...align(rows, () => false)];
}

function formatTroubles(summaries) {
	return summaries.flatMap((s) => [
		...s.failures.map((failure) => `${s.name}: FAILED ${failure}`),
		...Object.entries(s.losses)
			.filter(([, count]) => count !== 0)
			.map(([what, count]) => `${s.name}: ${count} ${what}`),
	]);
}

function formatVerdicts(verdicts) {
	return verdicts.map(
		({ system, what, value, bound, met }) =>
			`${met ? "met   " : "MISSED"}  ${system}: ${what}: ${value} (target ${bound})`,
	);
}

/* Groups have as many rounds as fitted into the time. */
function countRounds(results) {
	const counts = results.map((result) => result.saturated.length);
	const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
	return fewest === most ? `${most}` : `${fewest} to ${most}`;
}

export function writeReport(path, { rawAccept, results, ...about }) {
	const rawAcceptUs = medianOf(rawAccept, "server_us_per_socket");
	const summaries = results.map((result) => summarise(result, results, rawAcceptUs));
	const verdicts = judge(summaries);
	const machine = {
		cpu: cpus()[0]?.model,
		cores: cpus().length,
		memory_bytes: totalmem(),
		kernel: release(),
		node: process.version,
	};
	writeFileSync(
		path,
		`${JSON.stringify({ ...about, machine, rawAccept, summaries, verdicts, results }, null, "\t")}\n`,
	);
	process.stdout.write(
		[
			[
				`${machine.cores} cores (${machine.cpu})`,
				`${about.seconds} s`,
				`median of ${countRounds(results)}`,
				`${settings.pairs} pairs`,
				`${settings.idleSockets} idle sockets`,
				`raw epoll accepts at ${show(rawAcceptUs, 1)} µs`,
				...(settings.isQuick ? ["quick, so the figures mean little"] : []),
			].join("; "),
			"",
			...formatTable(summaries),
			...formatRounds(summaries),
			"",
			...formatTroubles(summaries),
			...formatVerdicts(verdicts),
			`all figures: ${path}`,
			"",
		].join("\n"),
	);
}
