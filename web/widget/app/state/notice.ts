/** Which version of the channel's privacy notice this visitor accepted here. The server keeps the
 * record; this only spares her being asked at every page. */
import { recall, remember } from "@trunkline/ui/browser";

export class AcceptedNotice {
	readonly #place: string;

	constructor(key: string) {
		this.#place = `trunkline:${key}:notice`;
	}

	get version(): number {
		const version = Number(recall(this.#place) ?? "0");
		return Number.isInteger(version) ? version : 0;
	}

	set version(version: number) {
		remember(this.#place, version === 0 ? null : String(version));
	}
}
