/* The rounds. The machine's speed may change by half within a minute, so the systems of one
 * group, which are compared with each other, are all started and then go through one
 * measurement after the other together: what is compared was measured seconds apart.
 * A group is { entries: [{ system, result }], roundSeconds }. */
import { offer, saturate } from "./measure.js";
import { residentBytes, waitUntilQuiet } from "./processes.js";
import { attempt, isOverdue, note, secondsLeft, secondsPassed } from "./progress.js";
import { settings } from "./settings.js";

const MEASUREMENTS = [
	{ what: "saturated", run: saturate, runsOf: (result) => result.saturated },
	...settings.rates.map((rate) => ({
		what: `${rate} a second`,
		run: (load, system, instance) => offer(load, system, instance, rate),
		runsOf: (result) => result.offered[rate],
	})),
	{
		what: `${settings.timelines} timelines`,
		run: (load, system, instance) => saturate(load, system, instance, settings.timelines),
		runsOf: (result) => result.timelines,
	},
];

/* What a server still has to do after a rush must not be charged to the next one. */
async function settle(result, instance) {
	const afterwards = await waitUntilQuiet(instance.pid);
	if (!afterwards.is_quiet) {
		note(`${result.name}: still busy; going on`);
	}
	return afterwards;
}

async function startAll(group, running, round) {
	for (const { system, result } of group.entries) {
		await attempt(result, `round ${round}: start`, async () => {
			const instance = await system.start(settings.pairs);
			running.add({ system, result, instance });
			await settle(result, instance);
			result.idleResidentBytes ??= residentBytes(instance.pid);
		});
	}
}

/* Nobody always comes after the same one. */
function inTurn(running, round) {
	return round % 2 === 1 ? [...running] : [...running].reverse();
}

/* Whoever fails is out for this round, so that it does not disturb the others. */
async function measureAll(load, running, { what, run, runsOf }, round) {
	for (const one of inTurn(running, round)) {
		if (isOverdue()) {
			return;
		}
		const { system, result, instance } = one;
		const isDone = await attempt(result, `round ${round}: ${what}`, async () => {
			const figures = { round, ...(await run(load, system, instance)) };
			runsOf(result).push(figures);
			figures.afterwards = await settle(result, instance);
		});
		if (!isDone) {
			running.delete(one);
			await instance.stop();
		}
	}
}

async function runGroup(load, group, round) {
	const startedAt = secondsPassed();
	const running = new Set();
	try {
		await startAll(group, running, round);
		for (const measurement of MEASUREMENTS) {
			await measureAll(load, running, measurement, round);
		}
	} finally {
		for (const { instance } of running) {
			await instance.stop();
		}
	}
	group.roundSeconds = secondsPassed() - startedAt;
}

/* A group's round that would not end in time, as its last one went, is not begun. */
export async function runRound(load, groups, round) {
	for (const group of groups) {
		if (!isOverdue() && (group.roundSeconds ?? 0) <= secondsLeft()) {
			await runGroup(load, group, round);
		}
	}
}
