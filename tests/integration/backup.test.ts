/** The operator's side of safe data: a backup beside a server that is written to, and a restore drill. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer, staff } from "../lib/people.ts";
import { databases, startServer, TestServer, type Database } from "../lib/server.ts";
import { PersistentWriter } from "../lib/writer.ts";
import { until } from "../lib/wait.ts";

const other: Record<Database, Database> = { sqlite: "mariadb", mariadb: "sqlite" };
let folder = "";
let passphrase = "";

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "trunkline-backup-"));
	passphrase = join(folder, "passphrase");
	writeFileSync(passphrase, "correct horse battery\n", { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(databases)("a backup of %s", (database) => {
	let server: TestServer;

	beforeAll(async () => {
		server = await startServer({ database });
	});
	afterAll(() => server.dispose());

	test("taken while a customer writes holds all that was acknowledged, and fills the other database", async () => {
		const boss = await staff(server, "boss");
		const channel = await addChannel(server, "webchat");
		const writer = new PersistentWriter(server, await customer(server, channel.public_key), "Li Na", 8);
		const archive = join(folder, `${database}.sealed`);
		writer.start();
		await until("she has written", () => writer.acknowledged.size > 50);
		const before = [...writer.acknowledged.keys()];
		await server.commandBeside("backup", [archive, "--passphrase-file", passphrase]);
		await until("she goes on", () => writer.acknowledged.size > before.length + 20);
		await writer.finish();
		const audit = await boss.get("/api/v1/audit?limit=50");
		expect(JSON.stringify(audit.body)).toContain("backup.made");

		const copy = new TestServer({ database: other[database] });
		try {
			expect(copy.command("restore", [archive, "--passphrase-file", passphrase])).toContain("Verified:");
			const bodies = copy.sql("SELECT body FROM fact WHERE kind = 1;");
			for (const text of before) {
				expect(bodies).toContain(`"${text}"`);
			}
			await copy.start();
			await staff(copy, "boss");
			await copy.stop();
			expect(copy.command("verify")).toContain("Whole:");
		} finally {
			await copy.dispose();
		}
	});

	test("into a folder is named by the time, and older ones go", async () => {
		const daily = join(folder, `daily-${database}`);
		mkdirSync(daily);
		writeFileSync(join(daily, "trunkline-20200101T000000Z.tar.zst"), "old");
		writeFileSync(join(daily, "trunkline-20200102T000000Z.tar.zst"), "old");
		writeFileSync(join(daily, "trunkline-notes.tar.zst"), "somebody else's");
		await server.commandBeside("backup", [daily, "--keep", "2"]);
		const names = readdirSync(daily).sort();
		expect(names).toHaveLength(3);
		expect(names).not.toContain("trunkline-20200101T000000Z.tar.zst");
		expect(names).toContain("trunkline-notes.tar.zst");
		expect(statSync(join(daily, names[1] ?? "")).mode & 0o777).toBe(0o600);
	});

	test("is not restored over a running server", () => {
		const archive = join(folder, `${database}.sealed`);
		const refused = server.tryCommand("restore", [archive, "--passphrase-file", passphrase, "--force"]);
		expect(refused.status).toBe(1);
		expect(refused.output).toContain("another server");
	});
});

describe("monitoring", () => {
	test("is served where it was asked for, and nowhere else", async () => {
		const server = await startServer({ settings: { "server.metrics_listen": "127.0.0.1:0" } });
		try {
			const port = (await until("it says where", () => /metrics_ready .* port=(\d+)/.exec(server.log)))[1];
			const channel = await addChannel(server, "webchat");
			const writer = new PersistentWriter(server, await customer(server, channel.public_key), "Li Na");
			writer.start();
			await until("she has written", () => writer.acknowledged.size >= 3);
			await writer.finish();
			const url = `http://127.0.0.1:${port}`;
			const answer = await fetch(`${url}/metrics`);
			const text = await answer.text();
			expect(answer.headers.get("content-type")).toContain("version=0.0.4");
			const value = (name: string): number => Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
			expect(value('trunkline_entries_total{kind="message",channel="webchat",author="customer"}')).toBe(writer.acknowledged.size);
			expect(value("trunkline_store_ready")).toBe(1);
			expect(value("trunkline_store_batch_seconds_count")).toBeGreaterThan(0);
			expect(value("trunkline_disk_free_bytes")).toBeGreaterThan(0);
			expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e6);
			for (const line of text.trimEnd().split("\n")) {
				expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [0-9.]+)$/);
			}
			expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
			for (const path of ["/console/", "/healthz", "/api/v1/session", "/api/v1/openapi.json"]) {
				expect((await fetch(`${url}${path}`)).status).toBe(404);
			}
		} finally {
			await server.dispose();
		}
	});
});
