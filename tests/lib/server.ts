/** A real server with its own data folder and database, as an operator would run it. */
import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";
import { until } from "./wait.ts";

export type Database = "sqlite" | "mariadb";
export const databases: readonly Database[] = ["sqlite", "mariadb"];

const root = join(import.meta.dirname, "..", "..");
const ownBinary = process.env["TRUNKLINE_BINARY"] ?? join(root, "build", "trunkline");

/** Cheap passwords and no limits: tests of those set their own. */
const testSettings: Record<string, string> = {
	"security.argon2_memory_kib": "1024",
	"security.argon2_passes": "1",
	"security.logins_per_minute": "0",
	"security.send_per_minute": "0",
	"security.searches_per_minute": "0",
	"security.frames_per_second": "0",
	"server.requests_per_minute": "0",
	"server.max_connections_per_address": "10000",
};

export interface ServerOptions {
	database?: Database;
	settings?: Record<string, string>;
	demo?: boolean;
	/** Another program than the one that was built here. */
	binary?: string;
	/** Another socket than the run's own MariaDB. */
	mariadbSocket?: string;
}

let databaseCount = 0;

export class TestServer {
	readonly dataDir = mkdtempSync(join(tmpdir(), "trunkline-test-"));
	readonly database: Database;
	private readonly binary: string;
	readonly databaseName: string;
	readonly password = "correct horse 42";
	port = 0;
	log = "";
	private readonly settings: Record<string, string>;
	private readonly mariadbSocket: string;
	private process: ChildProcess | undefined;

	constructor(options: ServerOptions = {}) {
		this.database = options.database ?? "sqlite";
		this.binary = options.binary ?? ownBinary;
		this.mariadbSocket = options.mariadbSocket ?? inject("mariadbSocket");
		this.databaseName = `t${process.pid}_${++databaseCount}`;
		this.settings = { ...testSettings, "server.listen": "127.0.0.1:0", "server.data_dir": this.dataDir };
		if (this.database === "mariadb") {
			this.sql(`CREATE DATABASE ${this.databaseName} CHARACTER SET utf8mb4`, "");
			Object.assign(this.settings, {
				"store.driver": "mysql",
				"store.socket": this.mariadbSocket,
				"store.database": this.databaseName,
				"store.user": "root",
				"store.password": "",
			});
		}
		Object.assign(this.settings, options.settings);
	}

	get url(): string {
		const scheme = this.settings["server.tls_certificate"] === undefined ? "http" : "https";
		return `${scheme}://127.0.0.1:${this.port}`;
	}

	/** Runs a command of the binary to its end; throws with its output when it fails. */
	command(name: string, args: readonly string[] = [], input = ""): string {
		return execFileSync(this.binary, [name, ...args, ...this.setArguments()], {
			encoding: "utf8",
			input,
			stdio: ["pipe", "pipe", "pipe"],
			cwd: root,
		});
	}

	/** As command, while the test goes on. */
	async commandBeside(name: string, args: readonly string[] = []): Promise<string> {
		const done = await promisify(execFile)(this.binary, [name, ...args, ...this.setArguments()], { encoding: "utf8", cwd: root });
		return done.stdout;
	}

	/** As command, for those that may fail: exit status and both outputs. */
	tryCommand(name: string, args: readonly string[] = [], input = ""): { status: number; output: string } {
		try {
			return { status: 0, output: this.command(name, args, input) };
		} catch (error) {
			const failed = error as { status?: number; stdout?: string; stderr?: string };
			return { status: failed.status ?? -1, output: `${failed.stdout ?? ""}${failed.stderr ?? ""}` };
		}
	}

	/** Straight into the database, as somebody who bypasses us would. */
	sql(statements: string, database = this.databaseName): string {
		if (this.database === "sqlite") {
			return execFileSync("sqlite3", ["-cmd", ".timeout 5000", join(this.dataDir, "trunkline.db")], {
				encoding: "utf8",
				input: statements,
			});
		}
		const args = ["--no-defaults", `--socket=${this.mariadbSocket}`, "-u", "root", "-N", "-B"];
		return execFileSync("mariadb", database === "" ? args : [...args, database], {
			encoding: "utf8",
			input: statements,
		});
	}

	init(): void {
		this.command("init");
	}

	addStaff(login: string, role: "agent" | "supervisor" | "administrator" = "agent", extension?: string): void {
		const args = ["add", login, "--name", login.toUpperCase(), "--role", role, "--password-stdin"];
		if (extension !== undefined) {
			args.push("--extension", extension);
		}
		this.command("user", args, `${this.password}\n`);
	}

	async start(): Promise<void> {
		this.spawn();
		await this.becomesReady();
	}

	/** Starts without waiting: for tests of what happens before it is ready. */
	spawn(): void {
		if (!existsSync(this.binary)) {
			throw new Error(`${this.binary} is not built`);
		}
		this.log = "";
		const child = spawn(this.binary, ["serve", ...this.setArguments()], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
		this.process = child;
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding("utf8");
			stream.on("data", (text: string) => (this.log += text));
		}
		child.on("exit", (code, signal) => (this.log += `\n[exit ${code ?? signal}]`));
	}

	async becomesReady(timeoutMs = 20_000): Promise<void> {
		// A restart keeps its port, so that clients find it again.
		const found = await until("the server listens", () => / port=(\d+)/.exec(this.log), timeoutMs);
		this.port = Number(found[1]);
		this.settings["server.listen"] = `127.0.0.1:${this.port}`;
		await until(`the server is ready; it said: ${this.log}`, () => this.isReady(), timeoutMs);
	}

	async isReady(): Promise<boolean> {
		const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
		return answer?.status === 200;
	}

	get pid(): number {
		return this.process?.pid ?? 0;
	}

	private async ended(signal: NodeJS.Signals): Promise<number | null> {
		const child = this.process;
		if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
			return child?.exitCode ?? null;
		}
		const done = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
		child.kill(signal);
		return done;
	}

	/** In order. Gives the exit status. */
	stop(): Promise<number | null> {
		return this.ended("SIGTERM");
	}

	/** At once, as a crash would. */
	async kill(): Promise<void> {
		await this.ended("SIGKILL");
	}

	async dispose(): Promise<void> {
		await this.kill();
		if (this.database === "mariadb") {
			try {
				this.sql(`DROP DATABASE ${this.databaseName}`, "");
			} catch {
				// The test took the database away; its folder goes as a whole.
			}
		}
		rmSync(this.dataDir, { recursive: true, force: true });
	}

	private setArguments(): string[] {
		return Object.entries(this.settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
	}
}

/** A server with an administrator (boss), a supervisor (lead), agents (ann 8001, bob 8002), ready. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
	const server = new TestServer(options);
	try {
		server.init();
		server.addStaff("boss", "administrator");
		server.addStaff("lead", "supervisor");
		server.addStaff("ann", "agent", "8001");
		server.addStaff("bob", "agent", "8002");
		await server.start();
	} catch (error) {
		await server.dispose();
		throw error;
	}
	return server;
}
