/** The settings of a mailbox as they are typed, and what providers say of their servers. */
import type { Channel, MailAnswering, MailSecurity, MailServer } from "../../shared/types";

export interface ServerForm {
	host: string;
	port: number;
	security: MailSecurity;
	user: string;
	password: string;
	/** A password is kept for this server and user. */
	kept: boolean;
}

export const answerings: readonly MailAnswering[] = ["off", "proven", "all"];

export interface MailboxForm {
	address: string;
	name: string;
	imap: ServerForm;
	smtp: ServerForm;
	/** SMTP logs in with what IMAP does. */
	sameLogin: boolean;
	folder: string;
	trustedHost: string;
	/** Whose mail is answered by rules. */
	autoAnswer: MailAnswering;
	/** Local time, as a datetime-local field has it; empty: from now on. */
	since: string;
}

export interface Provider {
	readonly key: string;
	readonly imap: string;
	readonly smtp: string;
	readonly smtpPort: number;
	readonly smtpSecurity: MailSecurity;
	readonly trustedHost: string;
}

export const providers: readonly Provider[] = [
	{ key: "exmail", imap: "imap.exmail.qq.com", smtp: "smtp.exmail.qq.com", smtpPort: 465, smtpSecurity: "tls", trustedHost: "" },
	{ key: "qq", imap: "imap.qq.com", smtp: "smtp.qq.com", smtpPort: 465, smtpSecurity: "tls", trustedHost: "" },
	{ key: "netease", imap: "imap.163.com", smtp: "smtp.163.com", smtpPort: 465, smtpSecurity: "tls", trustedHost: "" },
	{ key: "aliyun", imap: "imap.qiye.aliyun.com", smtp: "smtp.qiye.aliyun.com", smtpPort: 465, smtpSecurity: "tls", trustedHost: "" },
	{ key: "outlook", imap: "outlook.office365.com", smtp: "smtp.office365.com", smtpPort: 587, smtpSecurity: "starttls", trustedHost: "" },
	{ key: "gmail", imap: "imap.gmail.com", smtp: "smtp.gmail.com", smtpPort: 465, smtpSecurity: "tls", trustedHost: "mx.google.com" },
];

const usualPorts: Record<"imap" | "smtp", Record<MailSecurity, number>> = {
	imap: { tls: 993, starttls: 143, none: 143 },
	smtp: { tls: 465, starttls: 587, none: 25 },
};

/** The port moves along, unless somebody chose another than the usual one. */
export function chooseSecurity(kind: "imap" | "smtp", server: ServerForm, security: MailSecurity): void {
	if (server.port === usualPorts[kind][server.security]) {
		server.port = usualPorts[kind][security];
	}
	server.security = security;
}

function serverForm(server: MailServer | undefined, port: number): ServerForm {
	return {
		host: server?.host ?? "",
		port: server?.port ?? port,
		security: server?.security ?? "tls",
		user: server?.user ?? "",
		password: "",
		kept: server?.has_password ?? false,
	};
}

/** UTC to what a datetime-local field shows. */
function localTime(time: string | null | undefined): string {
	if (time === null || time === undefined) {
		return "";
	}
	const at = new Date(time);
	return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function mailboxForm(channel: Channel | null): MailboxForm {
	const saved = channel?.mailbox;
	return {
		address: saved?.address ?? "",
		name: saved?.name ?? "",
		imap: serverForm(saved?.imap, 993),
		smtp: serverForm(saved?.smtp, 465),
		sameLogin: saved === undefined || saved.smtp.user === saved.imap.user,
		folder: saved?.folder ?? "INBOX",
		trustedHost: saved?.trusted_host ?? "",
		autoAnswer: saved?.auto_answer ?? "off",
		since: localTime(saved?.since),
	};
}

export function applyProvider(form: MailboxForm, key: string): void {
	const provider = providers.find((one) => one.key === key);
	if (provider === undefined) {
		return;
	}
	Object.assign(form.imap, { host: provider.imap, port: 993, security: "tls" });
	Object.assign(form.smtp, { host: provider.smtp, port: provider.smtpPort, security: provider.smtpSecurity });
	form.trustedHost = provider.trustedHost;
}

/** What stands in the way of answering as it was chosen. */
export function answeringLacks(form: MailboxForm): "smtp" | "trustedHost" | null {
	if (form.autoAnswer !== "off" && form.smtp.host === "") {
		return "smtp";
	}
	return form.autoAnswer === "proven" && form.trustedHost === "" ? "trustedHost" : null;
}

function serverMembers(server: ServerForm, user: string, password: string): Record<string, unknown> {
	return {
		host: server.host, port: server.port, security: server.security, user,
		...(password === "" ? {} : { password }),
	};
}

/** What the REST wants. A password that was not typed stays as it is. */
export function mailboxMembers(form: MailboxForm, saved: string): Record<string, unknown> {
	const imapUser = form.imap.user === "" ? form.address : form.imap.user;
	const own = form.sameLogin ? { user: imapUser, password: form.imap.password } : form.smtp;
	return {
		address: form.address,
		name: form.name,
		imap: serverMembers(form.imap, imapUser, form.imap.password),
		...(form.smtp.host === "" ? {} : { smtp: serverMembers(form.smtp, own.user, own.password) }),
		folder: form.folder,
		trusted_host: form.trustedHost,
		auto_answer: form.autoAnswer,
		// A field of minutes must not move the instant that it was made from.
		...(form.since === "" || form.since === saved ? {} : { since: new Date(form.since).toISOString() }),
	};
}
