/* What Trunkline has promised itself, judged within one run. */

const KB = 1024;

/* name, how to read it, bound, whether more is better, digits shown */
const TARGETS = [
	["share of the limit's throughput", (s) => s.of_limit, 0.6, true, 2],
	["CPU µs per message, server and database", (s) => s.cpu_us_per_message, 24, false, 1],
	["p99 ms at 1,000/s", (s) => s.offered[1000].p99_us / 1000, 2, false, 2],
	["p99 ms at 4,000/s", (s) => s.offered[4000].p99_us / 1000, 3, false, 2],
	["messages/s, many timelines", (s) => s.timelines_messages_per_s, 25_000, true, 0],
	["bytes per idle socket", (s) => s.bytes_per_idle_socket, 4 * KB, false, 0],
	["throughput beside idle sockets", (s) => s.beside_idle, 0.9, true, 2],
	["accept, of raw epoll's CPU", (s) => s.accept_of_raw, 2, false, 2],
	["idle MB with demo data", (s) => s.demo && s.demo.resident_bytes / 1e6, 24, false, 1],
	["seconds to ready", (s) => s.demo?.ready_s, 1, false, 2],
];

/* Against the peers, which all use MariaDB. */
const PEER_TARGETS = [
	["node ws await", 6],
	["node ws group commit", 1.4],
];

function verdict(system, what, value, bound, isMoreBetter, digits) {
	const met = isMoreBetter ? value >= bound : value <= bound;
	const text = value.toFixed(digits);
	return { system, what, value: text, bound: `${isMoreBetter ? "≥" : "≤"} ${bound}`, met };
}

export function judge(summaries) {
	const verdicts = [];
	for (const ours of summaries.filter((s) => s.kind === "trunkline")) {
		for (const [what, read, bound, isMoreBetter, digits] of TARGETS) {
			const value = read(ours);
			if (Number.isFinite(value)) {
				verdicts.push(verdict(ours.name, what, value, bound, isMoreBetter, digits));
			}
		}
		for (const [name, factor] of PEER_TARGETS) {
			const value = ours.times_peer[name];
			if (Number.isFinite(value)) {
				verdicts.push(
					verdict(ours.name, `times the throughput of ${name}`, value, factor, true, 1),
				);
			}
		}
	}
	return verdicts;
}
