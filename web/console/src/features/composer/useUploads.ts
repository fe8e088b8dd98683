/* Files on their way: each uploads at once, with progress; a failed one can be tried again. */
import { uploadFile, type Upload } from "@trunkline/ui/browser";
import { computed, onBeforeUnmount, ref, type ComputedRef, type Ref } from "vue";
import { uploadHeaders } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import type { FileInfo } from "../../shared/types";

export interface UploadItem {
	key: number;
	name: string;
	size: number;
	state: "sending" | "done" | "failed";
	progress: number;
	code: string;
	file: FileInfo | null;
}

export interface Uploads {
	items: Ref<UploadItem[]>;
	sending: ComputedRef<boolean>;
	failed: ComputedRef<boolean>;
	add: (files: Iterable<File>) => void;
	/* What is with the server already. */
	adopt: (files: Iterable<FileInfo>) => void;
	retry: (key: number) => void;
	remove: (key: number) => void;
	take: () => FileInfo[];
}

const maxFiles = 10;

export function useUploads(maxBytes: () => number | undefined): Uploads {
	const items = ref<UploadItem[]>([]);
	const blobs = new Map<number, File>();
	const running = new Map<number, Upload>();
	let nextKey = 1;

	function change(key: number, values: Partial<UploadItem>): void {
		items.value = items.value.map((item) => (item.key === key ? { ...item, ...values } : item));
	}

	async function send(key: number, blob: File): Promise<void> {
		const limit = maxBytes();
		if (limit !== undefined && blob.size > limit) {
			change(key, { state: "failed", code: "too_large" });
			return;
		}
		change(key, { state: "sending", progress: 0, code: "" });
		const upload = uploadFile("/api/v1/files", uploadHeaders(), blob, (progress) => change(key, { progress }));
		running.set(key, upload);
		try {
			change(key, { state: "done", progress: 1, file: await upload.done });
		} catch (error) {
			change(key, { state: "failed", code: refusalOf(error).code });
		} finally {
			running.delete(key);
		}
	}

	function add(files: Iterable<File>): void {
		for (const blob of files) {
			if (items.value.length >= maxFiles) {
				break;
			}
			const key = nextKey++;
			blobs.set(key, blob);
			const name = blob.name === "" ? "file" : blob.name;
			items.value = [...items.value, { key, name, size: blob.size, state: "sending", progress: 0, code: "", file: null }];
			void send(key, blob);
		}
	}

	function adopt(files: Iterable<FileInfo>): void {
		for (const file of files) {
			if (items.value.length < maxFiles) {
				const { name, size } = file;
				items.value = [...items.value, { key: nextKey++, name, size, state: "done", progress: 1, code: "", file }];
			}
		}
	}

	function retry(key: number): void {
		const blob = blobs.get(key);
		if (blob !== undefined) {
			void send(key, blob);
		}
	}

	function remove(key: number): void {
		running.get(key)?.abort();
		blobs.delete(key);
		items.value = items.value.filter((item) => item.key !== key);
	}

	/* Hands out what arrived and starts anew. */
	function take(): FileInfo[] {
		const files = items.value.flatMap((item) => (item.file === null ? [] : [item.file]));
		items.value.forEach((item) => blobs.delete(item.key));
		items.value = [];
		return files;
	}

	onBeforeUnmount(() => running.forEach((upload) => upload.abort()));

	return {
		items,
		sending: computed(() => items.value.some((item) => item.state === "sending")),
		failed: computed(() => items.value.some((item) => item.state === "failed")),
		add,
		adopt,
		retry,
		remove,
		take,
	};
}
