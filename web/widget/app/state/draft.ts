/** What was written and attached but not sent: it survives a reload. */
import { checks, parseWith } from "@trunkline/protocol";
import type { File as SentFile } from "@trunkline/protocol";
import { recall, remember } from "@trunkline/ui/browser";

export interface Draft {
	readonly text: string;
	readonly files: readonly SentFile[];
}

const MAX_KEPT_TEXT = 20_000;

export class DraftStore {
	readonly #place: string;

	constructor(key: string) {
		this.#place = `trunkline:${key}:draft`;
	}

	load(): Draft {
		try {
			const { text, files } = JSON.parse(recall(this.#place) ?? "{}") as { text?: unknown; files?: unknown };
			return {
				text: typeof text === "string" ? text : "",
				files: Array.isArray(files) ? files.map((file) => parseWith(checks.fileCheck, file)) : [],
			};
		} catch {
			return { text: "", files: [] };
		}
	}

	save({ text, files }: Draft): void {
		const empty = text === "" && files.length === 0;
		remember(this.#place, empty ? null : JSON.stringify({ text: text.slice(0, MAX_KEPT_TEXT), files }));
	}
}
