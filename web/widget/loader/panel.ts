/** The launcher and the frame above it. A closure, not a class: it is loaded on other people's
 * pages, and every byte of it counts. */
import { inkOn } from "../bridge/colour";

export interface PanelOptions {
	readonly source: string;
	readonly title: string;
	readonly colour: string;
	readonly left: boolean;
	readonly onToggle: (open: boolean) => void;
	readonly onLoad: () => void;
}

export interface Panel {
	readonly frame: HTMLIFrameElement;
	isOpen(): boolean;
	mount(): void;
	/** Whether there is anything to show at all. What is open stays so, out of sight. */
	enable(usable: boolean): void;
	show(): void;
	hide(): void;
	update(unread: number, label: string, title: string, colour: string | null): void;
}

const LAUNCHER_ICON = "M8 14A6 6 0 1 0 3 11.3L2.3 13.7l2.6-.6A6 6 0 0 0 8 14ZM5.3 8h.1M8 8h.1M10.7 8h.1";
const OPEN_ICON = "m4.5 6.5 3.5 3.5 3.5-3.5";
const SHADOW = "box-shadow:0 16px 48px rgba(22,33,39,.18),0 2px 8px rgba(22,33,39,.1);";
const SVG = "http://www.w3.org/2000/svg";

/** Through CSSOM: a style attribute would be refused by a strict policy. */
function style(element: HTMLElement | SVGElement, css: string): void {
	element.style.cssText = css;
}

export function createPanel(options: PanelOptions): Panel {
	const host = document.createElement("div");
	const shadow = host.attachShadow({ mode: "open" });
	const frame = document.createElement("iframe");
	const button = document.createElement("button");
	const badge = document.createElement("span");
	const svg = document.createElementNS(SVG, "svg");
	const icon = document.createElementNS(SVG, "path");
	const narrow = matchMedia("(max-width: 480px)");
	const calm = matchMedia("(prefers-reduced-motion: reduce)");
	const side = options.left ? "left" : "right";
	let open = false;
	let usable = true;
	let ground = "";
	/** What the page's own overflow was while a full-screen panel holds it. */
	let held: string | null = null;

	const lay = (): void => {
		const full = narrow.matches;
		style(frame, `display:${open ? "block" : "none"};position:fixed;border:0;color-scheme:normal;${SHADOW}` + (full
			? "left:0;bottom:0;width:100%;height:100%"
			: `${side}:24px;bottom:92px;width:384px;height:min(640px,calc(100vh - 116px));border-radius:16px`));
		style(button, `display:${open && full ? "none" : "flex"};position:fixed;${side}:24px;bottom:24px;width:56px;` +
			"height:56px;align-items:center;justify-content:center;padding:0;border:0;border-radius:50%;" +
			`outline-offset:3px;cursor:pointer;${SHADOW}${ground}`);
		button.setAttribute("aria-expanded", String(open));
		icon.setAttribute("d", open ? OPEN_ICON : LAUNCHER_ICON);
		// The page behind a full screen must not scroll.
		const page = document.documentElement.style;
		if (open && full && usable) {
			held ??= page.overflow;
			page.overflow = "hidden";
		} else if (held !== null) {
			page.overflow = held;
			held = null;
		}
	};

	/** The page's own things come first, unless the panel is wanted now. */
	const load = (): void => {
		if (!frame.isConnected) {
			frame.src = options.source;
			shadow.append(frame);
		}
	};

	const panel: Panel = {
		frame,
		isOpen: () => open,
		mount() {
			// Above all that a page may have.
			style(host, "all:initial;position:fixed;z-index:2147483000");
			shadow.append(button);
			document.body.append(host);
			if (document.readyState === "complete") {
				load();
			} else {
				addEventListener("load", load);
			}
		},
		enable(yes) {
			usable = yes;
			host.style.display = usable ? "block" : "none";
			lay();
		},
		show() {
			if (open) {
				return;
			}
			open = true;
			load();
			lay();
			if (!calm.matches) {
				frame.animate([{ opacity: 0, transform: "translateY(4px)" }, {}],
					{ duration: 260, easing: "cubic-bezier(.2,.8,.2,1)" });
			}
			frame.focus();
			options.onToggle(true);
		},
		hide() {
			if (open) {
				open = false;
				lay();
				button.focus();
				options.onToggle(false);
			}
		},
		update(unread, label, title, colour) {
			badge.textContent = unread > 99 ? "99+" : String(unread);
			style(badge, `display:${unread ? "block" : "none"};position:absolute;right:-2px;top:-2px;min-width:18px;` +
				"padding:0 5px;box-sizing:border-box;border-radius:9px;background:#b82f2b;color:#fff;" +
				"font:600 12px/18px system-ui,sans-serif;text-align:center;box-shadow:0 0 0 2px #fff");
			button.setAttribute("aria-label", label);
			frame.title = title;
			ground = colour ? `background:${colour};color:${inkOn(colour)}` : ground;
			lay();
		},
	};

	svg.setAttribute("viewBox", "0 0 16 16");
	svg.setAttribute("aria-hidden", "true");
	style(svg, "width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round");
	svg.append(icon);
	frame.onload = options.onLoad;
	button.type = "button";
	button.append(svg, badge);
	button.setAttribute("aria-haspopup", "dialog");
	button.onclick = () => (open ? panel.hide() : panel.show());
	button.onkeydown = ({ key }) => {
		if (key === "Escape") {
			panel.hide();
		}
	};
	narrow.onchange = lay;
	panel.update(0, options.title, options.title, options.colour);
	return panel;
}
