/* The document of the sandboxed frame in which a cleaned mail is shown: no script, no origin, and a
 * policy of its own that fetches nothing. Always on paper: in the dark its light is turned round. */
function escaped(text: string): string {
	return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const paper =
	"margin:0;padding:12px;background:#fff;color:#162127;overflow-wrap:anywhere;" +
	"font:14px/1.6 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Noto Sans','PingFang SC','Microsoft YaHei',sans-serif";

export function frameDocument(html: string, title: string, language: string): string {
	return (
		`<!doctype html><html lang="${escaped(language)}"><head><meta charset="utf-8">` +
		`<meta http-equiv="Content-Security-Policy" content="${policy}">` +
		`<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light">` +
		`<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title></head>` +
		`<body style="${paper}">${html}</body></html>`
	);
}

const lineHeight = 32;
const lettersInLine = 60;
const lowest = 96;
const highest = 420;

/* How tall the frame should be: nothing in it can be measured, so its text is counted. */
export function likelyHeight(html: string): number {
	const text = html.replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^>]*>/gi, "\n").replace(/<[^>]*>/g, "");
	const lines = text.split("\n").reduce((sum, line) => sum + Math.ceil(line.trim().length / lettersInLine), 0);
	const pictures = (html.match(/<img\b/gi) ?? []).length;
	return Math.max(lowest, Math.min(highest, 64 + lines * lineHeight + pictures * 160));
}
