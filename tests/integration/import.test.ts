/** Past calls out of real captures of real exchanges, beside a running server, held against their truth. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

const captures = join(import.meta.dirname, "..", "channels");
const asterisk = join(captures, "asterisk-16.0.1");
const freeswitch = join(captures, "freeswitch");

/** The columns of cdr_custom's sample mapping, with two more, as the captures have them. */
const customHeading = "clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield,sequence,linkedid,peeraccount";

function scenarios(): string[] {
	return readdirSync(asterisk).filter((name) => name.endsWith(".truth.json")).map((name) => name.slice(0, -".truth.json".length));
}

/** The truth's words in ours; undefined: nobody outside took part, so there is no call to keep. */
const results: Record<string, string | undefined> = {
	answered: "completed", abandoned: "abandoned", busy: "busy", cancelled: "missed", noanswer: "missed",
	queue_timeout: "missed", ivr_timeout: "missed", voicemail: "voicemail",
};

describe.each(databases)("past calls on %s", (database) => {
	let server: TestServer;
	let boss: Staff;
	let folder: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "trunkline-cdr-"));
		server = await startServer({ database });
		boss = await staff(server, "boss");
		await addChannel(server, "phone");
	});
	afterAll(async () => {
		await server.dispose();
		rmSync(folder, { recursive: true });
	});

	function importing(format: string, files: readonly string[], ...more: string[]): string {
		const { status, output } = server.tryCommand("import", ["cdr", "--format", format, "--timezone", "UTC", "--internal", "keep", ...more, ...files]);
		expect([status, output]).toEqual([0, expect.stringContaining("0 bad rows")]);
		return output;
	}

	/** All calls of everybody, through the API; the running server sees what the command wrote. */
	async function calls(): Promise<Loose[]> {
		const found: Loose[] = [];
		for (let next: string | null = ""; next !== null;) {
			const page: Loose = (await boss.get(`/api/v1/customers?limit=200${next === "" ? "" : `&after=${next}`}`)).body;
			for (const customer of page.items) {
				found.push(...(await boss.get(`/api/v1/customers/${customer.id}/calls`)).body.items);
			}
			next = page.next;
		}
		return found;
	}

	test("twenty-two scenarios of Asterisk's cdr_custom come out as the calls they were", async () => {
		const names = scenarios();
		expect(names.length).toBeGreaterThanOrEqual(22);
		importing("asterisk-custom", names.map((name) => join(asterisk, `${name}.cdr-custom.csv`)));
		const kept = await calls();
		for (const name of names) {
			const truth = JSON.parse(readFileSync(join(asterisk, `${name}.truth.json`), "utf8")) as Loose;
			const rows = readFileSync(join(asterisk, `${name}.cdr-custom.csv`), "latin1");
			const during = kept.filter((call) => rows.includes(`"${call.external_id}"`));
			const happened = truth.calls.filter((call: Loose) => results[call.result] !== undefined);
			const told = (call: Loose): string => [call.direction, call.result, call.queue].join(" ");
			expect([name, during.map(told).sort()]).toEqual([name, happened.map((call: Loose) => [call.direction, results[call.result], call.queue ?? ""].join(" ")).sort()]);
			expect([name, during.map((call) => call.caller_name)]).toEqual([name, expect.arrayContaining(happened.flatMap((call: Loose) => call.caller_name ?? []))]);
			expect([name, during.flatMap((call) => call.transfers)]).toEqual([name, happened.flatMap((call: Loose) => (call.transferred_to === undefined ? [] : [{ to: call.transferred_to, kind: call.transfer }]))]);
			for (const call of during) {
				expect([name, call.imported, call.result === "completed"]).toEqual([name, true, call.talk_ms > 0]);
			}
		}
	});

	test("the same calls in Asterisk's other file are known already", async () => {
		const before = (await calls()).length;
		const output = importing("asterisk", scenarios().map((name) => join(asterisk, `${name}.cdr.csv`)));
		expect(output).toMatch(/ 0 added, /);
		expect((await calls()).length).toBe(before);
	});

	test("FreeSWITCH's JSON of five versions, encoded or not, becomes five calls", async () => {
		const files = readdirSync(freeswitch).map((name) => join(freeswitch, name));
		expect(importing("freeswitch", files)).toMatch(/^5 calls: 5 added/);
		const kept = new Map((await calls()).map((call) => [call.external_id, call]));
		const truth = [
			["3da8bf84-c133-4959-9e24-e72875cb33a1", "2018-01-11T10:25:44.534Z", 67_540, 67_139, "house"],
			["e3133bf7-dcde-4daf-9663-9a79ffcef5ad", "2015-07-07T14:52:08.471Z", 65_039, 0, "customer"],
			["01df56f4-d99a-4ef6-b7fe-b924b2415b7f", "2013-08-04T09:50:54.385Z", 3920, 0, "house"],
			["c8ccef5e-34c2-4fd2-9a2e-fa6f295f3a1e", "2013-05-16T12:33:28", 20_977, 0, "house"],
			["5a3a1d91-90d3-4db4-af5c-cc3ae15d93a4", "2018-03-14T11:09:18.006Z", 20_600, 15_486, "customer"],
		] as const;
		for (const [id, startedAt, talkMs, holdMs, hangupBy] of truth) {
			expect([id, kept.get(id)]).toEqual([id, expect.objectContaining({ result: "completed", started_at: expect.stringContaining(startedAt), talk_ms: talkMs, hold_ms: holdMs, hangup_by: hangupBy, imported: true })]);
		}
		expect(importing("freeswitch", files)).toMatch(/^5 calls: 0 added, 5 already known/);
	});

	test("any CSV with a heading is taken, its columns named in the house's own words", async () => {
		const capture = readFileSync(join(asterisk, "queue_answered_hold.cdr-custom.csv"), "utf8");
		const words: Record<string, string> = { linkedid: "通话编号", src: "主叫号码", dst: "被叫号码", start: "开始时间", answer: "接通时间", end: "结束时间", billsec: "通话时长" };
		const heading = customHeading.split(",").map((column) => words[column] ?? column).join(",");
		const file = join(folder, "calls.csv");
		writeFileSync(file, `\ufeff${heading}\r\n${capture.replaceAll("pbxlab-", "elsewhere-")}`);
		const map = "call_id=通话编号,from=主叫号码,to=被叫号码,started_at=开始时间,answered_at=接通时间,ended_at=结束时间,talk_seconds=通话时长";
		expect(importing("csv", [file], "--map", map)).toMatch(/^1 calls: 1 added/);
		expect(importing("csv", [file], "--map", map)).toMatch(/^1 calls: 0 added, 1 already known/);
		const call = (await calls()).find((one) => one.external_id.startsWith("elsewhere-"));
		expect(call).toMatchObject({ direction: "in", result: "completed", customer_number: "+8613800138000", house_number: "95001", talk_ms: 12_000, started_at: "2026-11-21T20:06:53.000Z" });
	});

	test("a file whose heading lacks a column is refused with the column's name", () => {
		const file = join(folder, "headless.csv");
		writeFileSync(file, "编号,主叫\n1,13900010001\n");
		const refused = server.tryCommand("import", ["cdr", "--format", "csv", "--map", "call_id=编号,from=主叫", file]);
		expect(refused.status).not.toBe(0);
		expect(refused.output).toMatch(/neither `ended_at` nor `talk_seconds`/);
	});

	test("who imports while agents work sees every history whole afterwards", async () => {
		await until("the log is whole", () => /^Whole:/.test(server.command("verify")));
	});
});
