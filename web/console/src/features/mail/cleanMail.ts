/* HTML of a mail, made harmless: an allow-list of elements and attributes, nothing that runs, sends,
 * fetches or covers. It is shown in a sandboxed frame all the same (frameDocument.ts): each of the
 * two would be enough alone.
 *
 * Style sheets are left out as a whole: with selectors they can tell what a page holds. */
import createDOMPurify, { type Config, type WindowLike } from "dompurify";
import { cleanStyle, fetchesByStyle } from "./cleanStyle";

export interface CleanMail {
	readonly html: string;
	/* Pictures that would have been fetched from elsewhere. */
	readonly outside: number;
	/* It was too long: the end is missing. */
	readonly cut: boolean;
}

export interface CleanOptions {
	/* Pictures that came with the mail: Content-ID → data URL. */
	readonly pictures?: ReadonlyMap<string, string>;
	/* Pictures keep their colours where the paper is turned dark. */
	readonly dark?: boolean;
	readonly window?: WindowLike;
}

export const maxHtml = 1024 * 1024;
const maxAddress = 4096;
const maxShownHost = 60;

const tags = (
	"a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em " +
	"figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp " +
	"section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr"
).split(" ");
const attributes = (
	"align alt bgcolor border cellpadding cellspacing color colspan dir face height href hspace lang reversed rowspan size span " +
	"src start style title valign vspace width"
).split(" ");
/* What stands inside of these is nothing to read. */
const dropped = (
	"mailsheet applet audio base button canvas datalist embed form-data frame frameset head iframe input link map math meta meter noembed " +
	"noframes noscript object option optgroup output plaintext progress script select style svg template textarea title video xmp"
).split(" ");

const config: Config & { RETURN_DOM_FRAGMENT: true } = {
	ALLOWED_TAGS: tags,
	ALLOWED_ATTR: attributes,
	ALLOW_ARIA_ATTR: false,
	ALLOW_DATA_ATTR: false,
	ALLOW_UNKNOWN_PROTOCOLS: false,
	ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel|cid):/i,
	/* Only of these two is the value an address. */
	ADD_URI_SAFE_ATTR: attributes.filter((name) => name !== "href" && name !== "src"),
	FORBID_CONTENTS: dropped,
	RETURN_DOM_FRAGMENT: true,
	WHOLE_DOCUMENT: false,
};

const fetching: ReadonlySet<string> = new Set(["src", "srcset", "background", "poster", "lowsrc", "dynsrc"]);
const elsewhere = /^\s*(?:https?:)?\/\//i;
const ownPicture = /^data:image\/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+$/i;

function parsed(address: string): URL | null {
	try {
		return new URL(address);
	} catch {
		return null;
	}
}

/* A link says where it leads: text and address of a forged one differ. */
function openLink(link: HTMLElement): void {
	const address = (link.getAttribute("href") ?? "").trim();
	const url = address.length > maxAddress ? null : parsed(address);
	link.removeAttribute("href");
	link.removeAttribute("title");
	if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
		/* mailto: and tel: are words: another program is started by nobody's mail. */
		return;
	}
	link.setAttribute("href", url.href);
	link.setAttribute("target", "_blank");
	link.setAttribute("rel", "noopener noreferrer nofollow");
	link.setAttribute("title", url.href);
	const shown = (link.textContent ?? "").toLowerCase();
	if (!shown.includes(url.hostname)) {
		const host = link.ownerDocument.createElement("small");
		const text = url.host.length > maxShownHost ? `…${url.host.slice(-maxShownHost)}` : url.host;
		host.textContent = ` [${text}]`;
		link.append(host);
	}
}

/* Stands where a picture would: what its author calls it. */
function instead(picture: HTMLElement): void {
	const words = (picture.getAttribute("alt") ?? "").trim();
	if (words === "") {
		picture.remove();
		return;
	}
	const place = picture.ownerDocument.createElement("span");
	place.textContent = `[${words}]`;
	picture.replaceWith(place);
}

function showPicture(picture: HTMLElement, pictures: ReadonlyMap<string, string>, dark: boolean): void {
	const source = (picture.getAttribute("src") ?? "").trim();
	const named = /^cid:(.+)$/i.exec(source)?.[1];
	const own = named === undefined ? source : (pictures.get(decoded(named)) ?? pictures.get(named) ?? "");
	if (!ownPicture.test(own)) {
		instead(picture);
		return;
	}
	const turned = dark ? ";filter:invert(1) hue-rotate(180deg)" : "";
	picture.setAttribute("src", own);
	picture.setAttribute("style", `${picture.getAttribute("style") ?? ""};max-width:100%;height:auto${turned}`);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function cleanElement(element: HTMLElement, pictures: ReadonlyMap<string, string>, dark: boolean): void {
	if (element.hasAttribute("style")) {
		const style = cleanStyle(element.style);
		element.removeAttribute("style");
		if (style !== "") {
			element.setAttribute("style", style);
		}
	}
	if (element.localName === "a") {
		openLink(element);
	} else if (element.localName === "img") {
		showPicture(element, pictures, dark);
	} else {
		element.removeAttribute("src");
		element.removeAttribute("href");
	}
}

/* Renamed, not taken out: what stands in them goes with the element, and the page's policy has nothing
 * to object to while the mail is read. */
function withoutSheets(source: string): string {
	return source.replace(/<(\/?)style(?![a-z0-9-])/gi, "<$1mailsheet");
}

export function cleanMail(source: string, options: CleanOptions = {}): CleanMail {
	const purifier = createDOMPurify(options.window);
	if (!purifier.isSupported) {
		return { html: "", outside: 0, cut: false };
	}
	const asking = new Set<Node>();
	purifier.addHook("uponSanitizeAttribute", (node, { attrName, attrValue }) => {
		if (fetching.has(attrName) ? elsewhere.test(attrValue) : attrName === "style" && fetchesByStyle(attrValue)) {
			asking.add(node);
		}
	});
	const cut = source.length > maxHtml;
	const fragment = purifier.sanitize(withoutSheets(cut ? source.slice(0, maxHtml) : source), config) as unknown as DocumentFragment;
	const pictures = options.pictures ?? new Map<string, string>();
	for (const element of Array.from(fragment.querySelectorAll<HTMLElement>("*"))) {
		cleanElement(element, pictures, options.dark ?? false);
	}
	const box = fragment.ownerDocument.createElement("div");
	box.append(fragment);
	return { html: box.innerHTML, outside: asking.size, cut };
}

/* The Content-IDs that a mail's HTML names. */
export function namedPictures(source: string): string[] {
	const found = Array.from(source.slice(0, maxHtml).matchAll(/["'\s=(]cid:([^"'\s>)]{1,400})/gi), (match) => decoded(match[1] ?? ""));
	return [...new Set(found)];
}
