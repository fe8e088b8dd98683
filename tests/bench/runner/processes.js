/* Starting, watching and ending other programs. Each of them dies with us, whatever happens. */
import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 20;
const STOP_MS = 20_000;
const RESIDENT_FIELD = 1;
const PAGE_BYTES = 4096;
/* Of /proc/PID/stat after the program's name. */
const STATE_FIELD = 0;
const USER_TICKS_FIELD = 11;
const SYSTEM_TICKS_FIELD = 12;
const TICKS_PER_S = 100;
const QUIET_WINDOW_MS = 400;
const QUIET_SHARE = 0.05;
const QUIET_MAX_MS = 10_000;

function spawnTied(command, args, options) {
	return spawn("setpriv", ["--pdeathsig", "KILL", command, ...args], options);
}

function waitForExit(child) {
	return new Promise((resolve) => {
		if (child.exitCode !== null || child.signalCode !== null) {
			resolve();
		} else {
			child.once("exit", resolve);
		}
	});
}

export async function freePort() {
	const server = createServer();
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/* A program that runs until it is stopped; its output goes to logPath. */
export function startDaemon(command, args, logPath, options = {}) {
	const log = openSync(logPath, "a");
	const child = spawnTied(command, args, { ...options, stdio: ["ignore", log, log] });
	closeSync(log);
	child.on("error", () => {}); /* seen as an exit by whoever waits for it */
	return {
		pid: child.pid,
		hasEnded: () => child.exitCode !== null || child.signalCode !== null,
		async stop(signal = "SIGTERM") {
			child.kill(signal);
			const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
			await waitForExit(child);
			clearTimeout(timer);
		},
	};
}

function canConnect(port) {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}

export async function waitUntil(daemon, what, timeoutMs, isTrue) {
	const end = Date.now() + timeoutMs;
	while (Date.now() < end) {
		if (daemon.hasEnded()) {
			throw new Error(`${what}: the program ended`);
		}
		if (await isTrue()) {
			return;
		}
		await sleep(POLL_MS);
	}
	throw new Error(`${what}: nothing after ${timeoutMs} ms`);
}

export function waitForPort(daemon, port, what) {
	return waitUntil(daemon, what, 20_000, () => canConnect(port));
}

/* Runs a program to its end and returns what it printed; its complaints pass through. */
export function runToEnd(command, args, { timeoutMs = 120_000, input, ...options } = {}) {
	return new Promise((resolve, reject) => {
		const child = spawnTied(command, args, {
			...options,
			stdio: ["pipe", "pipe", "inherit"],
		});
		const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
		let output = "";
		child.stdout.on("data", (data) => (output += data));
		child.stdin.on("error", () => {}); /* it may not care for its input */
		child.stdin.end(input);
		child.once("error", reject);
		child.once("close", (code, signal) => {
			clearTimeout(timer);
			if (code === 0) {
				resolve(output);
			} else {
				reject(new Error(`${command} ${args[0]} ended with ${code ?? signal}`));
			}
		});
	});
}

/* The load client keeps to the last core; what it measures may use all of them. */
const LOAD_CORE = String(availableParallelism() - 1);

function loadArguments(program, options) {
	const args = ["-c", LOAD_CORE, program];
	for (const [name, value] of Object.entries(options)) {
		if (value === true) {
			args.push(`--${name}`);
		} else if (value !== undefined && value !== false) {
			args.push(`--${name}`, String(value));
		}
	}
	return args;
}

export async function runLoad(program, options) {
	return JSON.parse(await runToEnd("taskset", loadArguments(program, options)));
}

/* Opens idle sockets; resolves once all are open, and keeps them until close is called. */
export function openIdle(program, options) {
	const args = loadArguments(program, { ...options, idle: true });
	const child = spawnTied("taskset", args, { stdio: ["pipe", "pipe", "inherit"] });
	return new Promise((resolve, reject) => {
		let output = "";
		child.once("error", reject);
		child.once("exit", (code) => reject(new Error(`load ended with ${code}`)));
		child.stdout.on("data", (data) => {
			output += data;
			if (!output.endsWith("\n")) {
				return;
			}
			resolve({
				result: JSON.parse(output),
				async close() {
					child.stdin.end();
					await waitForExit(child);
				},
			});
		});
	});
}

export function residentBytes(pid) {
	const fields = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
	return Number(fields[RESIDENT_FIELD]) * PAGE_BYTES;
}

/* After the name, which may hold anything, of a process or of one of its threads. */
function statFields(path) {
	const line = readFileSync(path, "utf8");
	return line.slice(line.lastIndexOf(")") + 2).split(" ");
}

function cpuTicks(pid) {
	const fields = statFields(`/proc/${pid}/stat`);
	return Number(fields[USER_TICKS_FIELD]) + Number(fields[SYSTEM_TICKS_FIELD]);
}

/* A thread that waits for the disk uses no CPU, but the disk is what others wait for, too. */
function isAtDisk(pid) {
	const folder = `/proc/${pid}/task`;
	try {
		return readdirSync(folder).some(
			(thread) => statFields(`${folder}/${thread}/stat`)[STATE_FIELD] === "D",
		);
	} catch {
		return true; /* a thread just ended: it worked until now */
	}
}

/* Waits until the program does next to nothing, and says what it still did. */
export async function waitUntilQuiet(pid) {
	const startedAt = performance.now();
	const usedAtStart = cpuTicks(pid);
	let isQuiet = false;
	let now = startedAt;
	let used = usedAtStart;
	while (!isQuiet && now - startedAt < QUIET_MAX_MS) {
		const [from, usedBefore] = [now, used];
		await sleep(QUIET_WINDOW_MS);
		now = performance.now();
		used = cpuTicks(pid);
		const share = (used - usedBefore) / TICKS_PER_S / ((now - from) / 1000);
		isQuiet = share < QUIET_SHARE && !isAtDisk(pid);
	}
	return {
		seconds: (now - startedAt) / 1000,
		cpu_s: (used - usedAtStart) / TICKS_PER_S,
		is_quiet: isQuiet,
	};
}
