/** Mailboxes as administrators set them up: what is kept, what is never told, what is refused. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { addChannel, staff, type Loose, type Staff } from "../lib/people.ts";
import { startServer, type TestServer } from "../lib/server.ts";

let server: TestServer;
let boss: Staff;

const imap = { host: "IMAP.exmail.qq.com", port: 993, security: "tls", user: "support@broker.example", password: "sécret 42" };
const smtp = { host: "smtp.exmail.qq.com", port: 465, security: "tls", user: "support@broker.example", password: "another" };
const mailbox = { address: "Support@Broker.example", name: "Broker 客服", imap, smtp, trusted_host: "mx.exmail.qq.com" };
// Nothing is fetched in this file: there is no such server here.
const add = (extra: object = {}): Promise<Loose> => addChannel(server, "email", { enabled: false, mailbox: { ...mailbox, ...extra } });
const edit = (id: string, change: object): Promise<Loose> => boss.request("PATCH", `/api/v1/channels/${id}`, { mailbox: change });

beforeAll(async () => {
	server = await startServer();
	boss = await staff(server, "boss");
});

afterAll(() => server.dispose());

test("a mailbox keeps what was said, and only mail from now on is taken", async () => {
	const before = Date.now();
	const { mailbox: made } = await add();
	expect(made).toMatchObject({
		address: "support@broker.example", name: "Broker 客服", folder: "INBOX", trusted_host: "mx.exmail.qq.com",
		imap: { host: "imap.exmail.qq.com", port: 993, security: "tls", user: "support@broker.example", has_password: true },
	});
	expect(Date.parse(made.since)).toBeGreaterThanOrEqual(before);
});

test("passwords are neither told nor stored in the clear", async () => {
	const made = await add();
	expect(JSON.stringify(made)).not.toContain("sécret");
	const stored = server.sql("SELECT settings FROM channel WHERE kind = 'email';");
	expect(stored).toContain("imap.exmail.qq.com");
	expect(stored).not.toContain("sécret");
	expect(stored).not.toContain("another");
});

test("whoever points a mailbox at another server has to know its password", async () => {
	const { id } = await add();
	const moved = await edit(id, { imap: { host: "imap.evil.example" } });
	expect(moved.status).toBe(400);
	expect(moved.body.error.field).toBe("mailbox.imap.password");
	expect((await edit(id, { imap: { host: "imap.other.example", password: "new" } })).status).toBe(200);
	expect((await edit(id, { imap: { port: 143, security: "starttls" } })).body.channel.mailbox.imap)
		.toMatchObject({ host: "imap.other.example", port: 143, security: "starttls", has_password: true });
});

test.each([
	["mailbox.address", { address: "nobody" }],
	["mailbox.address", { address: "support+tag@broker.example" }],
	["mailbox.imap.host", { imap: { ...imap, host: "imap.example/;UID=1" } }],
	["mailbox.imap.host", { imap: { ...imap, host: "user@imap.example" } }],
	["mailbox.imap.security", { imap: { ...imap, security: "ssl3" } }],
	["mailbox.imap.port", { imap: { ...imap, port: 0 } }],
	["mailbox.imap.password", { imap: { ...imap, password: "a\r\nA1 LOGOUT" } }],
	["mailbox.imap.user", { imap: { ...imap, user: "" } }],
	["mailbox.smtp.host", { smtp: { ...smtp, host: "smtp example" } }],
])("%s is refused when it makes no sense", async (field, change) => {
	const answer = await boss.post("/api/v1/channels", { kind: "email", name: "Mail", mailbox: { ...mailbox, ...change } });
	expect(answer.status).toBe(400);
	expect(answer.body.error.field).toBe(field);
});

test("all staff see which mailboxes there are, and nothing of how they are reached", async () => {
	const { id } = await add();
	const ann = await staff(server, "ann");
	const answer = await ann.get("/api/v1/mailboxes");
	expect(answer.body.items).toContainEqual({ id, name: "Test email", address: "support@broker.example", enabled: false });
	expect((await ann.get("/api/v1/channels")).status).toBe(403);
});
