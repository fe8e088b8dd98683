/** REST under /api/v1 with typed answers and typed errors. The transport is given from outside. */
import { checks, parseWith, ProtocolError } from "@trunkline/protocol";
import type { Check } from "@trunkline/protocol";

export interface HttpRequest {
	readonly method: string;
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | null;
}

export interface HttpResponse {
	readonly status: number;
	header(name: string): string | null;
	text(): Promise<string>;
}

/** Rejects when the server could not be reached. */
export type HttpSend = (request: HttpRequest) => Promise<HttpResponse>;

/** `offline`: no answer came. `broken`: an answer that does not hold to the protocol. Others
 * are the server's own: invalid, unauthenticated, denied, not_found, conflict, too_large … */
export class RestError extends Error {
	override readonly name = "RestError";

	constructor(
		readonly code: string,
		message: string,
		readonly status = 0,
		readonly field: string | null = null,
		readonly retryAfterMs: number | null = null,
		/** The whole answer: some conflicts carry more, such as the present state. */
		readonly detail: unknown = null,
	) {
		super(message);
	}
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface RestOptions {
	readonly send: HttpSend;
	/** In front of /api/v1; empty: the page's own server. */
	readonly base?: string;
	/** Sent with every write; null before log-in. */
	readonly csrf?: () => string | null;
	/** A visitor's token. */
	readonly bearer?: () => string | null;
}

const isRead = (method: string): boolean => method === "GET" || method === "HEAD";

export function withQuery(path: string, query: Query): string {
	const parts = Object.entries(query)
		.filter(([, value]) => value !== undefined && value !== null && value !== "")
		.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`);
	return parts.length > 0 ? `${path}?${parts.join("&")}` : path;
}

export class Rest {
	readonly #options: RestOptions;

	constructor(options: RestOptions) {
		this.#options = options;
	}

	get<T>(path: string, check: Check<T>, query: Query = {}): Promise<T> {
		return this.#checked("GET", withQuery(path, query), check, null);
	}

	post<T>(path: string, check: Check<T>, body: unknown): Promise<T> {
		return this.#checked("POST", path, check, body);
	}

	put<T>(path: string, check: Check<T>, body: unknown): Promise<T> {
		return this.#checked("PUT", path, check, body);
	}

	patch<T>(path: string, check: Check<T>, body: unknown): Promise<T> {
		return this.#checked("PATCH", path, check, body);
	}

	/** A PUT that answers nothing. */
	async keep(path: string, body: unknown): Promise<void> {
		await this.#send("PUT", path, body);
	}

	async delete(path: string): Promise<void> {
		await this.#send("DELETE", path, null);
	}

	/** Headers that another transport needs to act in the same name (uploads with progress). */
	headers(method: string): Record<string, string> {
		const headers: Record<string, string> = { Accept: "application/json" };
		const csrf = this.#options.csrf?.();
		if (csrf && !isRead(method)) {
			headers["X-CSRF-Token"] = csrf;
		}
		const bearer = this.#options.bearer?.();
		if (bearer) {
			headers["Authorization"] = `Bearer ${bearer}`;
		}
		return headers;
	}

	url(path: string): string {
		return `${this.#options.base ?? ""}/api/v1${path}`;
	}

	async #checked<T>(method: string, path: string, check: Check<T>, body: unknown): Promise<T> {
		const value = await this.#send(method, path, body);
		try {
			return parseWith(check, value);
		} catch (error) {
			if (error instanceof ProtocolError) {
				throw new RestError("broken", `${method} ${path}: ${error.message}`, 200);
			}
			throw error;
		}
	}

	async #send(method: string, path: string, body: unknown): Promise<unknown> {
		const headers = this.headers(method);
		if (body !== null) {
			headers["Content-Type"] = "application/json";
		}
		let response: HttpResponse;
		let text: string;
		try {
			response = await this.#options.send({
				method,
				url: this.url(path),
				headers,
				body: body === null ? null : JSON.stringify(body),
			});
			text = await response.text();
		} catch {
			throw new RestError("offline", `${method} ${path}: no answer`);
		}
		return readAnswer(response.status, text, response.header("Retry-After"));
	}
}

/** The value of a good answer; null when it has no body. Throws what a bad one says. */
export function readAnswer(status: number, text: string, retryAfter: string | null): unknown {
	let value: unknown = null;
	if (text !== "") {
		try {
			value = JSON.parse(text);
		} catch {
			throw new RestError("broken", "the answer is not JSON", status);
		}
	}
	if (status >= 200 && status < 300) {
		return value;
	}
	const seconds = Number(retryAfter ?? "");
	const retryAfterMs = retryAfter !== null && Number.isFinite(seconds) ? seconds * 1000 : null;
	try {
		const { error } = parseWith(checks.restErrorCheck, value);
		return fail(new RestError(error.code, error.text, status, error.field ?? null, retryAfterMs, value));
	} catch (error) {
		if (error instanceof ProtocolError) {
			throw new RestError("broken", `status ${status}`, status, null, retryAfterMs, value);
		}
		throw error;
	}
}

function fail(error: RestError): never {
	throw error;
}
