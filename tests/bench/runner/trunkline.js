/* Trunkline itself on both databases: fills a data folder once through the public API, then
 * starts a server on it for each measurement. */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
	freePort,
	residentBytes,
	runLoad,
	runToEnd,
	startDaemon,
	waitUntil,
} from "./processes.js";
import { createRest, forEachBounded } from "./rest.js";
import { settings } from "./settings.js";

const READY_MS = 20_000;
const SETTLE_MS = 2_000;
const PAGE_SIZE = 200;
const PASSWORD = "bench-Passw0rd-2026";
const ADMINISTRATOR = "bench-admin";
const REF_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* All clients come from one machine and say more than people do; hashing passwords is not
 * what is measured. */
const OPEN_LIMITS = {
	"security.send_per_minute": 0,
	"security.logins_per_minute": 0,
	"security.frames_per_second": 0,
	"security.argon2_memory_kib": 1024,
	"security.argon2_passes": 1,
	"server.max_connections": 30_000,
	"server.max_connections_per_address": 30_000,
	"server.requests_per_minute": 0,
	"server.log_level": "warn",
	"desk.leave": "24h",
};

function asArguments(options) {
	return Object.entries(options).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
}

function makeRef() {
	let time = Date.now();
	let text = "";
	for (let i = 0; i < 10; i++) {
		text = REF_DIGITS[time % 32] + text;
		time = Math.floor(time / 32);
	}
	return text + [...randomBytes(16)].map((byte) => REF_DIGITS[byte & 31]).join("");
}

async function startServer(site, options) {
	const port = await freePort();
	const startedAt = performance.now();
	const daemon = startDaemon(
		site.binary,
		["serve", ...asArguments({ ...options, "server.listen": `127.0.0.1:${port}` })],
		site.log,
	);
	const rest = createRest(port);
	try {
		await waitUntil(daemon, "trunkline serve", READY_MS, () => rest.isReady());
	} catch (error) {
		await daemon.stop();
		throw error;
	}
	return {
		pid: daemon.pid,
		port,
		rest,
		readySeconds: (performance.now() - startedAt) / 1000,
		databasePid: site.databasePid,
		plan: (customers, agents, first) => writePlan(site, customers, agents, first),
		async stop() {
			rest.close();
			await daemon.stop();
		},
	};
}

function writePlan(site, customers, agents, first = 0) {
	const path = join(site.folder, `plan-${first}-${customers}-${agents}`);
	const lines = [
		...site.tokens.slice(first, first + customers).map((token) => {
			const hello = { t: "hello", token, pub: null, language: "en" };
			return `/ws/widget\t\t${JSON.stringify(hello)}`;
		}),
		...site.agents.slice(0, agents).map(({ cookie, csrf }) => {
			const hello = { t: "hello", csrf, cursor: null, views: ["mine"], watch: [] };
			return `/ws/console\t${cookie}\t${JSON.stringify({ ...hello, state: "online" })}`;
		}),
	];
	writeFileSync(path, `${lines.join("\n")}\n`);
	return path;
}

async function createAgents(rest, administrator) {
	const numbers = Array.from({ length: settings.pairs }, (_, index) => index);
	return forEachBounded(numbers, async (number) => {
		const login = `bench-agent-${number}`;
		await rest.callAs(administrator, "POST", "/api/v1/staff", {
			login,
			name: `Agent ${number}`,
			password: PASSWORD,
			role: "agent",
		});
		return rest.logIn(login, PASSWORD);
	});
}

async function createTokens(rest, key) {
	const count = Math.max(settings.idleSockets, settings.timelines, settings.pairs);
	return forEachBounded(Array.from({ length: count }), async () => {
		const reply = await rest.call("POST", "/api/v1/widget/session", { key, language: "en" });
		return reply.body.token;
	});
}

/* The customers from..to say something for the first time. */
async function openConversations(load, server, from, to) {
	const result = await runLoad(load, {
		protocol: "trunkline",
		port: server.port,
		plan: server.plan(to - from, 0, from),
		customers: to - from,
		agents: 0,
		sources: 8,
		once: true,
		outstanding: 500,
	});
	if (result.acknowledged !== to - from) {
		throw new Error(`${result.acknowledged} of ${to - from} first messages acknowledged`);
	}
}

async function listUnassigned(rest, administrator) {
	const ids = [];
	let after = "";
	do {
		const path = `/api/v1/conversations?view=unassigned&limit=${PAGE_SIZE}${after}`;
		const { body } = await rest.callAs(administrator, "GET", path);
		ids.push(...body.items.map(({ id }) => id));
		after = body.next ? `&after=${encodeURIComponent(body.next)}` : null;
	} while (after);
	return ids;
}

/* Each agent takes the same share of what nobody has. */
async function takeAll(site, server, administrator, expected) {
	const ids = await listUnassigned(server.rest, administrator);
	if (ids.length !== expected) {
		throw new Error(`${ids.length} conversations are unassigned instead of ${expected}`);
	}
	await forEachBounded(ids, (id, index) =>
		server.rest.callAs(
			site.agents[index % site.agents.length],
			"POST",
			`/api/v1/conversations/${id}/actions`,
			{ ref: makeRef(), action: "take" },
		),
	);
}

/* The first pairs are one conversation for each agent, the further ones are shared out; all
 * others are customers who only wait. */
async function populate(load, site, server) {
	const { rest } = server;
	const administrator = await rest.logIn(ADMINISTRATOR, PASSWORD);
	site.agents = await createAgents(rest, administrator);
	const { body } = await rest.callAs(administrator, "POST", "/api/v1/channels", {
		kind: "webchat",
		name: "Bench",
		origins: ["http://127.0.0.1"],
	});
	site.tokens = await createTokens(rest, body.channel.public_key);
	const { pairs, timelines } = settings;
	await openConversations(load, server, 0, pairs);
	await takeAll(site, server, administrator, pairs);
	if (timelines > pairs) {
		await openConversations(load, server, pairs, timelines);
		await takeAll(site, server, administrator, timelines - pairs);
	}
	if (site.tokens.length > timelines) {
		await openConversations(load, server, timelines, site.tokens.length);
	}
}

function storeOptions(mariadb, database) {
	return {
		"store.driver": "mysql",
		"store.socket": mariadb.socketPath,
		"store.user": "root",
		"store.database": database,
	};
}

/* One site: a data folder and, on MariaDB, a database of its own. */
async function openSite(root, out, database, mariadb, name) {
	const folder = join(out, `trunkline-${database}-${name}`);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const isSqlite = database === "sqlite";
	const schema = `bench_trunkline_${name}`;
	if (!isSqlite) {
		await mariadb.run(
			`DROP DATABASE IF EXISTS ${schema}; CREATE DATABASE ${schema} CHARACTER SET utf8mb4`,
		);
	}
	return {
		binary: settings.binary ?? join(root, "build", "trunkline"),
		folder,
		log: join(folder, "log"),
		databasePid: isSqlite ? undefined : mariadb.pid,
		options: {
			"server.data_dir": join(folder, "data"),
			...(isSqlite ? {} : storeOptions(mariadb, schema)),
		},
	};
}

function runCommand(site, args, options, input) {
	return runToEnd(site.binary, [...args, ...asArguments(options)], { input });
}

/* The resident memory of a server that does nothing, as it comes, with demo data. */
async function measureDemo(root, out, database, mariadb) {
	const site = await openSite(root, out, database, mariadb, "demo");
	await runCommand(site, ["init", "--demo"], site.options);
	const server = await startServer(site, site.options);
	await sleep(SETTLE_MS);
	const demo = { ready_s: server.readySeconds, resident_bytes: residentBytes(server.pid) };
	await server.stop();
	return demo;
}

export function trunkline(root, out, database, mariadb) {
	let site;
	return {
		name: `trunkline ${database}`,
		kind: "trunkline",
		protocol: "trunkline",
		database,
		async prepare(load) {
			const fresh = await openSite(root, out, database, mariadb, "load");
			fresh.options = { ...fresh.options, ...OPEN_LIMITS };
			await runCommand(fresh, ["init"], fresh.options);
			await runCommand(
				fresh,
				["user", "add", ADMINISTRATOR, "--role", "administrator", "--password-stdin"],
				fresh.options,
				`${PASSWORD}\n`,
			);
			const server = await startServer(fresh, fresh.options);
			try {
				await populate(load, fresh, server);
			} finally {
				await server.stop();
			}
			site = fresh;
		},
		start() {
			if (!site) {
				throw new Error("not prepared");
			}
			return startServer(site, site.options);
		},
		measureDemo: () => measureDemo(root, out, database, mariadb),
	};
}
