/** What is typed about a mailbox, and what of it is sent. */
import { describe, expect, test } from "vitest";
import { answeringLacks, applyProvider, chooseSecurity, mailboxForm, mailboxMembers, providers } from "../../src/features/admin/mailbox";
import type { Channel } from "../../src/shared/types";

const saved = {
	mailbox: {
		address: "support@broker.example", name: "Broker", folder: "INBOX", trusted_host: "mx.broker.example", since: "2026-11-22T00:00:30.500Z",
		imap: { host: "imap.broker.example", port: 993, security: "tls", user: "support@broker.example", has_password: true },
		smtp: { host: "smtp.broker.example", port: 465, security: "tls", user: "support@broker.example", has_password: true },
	},
} as unknown as Channel;

describe("a mailbox as it is typed", () => {
	test("passwords that were not typed are not sent, so that those that are kept stay", () => {
		const form = mailboxForm(saved);
		expect(form.sameLogin).toBe(true);
		expect(JSON.stringify(mailboxMembers(form, form.since))).not.toContain("password");
	});

	test("the instant from which mail is taken moves only when somebody changes it", () => {
		const form = mailboxForm(saved);
		const before = form.since;
		expect(mailboxMembers(form, before)).not.toHaveProperty("since");
		form.since = "2026-11-01T08:00";
		expect(mailboxMembers(form, before)["since"]).toBe(new Date("2026-11-01T08:00").toISOString());
	});

	test("outgoing mail logs in as incoming does, unless it has its own", () => {
		const form = mailboxForm(null);
		Object.assign(form, { address: "help@broker.example" });
		Object.assign(form.imap, { host: "imap.broker.example", password: "secret" });
		form.smtp.host = "smtp.broker.example";
		expect(mailboxMembers(form, "")["smtp"]).toMatchObject({ user: "help@broker.example", password: "secret" });
		form.sameLogin = false;
		Object.assign(form.smtp, { user: "relay", password: "other" });
		expect(mailboxMembers(form, "")["smtp"]).toMatchObject({ user: "relay", password: "other" });
	});

	test("a mailbox may be for reading only", () => {
		const form = mailboxForm(null);
		expect(mailboxMembers(form, "")).not.toHaveProperty("smtp");
	});

	test("nothing is answered automatically until somebody says so, and what that lacks is told", () => {
		const form = mailboxForm(null);
		expect(mailboxMembers(form, "")["auto_answer"]).toBe("off");
		expect(answeringLacks(form)).toBeNull();
		form.autoAnswer = "proven";
		expect(answeringLacks(form)).toBe("smtp");
		form.smtp.host = "smtp.broker.example";
		expect(answeringLacks(form)).toBe("trustedHost");
		form.trustedHost = "mx.broker.example";
		expect(answeringLacks(form)).toBeNull();
		expect(mailboxMembers(form, "")["auto_answer"]).toBe("proven");
		Object.assign(form, { autoAnswer: "all", trustedHost: "" });
		expect(answeringLacks(form)).toBeNull();
	});

	test("every provider fills in both servers", () => {
		for (const { key } of providers) {
			const form = mailboxForm(null);
			applyProvider(form, key);
			expect(form.imap.host).not.toBe("");
			expect(form.smtp.host).not.toBe("");
			expect(form.imap.port).toBe(993);
		}
	});

	test("the port moves with the encryption, unless it was chosen by hand", () => {
		const { imap, smtp } = mailboxForm(null);
		chooseSecurity("smtp", smtp, "starttls");
		expect(smtp.port).toBe(587);
		imap.port = 1993;
		chooseSecurity("imap", imap, "starttls");
		expect(imap.port).toBe(1993);
	});
});
