/** The mail system that other tests lean on: that it delivers, refuses and comes back as it says. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { letter, MailStack } from "../lib/mailstack.ts";

let mail: MailStack;

beforeAll(async () => {
	mail = await MailStack.start();
});

afterAll(() => mail.dispose());

test("a mail arrives with every byte, also when its lines begin with dots", async () => {
	await mail.deliver(letter({ text: "你好\n.hidden\n..end" }), { to: mail.address("support+t1") });
	const arrived = await mail.arrived("support", ".hidden");
	expect(Buffer.from(arrived, "latin1").toString()).toContain("你好");
	expect(arrived.replace(/\r/g, "")).toContain("\n.hidden\n..end\n");
});

test("what is refused is refused in the server's words", async () => {
	await expect(mail.deliver(letter(), { to: mail.address("reject550") })).rejects.toThrow("550 5.1.1 No such user here");
	await expect(mail.deliver(letter(), { to: "somebody@example.com" })).rejects.toThrow("550 5.7.1 relaying denied");
});

test("mail that came while the IMAP server was away is there afterwards", async () => {
	await mail.stopImap();
	await mail.deliver(letter({ text: "in between" }), { to: mail.address("later") });
	await mail.startImap("IMAP4rev1", "UIDPLUS");
	await mail.arrived("later", "in between");
	await mail.stopImap();
	await mail.startImap();
});
