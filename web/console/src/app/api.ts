/* REST for the whole console: the client's checked calls over fetch, with the session's token. */
import { readAnswer, Rest, RestError, type HttpRequest, type HttpResponse, type Query } from "@trunkline/client";
import { parseWith, type Check } from "@trunkline/protocol";
import { fetchSend } from "@trunkline/ui/browser";
import { unknown } from "valibot";

export { RestError } from "@trunkline/client";
export { checks, type Check } from "@trunkline/protocol";

interface ApiHooks {
	csrf: () => string | null;
	unauthenticated: () => void;
}

let hooks: ApiHooks = { csrf: () => null, unauthenticated: () => undefined };

export function configureApi(next: ApiHooks): void {
	hooks = next;
}

async function send(request: HttpRequest): Promise<HttpResponse> {
	const response = await fetchSend(request);
	/* A wrong password is an answer; elsewhere 401 means that the session has ended. */
	if (response.status === 401 && !request.url.endsWith("/session")) {
		hooks.unauthenticated();
	}
	return response;
}

const rest = new Rest({ send, csrf: () => hooks.csrf() });

export function get<T>(path: string, check: Check<T>, query: Query = {}): Promise<T> {
	return rest.get(path, check, query);
}

export function post<T>(path: string, check: Check<T>, body: unknown = {}): Promise<T> {
	return rest.post(path, check, body);
}

export function put<T>(path: string, check: Check<T>, body: unknown): Promise<T> {
	return rest.put(path, check, body);
}

export function patch<T>(path: string, check: Check<T>, body: unknown): Promise<T> {
	return rest.patch(path, check, body);
}

export function remove(path: string): Promise<void> {
	return rest.delete(path);
}

/* For answers that nobody reads. */
export const anything: Check<unknown> = unknown();

/* Data of another kind than JSON. */
async function fetchData(path: string): Promise<Response> {
	let response: Response;
	try {
		response = await fetch(rest.url(path), { credentials: "same-origin" });
	} catch {
		throw new RestError("offline", `GET ${path}: no answer`);
	}
	if (response.status === 401) {
		hooks.unauthenticated();
	}
	if (!response.ok) {
		throw new RestError("failed", `GET ${path}: status ${response.status}`, response.status);
	}
	return response;
}

export async function getText(path: string): Promise<string> {
	return (await fetchData(path)).text();
}

export async function getBytes(path: string): Promise<Blob> {
	return (await fetchData(path)).blob();
}

export function uploadHeaders(): Record<string, string> {
	return rest.headers("POST");
}

/* The file as it is; its name beside it. */
export async function postFile<T>(path: string, check: Check<T>, file: File): Promise<T> {
	const headers = { ...rest.headers("POST"), "Content-Type": "text/csv", "X-File-Name": encodeURIComponent(file.name) };
	let response: Response;
	let text: string;
	try {
		response = await fetch(rest.url(path), { method: "POST", headers, body: file, credentials: "same-origin" });
		text = await response.text();
	} catch {
		throw new RestError("offline", `POST ${path}: no answer`);
	}
	return parseWith(check, readAnswer(response.status, text, response.headers.get("Retry-After")));
}

export function isStatus(error: unknown, status: number): boolean {
	return error instanceof RestError && error.status === status;
}
