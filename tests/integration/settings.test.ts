/** A wrong setting is refused before anything starts: with the file, the line, and what is allowed. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const binary = process.env["TRUNKLINE_BINARY"] ?? join(root, "build", "trunkline");
let folder: string;
let file: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "trunkline-settings-"));
	file = join(folder, "trunkline.conf");
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(args: readonly string[], environment: Record<string, string> = {}): { status: number; output: string } {
	try {
		return { status: 0, output: execFileSync(binary, args, { encoding: "utf8", stdio: "pipe", cwd: root, env: { ...process.env, ...environment } }) };
	} catch (error) {
		const failed = error as { status: number; stdout: string; stderr: string };
		return { status: failed.status, output: failed.stdout + failed.stderr };
	}
}

function check(text: string): { status: number; output: string } {
	writeFileSync(file, text);
	return run(["check-config", "--config", file]);
}

describe("check-config", () => {
	test.each([
		["[server]\nlistn = 127.0.0.1:1", 2, "there is no setting server.listn; is it server.listen?"],
		["# a remark\n\n[server]\nrequests_per_minute = many", 4, 'server.requests_per_minute must be a whole number from 0 to 10000000, not "many"'],
		["[security]\nargon2_memory_kib = 5", 2, 'security.argon2_memory_kib must be a whole number from 1024 to 1048576, not "5"'],
		["[security]\nsession = soon", 2, 'security.session must be a duration (500ms, 10s, 5m, 24h, 30d) from 1m to 30d, not "soon"'],
		["[server]\nupload_max = 99g", 2, 'server.upload_max must be a size (4096, 64k, 20m, 1g) from 1k to 60m, not "99g"'],
		["[store]\ndriver = oracle", 2, 'store.driver must be one of sqlite, mysql, not "oracle"'],
		["[server]\nlisten = 127.0.0.1:8080, nonsense", 2, "server.listen must be a list, separated by commas, each ADDRESS:PORT (127.0.0.1:8080, [::1]:8080, *:8080)"],
		["[server]\nlisten = 127.0.0.1:99999", 2, "each ADDRESS:PORT"],
		["[server]\nlisten =", 2, "server.listen must be a list"],
		["[server]\ntrusted_proxies = 10.0.0.0/99", 2, 'each an address or network (10.0.0.1, 10.0.0.0/8, fd00::/8), not "10.0.0.0/99"'],
		["[server]\npublic_url = cc.example.com", 2, 'server.public_url must be an address of the web (https://cc.example.com), not "cc.example.com"'],
		["[server]\nthis is no setting", 2, "neither [section] nor name = value"],
	])("refuses %j", (text, line, why) => {
		const { status, output } = check(text);
		expect([status, output]).toEqual([1, expect.stringContaining(`${file}:${line}: `)]);
		expect(output).toContain(why);
	});

	test("refuses a certificate without its key, naming both", () => {
		const { status, output } = check("[server]\ntls_certificate = /etc/ssl/cc.pem");
		expect([status, output]).toEqual([1, expect.stringMatching(/server\.tls_certificate and server\.tls_key belong together/)]);
	});

	test("says where it came from when that was no file", () => {
		expect(run(["check-config", "--set", "server.ping=never"]).output).toMatch(/--set: server\.ping must be a duration/);
		expect(run(["check-config"], { TRUNKLINE_SERVER_PING: "never" }).output).toMatch(/TRUNKLINE_SERVER_PING: server\.ping must be a duration/);
		expect(run(["check-config", "--config", join(folder, "none.conf")])).toMatchObject({ status: 1, output: expect.stringContaining("none.conf") });
	});

	test("accepts its own example, also with every line of it in force", () => {
		const example = run(["check-config", "--example"]).output;
		expect(check(example)).toMatchObject({ status: 0, output: "The settings are right.\n" });
		const inForce = example.replaceAll(/^#(\w+ =.*)$/gm, "$1");
		expect(inForce).toMatch(/^listen = /m);
		expect(check(inForce)).toMatchObject({ status: 0 });
	});

	test("is what serve does first: it does not start with a wrong one", () => {
		writeFileSync(file, "[server]\nlisten = nowhere");
		expect(run(["serve", "--config", file])).toMatchObject({ status: 2, output: expect.stringContaining(`${file}:2: `) });
	});
});
