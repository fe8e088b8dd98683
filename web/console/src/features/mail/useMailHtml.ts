/* Fetches the HTML of a mail as data, with the pictures that came along, and cleans it. */
import { ref, watch, type Ref } from "vue";
import { getBytes, getText } from "../../app/api";
import type { TextEntry } from "../../shared/types";
import { cleanMail, namedPictures, type CleanMail } from "./cleanMail";

export interface MailHtml {
	clean: Ref<CleanMail | null>;
	failed: Ref<boolean>;
	load: () => Promise<void>;
}

const maxPictures = 20;
const maxPictureBytes = 4 * 1024 * 1024;
const shownTypes = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

function asDataUrl(bytes: Blob, type: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const reader = new FileReader();
		reader.onload = () => resolve(String(reader.result).replace(/^data:[^;,]*/, `data:${type}`));
		reader.onerror = () => reject(new Error("the picture cannot be read"));
		reader.readAsDataURL(bytes);
	});
}

/* Which file a Content-ID means: as the mail says, else by the name that many programs put in front. */
export function pictureFiles(entry: TextEntry, ids: readonly string[]): Map<string, string> {
	const files = (entry.files ?? []).filter((file) => shownTypes.has(file.type) && file.size <= maxPictureBytes);
	const found = new Map<string, string>();
	for (const id of ids.slice(0, maxPictures)) {
		const told = entry.body?.mail?.inline?.find((one) => one.cid === id)?.file;
		const name = id.split("@")[0];
		const file = files.find((one) => (told === undefined ? one.name === name : one.id === told));
		if (file !== undefined) {
			found.set(id, file.id);
		}
	}
	return found;
}

async function readPictures(entry: TextEntry, html: string): Promise<Map<string, string>> {
	const urls = new Map<string, string>();
	for (const [cid, id] of pictureFiles(entry, namedPictures(html))) {
		const type = entry.files?.find((file) => file.id === id)?.type ?? "";
		try {
			urls.set(cid, await asDataUrl(await getBytes(`/files/${id}`), type));
		} catch {
			/* Its alternative text is shown instead. */
		}
	}
	return urls;
}

export function useMailHtml(entry: () => TextEntry, dark: () => boolean): MailHtml {
	const clean = ref<CleanMail | null>(null);
	const failed = ref(false);
	let source = "";
	let pictures = new Map<string, string>();

	function show(): void {
		clean.value = cleanMail(source, { pictures, dark: dark() });
	}

	async function load(): Promise<void> {
		failed.value = false;
		try {
			source = await getText(`/entries/${entry().id}/mail/html`);
			pictures = await readPictures(entry(), source);
			show();
		} catch {
			failed.value = true;
		}
	}

	watch(dark, () => {
		if (clean.value !== null) {
			show();
		}
	});
	return { clean, failed, load };
}
