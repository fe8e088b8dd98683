/** The one script on a customer's page: a button, and a frame of the Trunkline server behind it.
 *
 *   <script src="https://cc.example.com/widget.js" data-key="…" async></script>
 *
 * It must run under the strictest policies: no inline style or code, no eval; elements are
 * styled through CSSOM inside a shadow root, which page styles do not reach. */
import { messages } from "@trunkline/i18n/launcher";
import { pickLocale } from "@trunkline/i18n/locale";

import { parseColour } from "../bridge/colour";
import { parseToPage, wrap } from "../bridge/messages";
import type { ToFrame } from "../bridge/messages";
import { createPanel } from "./panel";

type Command = (name: string, value?: unknown) => void;
interface Api extends Command {
	q?: ArrayLike<unknown>[];
	ready?: boolean;
}

declare global {
	interface Window {
		Trunkline?: Api;
	}
}

const ANSWER_MS = 8_000;

function start(script: HTMLScriptElement): void {
	const { key = "", lang = "", colour = "", position = "", theme = "" } = script.dataset;
	const host = new URL(script.src).origin;
	const language = pickLocale([lang, document.documentElement.lang, ...navigator.languages]);
	const source = new URL("/widget/frame.html", host);
	source.search = new URLSearchParams({ key, lang: language, colour, theme }).toString();

	let connected = false;
	let answered = false;
	/** Until the frame listens, nothing is lost. */
	const waiting: ToFrame[] = [];
	const tell = (message: ToFrame): void => {
		if (connected) {
			panel.frame.contentWindow?.postMessage(wrap(message), host);
		} else {
			waiting.push(message);
		}
	};

	const panel = createPanel({
		source: source.href,
		title: messages[language].title,
		colour: parseColour(colour) ?? "#07657d",
		left: position === "left",
		onToggle: (open) => tell({ type: open ? "open" : "close" }),
		onLoad: () => {
			connected = true;
			tell({ type: "hello", open: panel.isOpen() });
			waiting.splice(0).forEach(tell);
			// Loaded, but not by us: the server has refused this page. No dead button then; the
			// reason stands in the browser's console. A slow telephone may answer all the same.
			setTimeout(() => answered || panel.enable(false), ANSWER_MS);
		},
	});

	addEventListener("message", ({ origin, source: from, data }: MessageEvent<unknown>) => {
		if (origin !== host || from !== panel.frame.contentWindow) {
			return;
		}
		const message = parseToPage(data);
		if (message && !answered) {
			answered = true;
			panel.enable(true);
		}
		if (message?.type === "close") {
			panel.hide();
		} else if (message?.type === "state") {
			panel.update(message.unread, message.label, message.title, parseColour(message.colour));
		}
	});

	const run: Command = (name, value) => {
		if (name === "open") {
			panel.show();
		} else if (name === "close") {
			panel.hide();
		} else if (name === "logout") {
			tell({ type: "logout" });
		} else if (name === "identify" && typeof value === "string") {
			tell({ type: "identify", token: value });
		} else if (name === "language" && typeof value === "string") {
			tell({ type: "language", language: value });
		}
	};
	const early = window.Trunkline?.q ?? [];
	const api: Api = run;
	api.ready = true;
	window.Trunkline = api;
	panel.mount();
	// Calls made before this script came: window.Trunkline.q = [["identify", "…"]].
	Array.from(early).forEach(({ 0: name, 1: value }) => run(String(name), value));
}

const script = (document.currentScript ??
	document.querySelector('script[data-key][src$="/widget.js"]')) as HTMLScriptElement | null;
if (script && !window.Trunkline?.ready) {
	if (document.body) {
		start(script);
	} else {
		addEventListener("DOMContentLoaded", () => start(script));
	}
}
