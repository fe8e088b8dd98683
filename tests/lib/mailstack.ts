/** A private mail system: Dovecot and Exim on loopback, see mailstack.sh. Mail is given to it as the
 * rest of the world does (SMTP), and what arrived is read from the mailbox's files. */
import { execFile } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "./wait.ts";

const script = join(import.meta.dirname, "mailstack.sh");
const run = promisify(execFile);

export const mailDomain = "test.local";

async function freePorts(count: number): Promise<number[]> {
	const listeners = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve) => {
		const listener = createServer();
		listener.listen(0, "127.0.0.1", () => resolve(listener));
	})));
	const ports = listeners.map((listener) => (listener.address() as AddressInfo).port);
	await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
	return ports;
}

/** One SMTP dialogue, a command a line; throws with the server's words when it refuses. */
class SmtpLine {
	private received = "";
	private constructor(private readonly socket: Socket) {
		socket.setEncoding("latin1");
		socket.on("data", (text) => (this.received += String(text)));
		socket.on("error", () => undefined);
	}

	static async open(port: number): Promise<SmtpLine> {
		const line = new SmtpLine(connect(port, "127.0.0.1"));
		await line.answer(220);
		return line;
	}

	async say(text: string | Buffer, expected: number): Promise<void> {
		this.received = "";
		this.socket.write(text);
		await this.answer(expected);
	}

	async close(): Promise<void> {
		await this.say("QUIT\r\n", 221);
		this.socket.destroy();
	}

	private async answer(expected: number): Promise<void> {
		const [line] = await until("an answer of the mail server", () => /^\d{3}(?: .*)?\r\n/m.exec(this.received), 20_000);
		if (!line.startsWith(String(expected))) {
			this.socket.destroy();
			throw new Error(line.trim());
		}
	}
}

/** CRLF everywhere and dots doubled: what DATA wants. Works on bytes, whatever their charset. */
function smtpBody(mail: Buffer): Buffer {
	const lines = mail.toString("latin1").replace(/\r\n|\r|\n/g, "\r\n").replace(/^\./gm, "..");
	return Buffer.from(`${lines}${lines.endsWith("\r\n") ? "" : "\r\n"}.\r\n`, "latin1");
}

export interface Envelope {
	to: string | readonly string[];
	from?: string;
}

export class MailStack {
	private constructor(
		readonly folder: string,
		readonly ports: { imap: number; imaps: number; lmtp: number; smtp: number; submission: number },
	) {}

	static async start(): Promise<MailStack> {
		const folder = mkdtempSync(join(tmpdir(), "trunkline-mail-"));
		const ports = await freePorts(5);
		const [imap = 0, imaps = 0, lmtp = 0, smtp = 0, submission = 0] = ports;
		const stack = new MailStack(folder, { imap, imaps, lmtp, smtp, submission });
		await stack.command("start", ...ports.map(String));
		return stack;
	}

	/** Vouches for the certificate of localhost. */
	get caFile(): string {
		return join(this.folder, "tls", "cert.pem");
	}

	address(name: string): string {
		return `${name}@${mailDomain}`;
	}

	/** The settings of a channel of kind email for this account, as REST wants them. */
	settings(name: string): Record<string, unknown> {
		const account = { user: this.address(name), password: `pw-${name}` };
		return {
			address: this.address(name),
			name: `Desk ${name}`,
			imap: { host: "localhost", port: this.ports.imaps, security: "tls", ...account },
			smtp: { host: "localhost", port: this.ports.submission, security: "starttls", ...account },
			trusted_host: "mail.test.local",
		};
	}

	/** What a server under test must be told so that it believes this mail system. */
	get serverSettings(): Record<string, string> {
		return { "outbox.private": "127.0.0.1,::1", "outbox.ca_file": this.caFile };
	}

	/** Gives a mail to the mail server as a customer's provider does. */
	async deliver(mail: string | Buffer, envelope: Envelope): Promise<void> {
		const line = await SmtpLine.open(this.ports.smtp);
		await line.say("EHLO test.example\r\n", 250);
		await line.say(`MAIL FROM:<${envelope.from ?? "customer@test.example"}> BODY=8BITMIME\r\n`, 250);
		for (const to of typeof envelope.to === "string" ? [envelope.to] : envelope.to) {
			await line.say(`RCPT TO:<${to}>\r\n`, 250);
		}
		await line.say("DATA\r\n", 354);
		await line.say(smtpBody(Buffer.from(mail)), 250);
		await line.close();
	}

	/** Puts a mail into an account's inbox as it is, byte for byte: past what SMTP would mend or refuse. */
	drop(name: string, mail: Buffer): void {
		const maildir = join(this.folder, "mail", name, "Maildir");
		const file = `${Date.now()}.drop${++dropCount}.test`;
		const temporary = join(maildir, "tmp", file);
		writeFileSync(temporary, mail);
		if (process.getuid?.() === 0) {
			const { uid, gid } = statSync(maildir);
			chownSync(temporary, uid, gid);
		}
		renameSync(temporary, join(maildir, "new", file));
	}

	/** The mails that lie in an account's inbox, oldest first, with their Exim and Dovecot headers. */
	inbox(name: string): string[] {
		return ["new", "cur"].flatMap((part) => {
			const folder = join(this.folder, "mail", name, "Maildir", part);
			try {
				return readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), "latin1") }));
			} catch {
				return []; // nothing was delivered to it yet
			}
		}).sort((a, b) => a.file.localeCompare(b.file)).map(({ text }) => text);
	}

	/** Waits for a mail in an account's inbox that has this in it. */
	arrived(name: string, part: string, timeoutMs = 20_000): Promise<string> {
		return until(`a mail with "${part}" for ${name}`, () => this.inbox(name).find((mail) => mail.includes(part)), timeoutMs);
	}

	stopImap(): Promise<void> {
		return this.command("stop-imap");
	}

	/** With another list of what it can ("IMAP4rev1 UIDPLUS": no IDLE), or all it has. */
	startImap(...capabilities: string[]): Promise<void> {
		return this.command("start-imap", ...capabilities);
	}

	async dispose(): Promise<void> {
		await this.command("stop");
		rmSync(this.folder, { recursive: true, force: true });
	}

	private async command(name: string, ...args: string[]): Promise<void> {
		await run(script, [name, this.folder, ...args], { encoding: "utf8" });
	}
}

let dropCount = 0;
let mailCount = 0;

export interface Letter {
	from?: string;
	to?: string;
	subject?: string;
	text?: string;
	id?: string;
	headers?: readonly string[];
	/** Sent by a provider that our mail host checked (RFC 8601). */
	proven?: boolean;
	date?: Date;
}

/** A plain mail. `proven` adds what the mail host of settings() writes about its sender. */
export function letter(what: Letter = {}): string {
	const from = what.from ?? "Li Na <lina@example.com>";
	const domain = /@([^>\s]+)/.exec(from)?.[1] ?? "example.com";
	return [
		...(what.proven === true ? [`Authentication-Results: mail.${mailDomain}; dkim=pass header.d=${domain}; spf=pass smtp.mailfrom=${domain}; dmarc=pass header.from=${domain}`] : []),
		`From: ${from}`,
		`To: ${what.to ?? `support@${mailDomain}`}`,
		`Subject: ${what.subject ?? "About my account"}`,
		`Message-ID: <${what.id ?? `letter-${process.pid}-${++mailCount}@example.com`}>`,
		`Date: ${(what.date ?? new Date()).toUTCString().replace("GMT", "+0000")}`,
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: 8bit",
		...(what.headers ?? []),
		"",
		what.text ?? "Good morning, a question.",
		"",
	].join("\r\n");
}

/** The text of a plain mail, as its writer wrote it: within base64 lines still end in CRLF. */
export function bodyOf(raw: string): string {
	const [head = "", ...rest] = raw.replace(/\r/g, "").split("\n\n");
	const body = rest.join("\n\n");
	return /^Content-Transfer-Encoding: base64$/im.test(head) ? Buffer.from(body, "base64").toString() : body;
}
