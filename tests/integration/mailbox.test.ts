/** Reading mailboxes from a real mail server: each mail is an entry once, whatever breaks. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { letter, MailStack } from "../lib/mailstack.ts";
import { addChannel, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, TestServer, type Database } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

let mail: MailStack;
let server: TestServer | undefined;
let boss: Staff;
let names = 0;

beforeAll(async () => {
	mail = await MailStack.start();
});

afterAll(() => mail.dispose());

afterEach(async () => {
	await server?.dispose();
	server = undefined;
});

async function start(database: Database = "sqlite", settings: Record<string, string> = {}): Promise<void> {
	server = await startServer({ database, settings: { ...mail.serverSettings, "outbox.retry": "200ms", ...settings } });
	boss = await staff(server, "boss");
}

/** An account of its own for each test. */
const account = (): string => `box${++names}`;

async function addMailbox(name: string, changes: object = {}): Promise<Loose> {
	const channel = await addChannel(server!, "email", { mailbox: { ...mail.settings(name), ...changes } });
	return channel;
}

const state = async (id: string): Promise<Loose> =>
	(await boss.get("/api/v1/channels")).body.items.find((one: Loose) => one.id === id).mailbox_state;

const connected = (id: string): Promise<Loose> =>
	until("the mailbox is read", async () => {
		const now = await state(id);
		return now.state === "connected" ? now : undefined;
	}, 15_000);

/** All mails that are entries, by their bodies. */
function entries(): Loose[] {
	const bodies = server!.sql("SELECT body FROM fact WHERE kind = 1 AND channel_kind = 'email' ORDER BY id;");
	const plain = (line: string): string => (server!.database === "mariadb" ? line.replaceAll("\\\\", "\\") : line);
	return bodies.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(plain(line)));
}

const withText = (part: string): Loose[] => entries().filter((body) => String(body.text).includes(part));
const arrives = (part: string, timeoutMs = 15_000): Promise<Loose> =>
	until(`an entry with "${part}"; the server said ${server!.log.slice(-500)}`, async () => {
		await new Promise((resolve) => setTimeout(resolve, 50)); // each look is a program of its own
		return withText(part)[0];
	}, timeoutMs);

test.each(databases)("a mail becomes an entry within two seconds, on %s", { timeout: 60_000 }, async (database) => {
	await start(database);
	const name = account();
	const { id } = await addMailbox(name);
	expect((await connected(id)).idle).toBe(true);
	await mail.deliver(letter({ text: "first, to open the folder" }), { to: mail.address(name) });
	await arrives("first, to open");
	const sent = Date.now();
	await mail.deliver(letter({ text: "Where is my confirmation?", from: "Wang <wang@example.com>", proven: true }), { to: mail.address(name) });
	const body = await arrives("Where is my confirmation?");
	expect(Date.now() - sent).toBeLessThan(2000);
	expect(body.mail.from).toEqual({ name: "Wang", address: "wang@example.com" });
	expect(body.mail.trust).toBe("proven");
	await until("it is counted", async () => (await state(id)).taken === 2);
});

test("mail from before the chosen instant is left alone, what came while nobody read is not", async () => {
	await start();
	const name = account();
	await mail.deliver(letter({ text: "an old one" }), { to: mail.address(name) });
	await mail.arrived(name, "an old one");
	await new Promise((resolve) => setTimeout(resolve, 1100)); // their clock counts whole seconds
	await addMailbox(name);
	await mail.deliver(letter({ text: "a new one" }), { to: mail.address(name) });
	await arrives("a new one");
	expect(withText("an old one")).toEqual([]);
	await server!.stop();
	await mail.deliver(letter({ text: "one in the night" }), { to: mail.address(name) });
	await mail.arrived(name, "one in the night");
	await server!.start();
	await arrives("one in the night");
	expect(withText("a new one")).toHaveLength(1);
});

test.each(databases)("killed again and again while it reads, it has each mail once, on %s", { timeout: 60_000 }, async (database) => {
	await start(database);
	const name = account();
	const count = 40;
	for (let i = 0; i < count; i++) {
		await mail.deliver(letter({ text: `number <${i}>` }), { to: mail.address(name) });
	}
	await until("all are in the mailbox", () => mail.inbox(name).length === count, 20_000);
	await addMailbox(name, { since: new Date(Date.now() - 3_600_000).toISOString() });
	for (let round = 0; round < 3; round++) {
		const before = entries().length;
		await until("some more were read", () => entries().length > before || entries().length === count, 20_000);
		await server!.kill();
		await server!.start();
	}
	await until("all are entries", () => entries().length >= count, 40_000);
	expect(new Set(entries().map((body) => body.text)).size).toBe(count);
	expect(entries()).toHaveLength(count);
	expect(server!.command("verify")).toContain("Whole:");
});

test("when the mail server comes back, reading goes on by itself", { timeout: 60_000 }, async () => {
	await start();
	const name = account();
	const { id } = await addMailbox(name);
	await connected(id);
	await mail.stopImap();
	const broken = await until("it is told", async () => {
		const now = await state(id);
		return now.failed_at !== null ? now : undefined;
	});
	expect(broken.error).not.toBe("");
	await mail.deliver(letter({ text: "meanwhile" }), { to: mail.address(name) });
	await mail.startImap();
	await arrives("meanwhile", 20_000);
	expect((await state(id)).state).toBe("connected");
});

/** What the house keeps of files: rows that go with no entry, digests of the others, and what lies on the disk. */
function kept(): { orphans: number; digests: number; onDisk: number } {
	const folder = join(server!.dataDir, "files");
	const onDisk = readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)));
	const count = (condition: string): number => Number(server!.sql(`SELECT COUNT(DISTINCT digest) FROM file WHERE ${condition};`).trim());
	return { orphans: count("fact = 0"), digests: count("fact <> 0"), onDisk: onDisk.length };
}

test.each(databases)("a second copy of a mail leaves no files behind, on %s", { timeout: 60_000 }, async (database) => {
	await start(database);
	const [one, other] = [account(), account()];
	const first = await addMailbox(one);
	const second = await addMailbox(other);
	const attachment = (text: string): string => [
		'--x', "Content-Type: text/plain", "", text, "--x", 'Content-Type: text/plain; name="terms.txt"', "Content-Disposition: attachment; filename=terms.txt", "",
		"the same in both", "--x--", "",
	].join("\r\n");
	const copy = (way: string): Buffer => Buffer.from(letter({ id: "copied@example.com", headers: [`X-Way: ${way}`], text: attachment("see the terms") })
		.replace("text/plain; charset=utf-8", 'multipart/mixed; boundary="x"'));
	await Promise.all([connected(first.id), connected(second.id)]);
	mail.drop(one, copy("first"));
	await arrives("see the terms");
	const before = kept();
	expect(before).toEqual({ orphans: 0, digests: 2, onDisk: 2 });
	mail.drop(other, copy("second"));
	await until("the copy was read", async () => (await state(second.id)).taken === 1, 15_000);
	mail.drop(one, copy("third"));
	await until("and one more", async () => (await state(first.id)).taken === 2, 15_000);
	expect(withText("see the terms")).toHaveLength(1);
	expect(kept()).toEqual(before);
	const [file] = JSON.parse(server!.sql("SELECT files FROM fact WHERE files IS NOT NULL;")) as Loose[];
	const read = await boss.get(`/api/v1/files/${file.id}`);
	expect([read.status, read.body]).toEqual([200, "the same in both"]);
});

test("one mail to two mailboxes is one entry", async () => {
	await start();
	const [one, other] = [account(), account()];
	const first = await addMailbox(one);
	const second = await addMailbox(other);
	await Promise.all([connected(first.id), connected(second.id)]);
	await mail.deliver(letter({ text: "to both of you" }), { to: [mail.address(one), mail.address(other)] });
	await until("both mailboxes have read it", async () => (await state(first.id)).taken === 1 && (await state(second.id)).taken === 1, 15_000);
	expect(withText("to both of you")).toHaveLength(1);
});

test("a wrong password is told in the server's words, and put right by settings", { timeout: 60_000 }, async () => {
	await start();
	const name = account();
	const settings = mail.settings(name) as Loose;
	const { id } = await addMailbox(name, { imap: { ...settings.imap, password: "wrong" } });
	const now = await until("it is told", async () => {
		const found = await state(id);
		return found.failed_at !== null ? found : undefined;
	});
	expect(now).toMatchObject({ step: "login", advice: "password" });
	expect(now.error).toContain("Authentication failed");
	await boss.request("PATCH", `/api/v1/channels/${id}`, { mailbox: { imap: settings.imap } });
	await connected(id);
});

test("of a mail that is too large the head is an entry that says so", { timeout: 60_000 }, async () => {
	await start("sqlite", { "mail.largest": "64k" });
	const name = account();
	await addMailbox(name);
	await mail.deliver(letter({ subject: "A large one", text: `${"x".repeat(70)}\r\n`.repeat(3000) }), { to: mail.address(name) });
	await mail.arrived(name, "A large one");
	const body = await arrives("too large");
	expect(body.mail.subject).toBe("A large one");
	expect(body.mail.truncated).toBe(true);
});

test("where the server has no IDLE and the folder is Chinese it is read all the same", async () => {
	await start();
	const name = account();
	await mail.stopImap();
	await mail.startImap("IMAP4rev1", "UIDPLUS", "LITERAL+");
	const { id } = await addMailbox(name, { folder: "客户来信" });
	expect((await connected(id)).idle).toBe(false);
	await mail.stopImap();
	await mail.startImap();
});

test("every mail of the collection ends as an entry or is told", { timeout: 120_000 }, async () => {
	await start();
	const name = account();
	const { id } = await addMailbox(name, { since: "2000-01-01T00:00:00Z" });
	await connected(id);
	const folder = join(import.meta.dirname, "..", "channels", "email", "mails");
	const files = readdirSync(folder).filter((file) => file.endsWith(".eml"));
	expect(files.length).toBeGreaterThan(10);
	for (const file of files) {
		mail.drop(name, readFileSync(join(folder, file)));
	}
	const now = await until("all are taken or told", async () => {
		const found = await state(id);
		return found.taken + found.told >= files.length ? found : undefined;
	}, 90_000);
	expect(now.told).toBe(0);
	expect(server!.command("verify")).toContain("Whole:");
});

/** Nobody else can write until its input ends. */
function holdDatabase(): ChildProcessByStdio<Writable, null, null> {
	const holder = spawn("sqlite3", [join(server!.dataDir, "trunkline.db")], { stdio: ["pipe", "ignore", "ignore"] });
	holder.stdin.write("BEGIN IMMEDIATE;\n");
	return holder;
}

test("while the database refuses, nothing is lost", async () => {
	await start();
	const name = account();
	const { id } = await addMailbox(name);
	await connected(id);
	const away = holdDatabase();
	await mail.deliver(letter({ text: "kept back" }), { to: mail.address(name) });
	await mail.arrived(name, "kept back");
	await new Promise((resolve) => setTimeout(resolve, 500));
	away.stdin.end("COMMIT;\n");
	await arrives("kept back", 20_000);
	expect(withText("kept back")).toHaveLength(1);
});

test("trying a mailbox says how far each server was reached, before and after it is saved", async () => {
	await start("sqlite", { "outbox.timeout": "3s" });
	const name = account();
	const settings = mail.settings(name) as Loose;
	const attempt = async (change: object, path = "/api/v1/channels/test"): Promise<Loose> =>
		(await boss.post(path, { mailbox: { ...settings, ...change } })).body;
	const fine = await attempt({});
	expect(fine.ok).toBe(true);
	expect(fine.steps.map((one: Loose) => `${one.server} ${one.step} ${one.ok}`)).toEqual([
		"imap connect true", "imap secure true", "imap login true", "imap folder true", "imap ready true",
		"smtp connect true", "smtp secure true", "smtp login true", "smtp ready true",
	]);
	const last = (result: Loose, one: string): Loose => result.steps.filter((step: Loose) => step.server === one).at(-1);
	expect(last(await attempt({ imap: { ...settings.imap, password: "wrong" } }), "imap")).toMatchObject({ step: "login", ok: false, advice: "password" });
	expect(last(await attempt({ smtp: { ...settings.smtp, password: "wrong" } }), "smtp")).toMatchObject({ step: "login", ok: false, advice: "password" });
	expect(last(await attempt({ folder: "Nowhere" }), "imap")).toMatchObject({ step: "folder", ok: false, advice: "folder" });
	expect(last(await attempt({ imap: { ...settings.imap, security: "starttls" } }), "imap")).toMatchObject({ ok: false });
	expect(last(await attempt({ imap: { ...settings.imap, host: "no-such-host.invalid" } }), "imap")).toMatchObject({ step: "connect", advice: "name" });
	expect(last(await attempt({ imap: { ...settings.imap, host: "127.0.0.1", port: 1 } }), "imap")).toMatchObject({ step: "connect", advice: "unreachable" });
	const { id } = await addMailbox(name);
	expect((await boss.post(`/api/v1/channels/${id}/test`, {})).body.ok).toBe(true);
});

test("a private address is refused where the configuration does not name it", async () => {
	await start("sqlite", { "outbox.private": "" });
	const result = (await boss.post("/api/v1/channels/test", { mailbox: mail.settings(account()) })).body;
	expect(result.steps[0]).toMatchObject({ server: "imap", step: "connect", ok: false, advice: "private" });
});

test("a certificate that nobody vouches for is refused", async () => {
	await start("sqlite", { "outbox.ca_file": "" });
	const result = (await boss.post("/api/v1/channels/test", { mailbox: mail.settings(account()) })).body;
	expect(result.steps.find((one: Loose) => !one.ok)).toMatchObject({ server: "imap", step: "secure", advice: "certificate" });
});
