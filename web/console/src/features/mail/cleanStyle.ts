/* What of an element's own style may stay in a mail: colours, sizes, spacing, borders. The browser
 * has read it, so that escapes and comments are gone; what fetches, covers or moves is left out. */
const allowed: ReadonlySet<string> = new Set([
	"background-color", "border-collapse", "border-spacing", "box-sizing", "clear", "color", "direction", "display", "float",
	"font-family", "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing", "line-height",
	"list-style-type", "max-width", "min-width", "overflow-wrap", "table-layout", "text-align", "text-decoration-color",
	"text-decoration-line", "text-decoration-style", "text-indent", "text-transform", "vertical-align", "white-space",
	"white-space-collapse", "text-wrap-mode", "width", "word-break", "word-spacing",
]);
const allowedFamily = /^(?:border(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width))?|border-(?:top|bottom)-(?:left|right)-radius|(?:margin|padding)-(?:top|right|bottom|left))$/;
const allowedDisplay: ReadonlySet<string> = new Set(["block", "inline", "inline-block", "none", "table", "table-cell", "table-row"]);
/* Functions that only name a colour. */
const harmless = /\b(?:rgba?|hsla?)\([\d.,%/\s]*(?:deg)?[\d.,%/\s]*\)/gi;
const dangerous = /[()\\@;{}<]|!|expression|javascript:|behavior|-moz-binding/i;
const longest = 200;

function mayStay(name: string, value: string): boolean {
	if (!allowed.has(name) && !allowedFamily.test(name)) {
		return false;
	}
	const bare = value.replace(harmless, "");
	if (value.length > longest || dangerous.test(bare)) {
		return false;
	}
	if (name === "display") {
		return allowedDisplay.has(value);
	}
	/* Nothing is laid over what stands elsewhere. */
	return !(name.startsWith("margin") || name === "text-indent") || !bare.trim().startsWith("-");
}

/* The style that stays; "" when nothing does. */
export function cleanStyle(style: CSSStyleDeclaration): string {
	const kept: string[] = [];
	for (const name of Array.from(style)) {
		const value = style.getPropertyValue(name).trim();
		if (value !== "" && mayStay(name, value)) {
			kept.push(`${name}:${value}`);
		}
	}
	return kept.join(";");
}

const outside = /url\(\s*["']?\s*(?:https?:)?\/\//i;

/* It would fetch something from elsewhere. */
export function fetchesByStyle(text: string): boolean {
	return outside.test(text.replace(/\\([0-9a-f]{1,6})\s?/gi, (_, code: string) => String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff) || 0xfffd)));
}
