/* From figures to a table, ratios and build/bench.json. */
import { writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { settings } from "./settings.js";
import { judge } from "./targets.js";

export function median(values) {
	const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
	if (sorted.length === 0) {
		return undefined;
	}
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function medianOf(runs, field) {
	return median(runs.map((run) => run[field]));
}

function spread(runs, field) {
	const values = runs.map((run) => run[field]);
	return values.length ? { min: Math.min(...values), max: Math.max(...values) } : undefined;
}

function cpuPerMessage(runs) {
	return median(runs.map((run) => run.server_us_per_message + run.database_us_per_message));
}

function latency(runs) {
	return { p50_us: medianOf(runs, "p50_us"), p99_us: medianOf(runs, "p99_us") };
}

function sum(runs, field) {
	return runs.reduce((total, run) => total + (run[field] ?? 0), 0);
}

function quotient(value, base) {
	return value !== undefined && base ? value / base : undefined;
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

function summarise(result) {
	const { idle } = result;
	const without = idle && medianOf(idle.without, "messages_per_s");
	return {
		name: result.name,
		kind: result.kind,
		database: result.database,
		messages_per_s: medianOf(result.saturated, "messages_per_s"),
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
		accept_us_per_socket: idle && medianOf(idle.accept, "server_us_per_socket"),
		resident_bytes: result.demo?.resident_bytes ?? result.idleResidentBytes,
		demo: result.demo,
		losses: countLosses(result),
		failures: result.failures,
	};
}

function addRatios(summary, summaries, rawAcceptUs) {
	const limit = summaries.find((s) => s.kind === "limit" && s.database === summary.database);
	return {
		...summary,
		of_limit: quotient(summary.messages_per_s, limit?.messages_per_s),
		timelines_of_limit: quotient(
			summary.timelines_messages_per_s,
			limit?.timelines_messages_per_s,
		),
		accept_of_raw: quotient(summary.accept_us_per_socket, rawAcceptUs),
	};
}

function show(value, digits = 0) {
	return value === undefined || Number.isNaN(value) ? "-" : value.toFixed(digits);
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

function formatTable(summaries) {
	const rows = [
		COLUMNS.map(([title]) => title),
		...summaries.map((s) => COLUMNS.map(([, cell]) => cell(s))),
	];
	const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
	return rows
		.map((row) =>
			row
				.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
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

export function writeReport(path, { rawAccept, results, ...about }) {
	const plain = results.map(summarise);
	const rawAcceptUs = medianOf(rawAccept, "server_us_per_socket");
	const summaries = plain.map((s) => addRatios(s, plain, rawAcceptUs));
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
	const fewest = Math.min(...results.map((result) => result.saturated.length));
	process.stdout.write(
		[
			[
				`${machine.cores} cores (${machine.cpu})`,
				`${about.seconds} s`,
				`median of ${fewest === settings.rounds ? "" : `${fewest} to `}${settings.rounds}`,
				`${settings.pairs} pairs`,
				`${settings.idleSockets} idle sockets`,
				`raw epoll accepts at ${show(rawAcceptUs, 1)} µs`,
				...(settings.isQuick ? ["quick, so the figures mean little"] : []),
			].join("; "),
			"",
			formatTable(summaries),
			"",
			...formatTroubles(summaries),
			...formatVerdicts(verdicts),
			`all figures: ${path}`,
			"",
		].join("\n"),
	);
}
