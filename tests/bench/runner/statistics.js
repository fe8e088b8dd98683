/* From the figures of many runs to one. */

export function median(values) {
	const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
	if (sorted.length === 0) {
		return undefined;
	}
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function medianOf(runs, field) {
	return median(runs.map((run) => run[field]));
}

export function spread(runs, field) {
	const values = runs.map((run) => run[field]);
	return values.length ? { min: Math.min(...values), max: Math.max(...values) } : undefined;
}

export function sum(runs, field) {
	return runs.reduce((total, run) => total + (run[field] ?? 0), 0);
}

export function quotient(value, base) {
	return value !== undefined && base ? value / base : undefined;
}

/* The runs as shares of another system's in the same round, the first round first; null where
 * one of the two is missing. */
export function sharesByRound(runs, baseRuns, field) {
	const rounds = Math.max(0, ...runs.map(({ round }) => round));
	return Array.from({ length: rounds }, (_, index) => {
		const [value, base] = [runs, baseRuns].map(
			(all) => all.find(({ round }) => round === index + 1)?.[field],
		);
		return quotient(value, base) ?? null;
	});
}
