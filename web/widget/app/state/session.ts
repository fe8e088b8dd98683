/** Who this visitor is: the token in localStorage of our own origin, made, renewed and ended
 * by REST. The page around the frame never sees it. */
import { RestError } from "@trunkline/client";
import type { Rest } from "@trunkline/client";
import { checks } from "@trunkline/protocol";
import type { WidgetSession } from "@trunkline/protocol";
import { recall, remember } from "@trunkline/ui/browser";

export interface StoredSession {
	readonly token: string;
	readonly expiresAt: number;
	/** The user of the page that she proved to be; null: nobody in particular. */
	readonly subject: string | null;
}

/** Renewed when less than this is left. */
const RENEW_MS = 14 * 24 * 3600 * 1000;

/** The subject of a signed identity, unverified: only to see whether it is the same person. */
export function subjectOf(identity: string): string | null {
	try {
		const [, claims = ""] = identity.split(".");
		const bytes = atob(claims.replace(/-/g, "+").replace(/_/g, "/"));
		const text = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
		const { sub } = JSON.parse(text) as { sub?: unknown };
		return typeof sub === "string" && sub !== "" ? sub : null;
	} catch {
		return null;
	}
}

export class SessionStore {
	readonly #rest: Rest;
	readonly #key: string;
	readonly #now: () => number;
	/** Kept beside the storage, which may be forbidden. */
	#session: StoredSession | null = null;

	constructor(rest: Rest, key: string, now: () => number) {
		this.#rest = rest;
		this.#key = key;
		this.#now = now;
		this.#session = this.#read();
	}

	/** The newest, also when another window made it. */
	get current(): StoredSession | null {
		this.#session = this.#read() ?? this.#session;
		if (this.#session && this.#session.expiresAt <= this.#now()) {
			this.#keep(null);
		}
		return this.#session;
	}

	/** A session that lasts: the present one, renewed where needed, or a new one. */
	async ensure(language: string): Promise<StoredSession> {
		const session = this.current;
		if (session && session.expiresAt - this.#now() > RENEW_MS) {
			return session;
		}
		if (session) {
			try {
				return await this.#open({ language, token: session.token }, session.subject);
			} catch (error) {
				if (!isRefused(error)) {
					throw error;
				}
				this.#keep(null);
			}
		}
		return this.#open({ language }, null);
	}

	/** Refused (RestError, 401) when the identity does not hold: then nothing changes. */
	async identify(identity: string, language: string): Promise<{ session: StoredSession; changed: boolean }> {
		const subject = subjectOf(identity);
		const session = this.current;
		if (session && subject !== null && session.subject === subject) {
			return { session: await this.ensure(language), changed: false };
		}
		// An anonymous visitor takes her thread along; another person's stays behind.
		const token = session && session.subject === null ? { token: session.token } : {};
		return { session: await this.#open({ language, identity, ...token }, subject), changed: true };
	}

	/** This token is dead. False when another window has a newer one. */
	drop(token: string): boolean {
		if (this.current?.token === token) {
			this.#keep(null);
			return true;
		}
		return this.#session === null;
	}

	async end(): Promise<void> {
		if (!this.current) {
			return;
		}
		try {
			await this.#rest.delete("/widget/session");
		} finally {
			this.#keep(null);
		}
	}

	async #open(
		body: { language: string; token?: string; identity?: string },
		subject: string | null,
	): Promise<StoredSession> {
		const answer = await this.#rest.post("/widget/session", checks.widgetSessionCheck, { key: this.#key, ...body });
		const session = toStored(answer, subject);
		this.#keep(session);
		return session;
	}

	get #place(): string {
		return `trunkline:${this.#key}:session`;
	}

	#keep(session: StoredSession | null): void {
		this.#session = session;
		remember(this.#place, session === null ? null : JSON.stringify(session));
	}

	#read(): StoredSession | null {
		try {
			const { token, expiresAt, subject } = JSON.parse(recall(this.#place) ?? "null") as Record<string, unknown>;
			return typeof token === "string" && typeof expiresAt === "number"
				? { token, expiresAt, subject: typeof subject === "string" ? subject : null }
				: null;
		} catch {
			return null;
		}
	}
}

const toStored = ({ token, expires_at: expires }: WidgetSession, subject: string | null): StoredSession =>
	({ token, expiresAt: Date.parse(expires), subject });

export const isRefused = (error: unknown): boolean =>
	error instanceof RestError && (error.status === 401 || error.status === 403);
