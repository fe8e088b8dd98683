import type { NackCode } from "@trunkline/protocol";

/** The server refused it for good, or (`offline`) nobody was there to ask. */
export class NackError extends Error {
	override readonly name = "NackError";

	constructor(readonly code: NackCode | "offline", message: string) {
		super(message);
	}
}
