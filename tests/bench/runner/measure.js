/* What a running system goes through. Every function returns the load client's own figures. */
import { openIdle, runLoad } from "./processes.js";
import { settings } from "./settings.js";

const SOURCES = 8;
const ACCEPT_RUNS = 3;
const ACCEPT_MS = 6_000;

function target(system, instance) {
	return {
		protocol: system.protocol,
		port: instance.port,
		"server-pid": instance.pid,
		"database-pid": instance.databasePid,
	};
}

function send(load, system, instance, customers, more) {
	return runLoad(load, {
		...target(system, instance),
		plan: instance.plan?.(customers, settings.pairs),
		customers,
		agents: settings.pairs,
		sources: SOURCES,
		warmup: settings.warmupSeconds,
		seconds: settings.measureSeconds,
		...more,
	});
}

export function saturate(load, system, instance, customers = settings.pairs) {
	return send(load, system, instance, customers, { outstanding: settings.outstanding });
}

export function offer(load, system, instance, rate) {
	return send(load, system, instance, settings.pairs, { rate });
}

/* The upgrade alone, without a greeting; as often as it is cheap. */
async function acceptSeveral(load, options) {
	const results = [];
	const startedAt = Date.now();
	do {
		const idle = await openIdle(load, { ...options, "upgrade-only": true });
		await idle.close();
		results.push(idle.result);
	} while (results.length < ACCEPT_RUNS && Date.now() - startedAt < ACCEPT_MS);
	return results;
}

/* Throughput beside many idle sockets and then without them, on one instance that is fresh,
 * so that the growth of its memory is theirs. */
export async function besideIdle(load, system, instance) {
	const count = settings.idleSockets;
	const idleOptions = {
		...target(system, instance),
		plan: instance.plan?.(count, 0),
		customers: count,
		agents: 0,
		sources: SOURCES,
	};
	const idle = await openIdle(load, idleOptions);
	const beside = [];
	const without = [];
	for (let run = 0; run < settings.idleRuns; run++) {
		beside.push(await saturate(load, system, instance));
	}
	await idle.close();
	for (let run = 0; run < settings.idleRuns; run++) {
		without.push(await saturate(load, system, instance));
	}
	return { open: idle.result, accept: await acceptSeveral(load, idleOptions), beside, without };
}

export function acceptRaw(load, instance) {
	return acceptSeveral(load, {
		protocol: "pairs",
		port: instance.port,
		"server-pid": instance.pid,
		customers: settings.idleSockets,
		agents: 0,
		sources: SOURCES,
	});
}
