/** What @trunkline/client wants from outside, made of what browsers have. */
import { readAnswer, RestError } from "@trunkline/client";
import type { Clock, HttpSend, OpenSocket, OutboxStore, RandomBytes, StoredItem } from "@trunkline/client";
import { checks, parseWith } from "@trunkline/protocol";
import type { Check, File as SentFile, NackCode } from "@trunkline/protocol";

export const browserClock: Clock = {
	now: () => Date.now(),
	random: () => Math.random(),
	after(ms, run) {
		const timer = setTimeout(run, ms);
		return () => clearTimeout(timer);
	},
};

export const randomBytes: RandomBytes = (into) => {
	crypto.getRandomValues(into);
};

/** The address of a socket of the page's own server. */
export function socketUrl(path: string): string {
	return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;
}

export const openWebSocket: OpenSocket = (url, subprotocol, listeners) => {
	const socket = new WebSocket(url, subprotocol);
	socket.onopen = () => listeners.opened();
	socket.onmessage = ({ data }: MessageEvent<unknown>) => listeners.message(data);
	socket.onclose = () => listeners.closed();
	return {
		send: (text) => socket.send(text),
		close() {
			socket.onopen = null;
			socket.onmessage = null;
			socket.onclose = null;
			socket.close();
		},
	};
};

export const fetchSend: HttpSend = async ({ method, url, headers, body }) => {
	const response = await fetch(url, { method, headers, body, credentials: "same-origin", cache: "no-store" });
	return {
		status: response.status,
		header: (name) => response.headers.get(name),
		text: () => response.text(),
	};
};

function storage(): Storage | null {
	try {
		return window.localStorage;
	} catch {
		// Forbidden, as in a frame whose cookies are blocked: then nothing survives a reload.
		return null;
	}
}

/** The entry of localStorage; null where it is missing or forbidden. */
export function recall(key: string): string | null {
	try {
		return storage()?.getItem(key) ?? null;
	} catch {
		return null;
	}
}

/** Null removes it. False when it could not be kept. */
export function remember(key: string, value: string | null): boolean {
	try {
		const local = storage();
		if (value === null) {
			local?.removeItem(key);
		} else {
			local?.setItem(key, value);
		}
		return local !== null;
	} catch {
		return false;
	}
}

function keysOf(prefix: string): string[] {
	const local = storage();
	const keys = Array.from({ length: local?.length ?? 0 }, (_, index) => local?.key(index) ?? "");
	return keys.filter((key) => key.startsWith(prefix));
}

interface RawItem {
	readonly frame?: unknown;
	readonly lane?: unknown;
	readonly at?: unknown;
	readonly extra?: unknown;
	readonly failed?: unknown;
}

function parseItem<Frame>(check: Check<Frame>, text: string | null): StoredItem<Frame> | null {
	try {
		const raw = JSON.parse(text ?? "null") as RawItem | null;
		if (typeof raw?.lane !== "string" || typeof raw.at !== "number") {
			return null;
		}
		const failed: NackCode | null =
			raw.failed === null || raw.failed === undefined ? null : parseWith(checks.nackCodeCheck, raw.failed);
		return { frame: parseWith(check, raw.frame), lane: raw.lane, at: raw.at, extra: raw.extra ?? null, failed };
	} catch {
		return null;
	}
}

/** The outbox in localStorage, an entry an item, so that two windows do not overwrite one
 * another. Both may send the same item: the same ref makes one entry. */
export function localOutbox<Frame>(prefix: string, check: Check<Frame>): OutboxStore<Frame> {
	return {
		load() {
			const items: StoredItem<Frame>[] = [];
			for (const key of keysOf(prefix)) {
				const item = parseItem(check, recall(key));
				if (item) {
					items.push(item);
				} else {
					remember(key, null);
				}
			}
			return items;
		},
		save: (ref, item) => void remember(prefix + ref, JSON.stringify(item)),
		remove: (ref) => void remember(prefix + ref, null),
	};
}

export interface Upload {
	readonly done: Promise<SentFile>;
	abort(): void;
}

/** Sends a file with progress from 0 to 1 (fetch cannot tell it). Rejects with a RestError. */
export function uploadFile(
	url: string,
	headers: Readonly<Record<string, string>>,
	file: Blob & { readonly name?: string },
	onProgress: (share: number) => void,
): Upload {
	const request = new XMLHttpRequest();
	const done = new Promise<SentFile>((resolve, reject) => {
		const offline = (): void => reject(new RestError("offline", "the upload was cut off"));
		request.open("POST", url);
		for (const [name, value] of Object.entries(headers)) {
			request.setRequestHeader(name, value);
		}
		request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
		request.setRequestHeader("X-File-Name", encodeURIComponent(file.name ?? "file"));
		request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
			if (lengthComputable && total > 0) {
				onProgress(loaded / total);
			}
		};
		request.onerror = offline;
		request.onabort = offline;
		request.ontimeout = offline;
		request.onload = () => {
			try {
				const answer = readAnswer(request.status, request.responseText, request.getResponseHeader("Retry-After"));
				resolve(parseWith(checks.uploadedFileCheck, answer).file);
			} catch (error) {
				reject(error instanceof RestError ? error : new RestError("broken", String(error), request.status));
			}
		};
		request.send(file);
	});
	return { done, abort: () => request.abort() };
}
