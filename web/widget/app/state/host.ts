/** The app around the page. It speaks to us by window.Trunkline("identify", token), as pages do,
 * or by a message that no window sent; we speak to it by the bridge that it has put there. Who
 * its user is may also stand in the fragment of the address, which no server and no log sees. */
import { parseToFrame, wrap } from "../../bridge/messages";
import type { ToFrame, ToPage } from "../../bridge/messages";
import type { Surroundings } from "./page";

interface Bridge {
	postMessage(text: string): void;
}

interface HostWindow {
	/** Android: addWebMessageListener or addJavascriptInterface. */
	readonly TrunklineHost?: Bridge;
	/** iOS: WKUserContentController. */
	readonly webkit?: { readonly messageHandlers?: { readonly trunkline?: Bridge } };
	readonly ReactNativeWebView?: Bridge;
	Trunkline?: (name: string, value?: unknown) => void;
}

function bridgeOf(host: HostWindow): Bridge | null {
	return host.TrunklineHost ?? host.webkit?.messageHandlers?.trunkline ?? host.ReactNativeWebView ?? null;
}

/** What the app says, as a command or as a message. */
function parseCommand(name: unknown, value: unknown): ToFrame | null {
	const member = name === "identify" ? "token" : "language";
	return parseToFrame({ trunkline: 1, type: name, [member]: value });
}

function parseText(data: unknown): ToFrame | null {
	try {
		return parseToFrame(typeof data === "string" ? JSON.parse(data) : data);
	} catch {
		return null;
	}
}

export class Host implements Surroundings {
	readonly #onMessage: (message: ToFrame) => void;
	readonly #bridge = bridgeOf(window as HostWindow);

	constructor(onMessage: (message: ToFrame) => void) {
		this.#onMessage = onMessage;
		(window as HostWindow).Trunkline = (name, value) => this.#take(parseCommand(name, value));
		// Android's WebView.postWebMessage comes from no window; a page's message always does.
		addEventListener("message", ({ source, data }: MessageEvent<unknown>) =>
			source === null && this.#take(parseText(data)));
		addEventListener("hashchange", () => this.#readFragment());
		// After whoever made us has us.
		queueMicrotask(() => {
			this.#readFragment();
			this.#onMessage({ type: "hello", open: true });
			this.#post({ type: "ready" });
		});
	}

	/** There is an app that can take the page away. */
	get alone(): boolean {
		return this.#bridge === null;
	}

	get screen(): boolean {
		return this.#bridge !== null;
	}

	tell(message: ToPage): void {
		this.#post(message);
	}

	#post(message: ToPage | { readonly type: "ready" }): void {
		this.#bridge?.postMessage(JSON.stringify({ ...message, trunkline: 1 }));
	}

	#take(message: ToFrame | null): void {
		if (message) {
			this.#onMessage(message);
		}
	}

	/** Read once and gone: it must not stay in the history of the web view. */
	#readFragment(): void {
		const token = new URLSearchParams(location.hash.slice(1)).get("identity");
		if (token !== null) {
			history.replaceState(history.state, "", location.pathname + location.search);
			this.#take(parseToFrame(wrap({ type: "identify", token })));
		}
	}
}
