/** Files that are to go with the next message: uploaded as soon as they are chosen. */
import { signal } from "@preact/signals";
import { RestError } from "@trunkline/client";
import type { File as SentFile } from "@trunkline/protocol";
import type { Upload } from "@trunkline/ui/browser";

export type UploadProblem = "tooLarge" | "empty" | "type" | "quota" | "offline" | "failed";

export interface Attachment {
	readonly id: number;
	readonly name: string;
	readonly size: number;
	/** From 0 to 1; 1 once the server has it. */
	readonly progress: number;
	readonly file: SentFile | null;
	readonly problem: UploadProblem | null;
	/** Trying again may help. */
	readonly retry: boolean;
}

export type Uploader = (file: File, onProgress: (share: number) => void) => Upload;

export const MAX_FILES = 10;

function problemOf(error: unknown): { problem: UploadProblem; retry: boolean } {
	if (!(error instanceof RestError)) {
		return { problem: "failed", retry: true };
	}
	switch (error.code === "offline" ? 0 : error.status) {
		case 0:
			return { problem: "offline", retry: true };
		case 413:
			return { problem: "tooLarge", retry: false };
		case 415:
			return { problem: "type", retry: false };
		case 429:
			return { problem: "quota", retry: true };
		default:
			return { problem: "failed", retry: true };
	}
}

export class Uploads {
	readonly items = signal<readonly Attachment[]>([]);
	/** More were chosen than one message takes. */
	readonly overflow = signal(false);
	readonly #upload: Uploader;
	readonly #running = new Map<number, { file: File; upload: Upload | null }>();
	#next = 1;

	constructor(upload: Uploader, kept: readonly SentFile[] = []) {
		this.#upload = upload;
		this.items.value = kept.map((file) => ({
			id: this.#next++, name: file.name, size: file.size, progress: 1, file, problem: null, retry: false,
		}));
	}

	get busy(): boolean {
		return this.items.value.some(({ file, problem }) => file === null && problem === null);
	}

	get ready(): readonly SentFile[] {
		return this.items.value.flatMap(({ file }) => (file ? [file] : []));
	}

	add(files: readonly File[], maxBytes: number): void {
		const room = MAX_FILES - this.items.value.length;
		this.overflow.value = files.length > room;
		for (const file of files.slice(0, Math.max(room, 0))) {
			const id = this.#next++;
			const problem = file.size > maxBytes ? "tooLarge" : file.size === 0 ? "empty" : null;
			this.items.value = [...this.items.value, {
				id, name: file.name, size: file.size, progress: 0, file: null, problem, retry: false,
			}];
			this.#running.set(id, { file, upload: null });
			if (!problem) {
				this.#start(id);
			}
		}
	}

	retry(id: number): void {
		this.#set(id, { problem: null, progress: 0 });
		this.#start(id);
	}

	remove(id: number): void {
		const running = this.#running.get(id);
		this.#running.delete(id);
		running?.upload?.abort();
		this.items.value = this.items.value.filter((item) => item.id !== id);
		this.overflow.value = false;
	}

	clear(): void {
		[...this.items.value].forEach(({ id }) => this.remove(id));
	}

	#set(id: number, change: Partial<Attachment>): void {
		this.items.value = this.items.value.map((item) => (item.id === id ? { ...item, ...change } : item));
	}

	#start(id: number): void {
		const running = this.#running.get(id);
		if (!running) {
			return;
		}
		const upload = this.#upload(running.file, (share) => this.#set(id, { progress: Math.min(share, 0.99) }));
		running.upload = upload;
		upload.done.then(
			(file) => {
				this.#running.delete(id);
				this.#set(id, { file, progress: 1 });
			},
			(error: unknown) => this.#set(id, problemOf(error)),
		);
	}
}
