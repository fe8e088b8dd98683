/** The launcher and the frame above it. */
import { inkOn } from "../bridge/colour";

export interface PanelOptions {
	readonly source: string;
	readonly title: string;
	readonly colour: string;
	readonly left: boolean;
	readonly onToggle: (open: boolean) => void;
	readonly onLoad: () => void;
}

type Look = Readonly<Record<string, string>>;

const LAUNCHER_ICON = "M8 14A6 6 0 1 0 3 11.3L2.3 13.7l2.6-.6A6 6 0 0 0 8 14ZM5.3 8h.1M8 8h.1M10.7 8h.1";
const OPEN_ICON = "m4.5 6.5 3.5 3.5 3.5-3.5";
const SHADOW = "0 16px 48px rgba(22,33,39,.18),0 2px 8px rgba(22,33,39,.1)";
/** Above all that a page may have. */
const Z_INDEX = "2147483000";

function style(element: HTMLElement | SVGElement, look: Look): void {
	for (const [name, value] of Object.entries(look)) {
		element.style.setProperty(name, value);
	}
}

function icon(path: string): { svg: SVGElement; path: SVGElement } {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const line = document.createElementNS(svg.namespaceURI, "path") as SVGElement;
	svg.setAttribute("viewBox", "0 0 16 16");
	svg.setAttribute("aria-hidden", "true");
	line.setAttribute("d", path);
	svg.append(line);
	style(svg, {
		width: "26px", height: "26px", fill: "none", stroke: "currentColor", "stroke-width": "1.5",
		"stroke-linecap": "round", "stroke-linejoin": "round",
	});
	return { svg, path: line };
}

export class Panel {
	readonly frame = document.createElement("iframe");
	readonly #button = document.createElement("button");
	readonly #badge = document.createElement("span");
	readonly #icon = icon(LAUNCHER_ICON);
	readonly #options: PanelOptions;
	readonly #narrow = matchMedia("(max-width: 480px)");
	readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
	#open = false;
	/** What the page's own overflow was while a full-screen panel holds it. */
	#held: string | null = null;
	#shadow: ShadowRoot | null = null;

	constructor(options: PanelOptions) {
		this.#options = options;
		this.frame.title = options.title;
		this.frame.onload = options.onLoad;
		this.#button.type = "button";
		this.#button.append(this.#icon.svg, this.#badge);
		this.#button.setAttribute("aria-haspopup", "dialog");
		this.#button.onclick = () => (this.#open ? this.hide() : this.show());
		this.#narrow.onchange = () => this.#lay();
		this.update(0, options.title, options.title, options.colour);
	}

	get open(): boolean {
		return this.#open;
	}

	mount(): void {
		const host = document.createElement("div");
		style(host, { all: "initial", position: "fixed", "z-index": Z_INDEX });
		this.#shadow = host.attachShadow({ mode: "open" });
		this.#shadow.append(this.#button);
		const side = this.#options.left ? "left" : "right";
		style(this.#button, {
			position: "fixed", [side]: "24px", bottom: "24px", display: "flex", "align-items": "center",
			"justify-content": "center", width: "56px", height: "56px", padding: "0", border: "0",
			"border-radius": "50%", "box-shadow": SHADOW, cursor: "pointer", "outline-offset": "3px",
		});
		style(this.#badge, {
			position: "absolute", right: "-2px", top: "-2px", "min-width": "18px", padding: "0 5px",
			"box-sizing": "border-box", "border-radius": "9px", background: "#b82f2b", color: "#fff",
			font: "600 12px/18px system-ui,sans-serif", "text-align": "center",
			"box-shadow": "0 0 0 2px #fff",
		});
		this.#lay();
		document.body.append(host);
		if (document.readyState === "complete") {
			this.#load();
		} else {
			addEventListener("load", () => this.#load());
		}
	}

	show(): void {
		if (this.#open) {
			return;
		}
		this.#open = true;
		this.#load();
		this.#lay();
		if (!this.#calm.matches) {
			this.frame.animate([{ opacity: 0, transform: "translateY(4px)" }, {}],
				{ duration: 260, easing: "cubic-bezier(.2,.8,.2,1)" });
		}
		this.frame.focus();
		this.#options.onToggle(true);
	}

	hide(): void {
		if (!this.#open) {
			return;
		}
		this.#open = false;
		this.#lay();
		this.#button.focus();
		this.#options.onToggle(false);
	}

	update(unread: number, label: string, title: string, colour: string | null): void {
		this.#badge.textContent = unread > 99 ? "99+" : String(unread);
		this.#badge.hidden = unread === 0;
		style(this.#badge, { display: unread === 0 ? "none" : "block" });
		this.#button.setAttribute("aria-label", label);
		this.frame.title = title;
		if (colour) {
			style(this.#button, { background: colour, color: inkOn(colour) });
		}
	}

	/** The page's own things come first, unless the panel is wanted now. */
	#load(): void {
		if (!this.frame.isConnected) {
			this.frame.src = this.#options.source;
			this.#shadow?.append(this.frame);
		}
	}

	#lay(): void {
		const full = this.#narrow.matches;
		const side = this.#options.left ? "left" : "right";
		const other = this.#options.left ? "right" : "left";
		style(this.frame, {
			display: this.#open ? "block" : "none",
			position: "fixed",
			border: "0",
			"color-scheme": "normal",
			[side]: full ? "0" : "24px",
			[other]: full ? "0" : "auto",
			bottom: full ? "0" : "92px",
			width: full ? "100%" : "384px",
			height: full ? "100%" : "min(640px, calc(100vh - 116px))",
			"border-radius": full ? "0" : "16px",
			"box-shadow": SHADOW,
			background: "transparent",
		});
		style(this.#button, { display: this.#open && full ? "none" : "flex" });
		this.#button.setAttribute("aria-expanded", String(this.#open));
		this.#icon.path.setAttribute("d", this.#open ? OPEN_ICON : LAUNCHER_ICON);
		this.#hold(this.#open && full);
	}

	/** The page behind a full screen must not scroll. */
	#hold(hold: boolean): void {
		const page = document.documentElement.style;
		if (hold && this.#held === null) {
			this.#held = page.overflow;
			page.overflow = "hidden";
		} else if (!hold && this.#held !== null) {
			page.overflow = this.#held;
			this.#held = null;
		}
	}
}
