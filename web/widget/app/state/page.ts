/** The page around the frame. Its origin is learned from its first message, which only the
 * window that embeds us can have sent; who may embed us is decided by frame-ancestors. */
import { parseToFrame, wrap } from "../../bridge/messages";
import type { ToFrame, ToPage } from "../../bridge/messages";

/** What is around us: a page, or an app. */
export interface Surroundings {
	/** Nothing there could take us away. */
	readonly alone: boolean;
	/** The whole screen is ours, and there is a way back to where she came from. */
	readonly screen: boolean;
	tell(message: ToPage): void;
}

export class Page implements Surroundings {
	#origin: string | null = null;

	constructor(onMessage: (message: ToFrame) => void) {
		addEventListener("message", ({ source, origin, data }: MessageEvent<unknown>) => {
			if (source !== window.parent || source === window) {
				return;
			}
			const message = parseToFrame(data);
			if (!message || (this.#origin !== null && origin !== this.#origin)) {
				return;
			}
			this.#origin ??= origin;
			onMessage(message);
		});
	}

	/** Opened by itself, without a page around it. */
	get alone(): boolean {
		return window.parent === window;
	}

	get screen(): boolean {
		return false;
	}

	tell(message: ToPage): void {
		if (this.#origin !== null) {
			window.parent.postMessage(wrap(message), this.#origin);
		}
	}
}
