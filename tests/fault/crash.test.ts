import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { addChannel, customer, staff, type Customer, type Loose } from "../lib/people.ts";
import { databases, startServer, TestServer } from "../lib/server.ts";
import type { TestSocket } from "../lib/socket.ts";
import { until } from "../lib/wait.ts";
import { PersistentWriter } from "../lib/writer.ts";

const writerCount = 8;
const mariadb = join(import.meta.dirname, "..", "lib", "mariadb.sh");

let server: TestServer | undefined;
afterEach(async () => {
	await server?.dispose();
	server = undefined;
});

async function startWriters(running: TestServer): Promise<{ writers: PersistentWriter[]; customers: Customer[] }> {
	const key = (await addChannel(running, "webchat", { origins: [] })).public_key;
	const customers: Customer[] = [];
	const writers: PersistentWriter[] = [];
	for (let i = 0; i < writerCount; i++) {
		const one = await customer(running, key);
		customers.push(one);
		writers.push(new PersistentWriter(running, one, `w${i}`));
	}
	writers.forEach((writer) => writer.start());
	await until("the load runs", () => writers.every((writer) => writer.acknowledged.size > 5), 20_000);
	return { writers, customers };
}

/** The newest entries come by themselves, the older ones are asked for. */
async function wholeHistory(socket: TestSocket): Promise<Loose[]> {
	const newest = Number((await socket.frame("welcome"))["pub"]);
	await socket.frame("entry", (f) => (f["entry"] as Loose).pub === newest);
	let entries = socket.all("entry").map((f) => f["entry"] as Loose);
	while (entries[0].pub > 1) {
		const before: number = entries[0].pub;
		socket.send({ t: "range", id: `r${before}`, before, limit: 200 });
		const answer = await socket.frame("range", (f) => f["id"] === `r${before}`);
		expect(answer["entries"]).not.toEqual([]);
		entries = [...(answer["entries"] as Loose[]), ...entries];
	}
	return entries;
}

/** Every acknowledged message is in the customer's history once, under the number that was told,
 * and her messages stand in the order in which she wrote them. */
async function expectNothingLostOrDoubled(writers: PersistentWriter[], customers: Customer[]): Promise<void> {
	for (const [i, writer] of writers.entries()) {
		expect(writer.acknowledged.size).toBe(writer.written);
		const socket = await (customers[i] as Customer).socket({ pub: null });
		const entries = await wholeHistory(socket);
		expect(entries.map((e) => e.pub)).toEqual(entries.map((_, n) => n + 1));
		expect(entries.map((e) => e.body.text)).toEqual(Array.from({ length: writer.written }, (_, n) => `${writer.name} ${n + 1}`));
		for (const entry of entries) {
			expect(writer.acknowledged.get(entry.body.text)).toBe(entry.pub);
		}
		socket.close();
	}
}

describe.each(databases)("after a crash, on %s,", (database) => {
	test("killed at 20 random moments under load, the server lost and doubled nothing", async () => {
		server = await startServer({ database });
		const { writers, customers } = await startWriters(server);
		for (let round = 0; round < 20; round++) {
			const before = writers.reduce((sum, writer) => sum + writer.acknowledged.size, 0);
			await until("some more was acknowledged", () => writers.reduce((sum, w) => sum + w.acknowledged.size, 0) > before + 20, 30_000);
			await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
			await server.kill();
			server.spawn();
			await server.becomesReady();
		}
		await Promise.all(writers.map((writer) => writer.finish()));
		await expectNothingLostOrDoubled(writers, customers);
		expect(server.command("verify")).toMatch(/^Whole:/);
		expect(await server.stop()).toBe(0);
		expect(server.command("verify")).toMatch(/^Whole:/);
	});
});

describe("with the database killed under load,", () => {
	test("MariaDB comes back, and nothing was lost or doubled", async () => {
		const folder = mkdtempSync(join(tmpdir(), "trunkline-own-mariadb-"));
		try {
			const mariadbSocket = execFileSync(mariadb, ["start", folder], { encoding: "utf8" }).trim();
			server = await startServer({ database: "mariadb", mariadbSocket });
			const { writers, customers } = await startWriters(server);
			for (let round = 0; round < 3; round++) {
				execFileSync(mariadb, ["kill", folder]);
				await until("the server says that it is not ready", async () => !(await (server as TestServer).isReady()));
				expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
				const boss = await fetch(`${server.url}/readyz`);
				expect(boss.status).toBe(503);
				await until("messages are refused for now", () => writers.some((w) => w.refusedFor.includes("unavailable")));
				const acknowledged = writers.map((w) => w.acknowledged.size);
				execFileSync(mariadb, ["start", folder]);
				await server.becomesReady();
				await until("messages flow again", () => writers.every((w, i) => w.acknowledged.size > (acknowledged[i] ?? 0) + 3), 20_000);
			}
			await Promise.all(writers.map((writer) => writer.finish()));
			await expectNothingLostOrDoubled(writers, customers);
			expect(server.command("verify")).toMatch(/^Whole:/);
			expect(await server.stop()).toBe(0);
			await server.dispose();
			server = undefined;
		} finally {
			execFileSync(mariadb, ["stop", folder]);
			rmSync(folder, { recursive: true, force: true });
		}
	});
});

describe("on a full disk,", () => {
	test("SQLite refuses with a retry hint, acknowledges nothing, and goes on once there is room", async () => {
		server = await startServer({ database: "sqlite" });
		const { writers, customers } = await startWriters(server);
		const ann = await staff(server, "ann");
		// No file of the process may be written beyond 4 KiB: what a full disk looks like from inside.
		execFileSync("prlimit", [`--pid=${server.pid}`, "--fsize=4096:unlimited"]);
		await until("messages are refused for now", () => writers.every((w) => w.refusedFor.length > 0), 60_000);
		expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
		expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
		const refused = await ann.post("/api/v1/customers", { name: "谁" });
		expect(refused.status).toBe(503);
		expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
		execFileSync("prlimit", [`--pid=${server.pid}`, "--fsize=unlimited:unlimited"]);
		await server.becomesReady();
		await Promise.all(writers.map((writer) => writer.finish()));
		await expectNothingLostOrDoubled(writers, customers);
		expect(server.command("verify")).toMatch(/^Whole:/);
	});
});
