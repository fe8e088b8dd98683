// @vitest-environment jsdom
/* What DOMPurify needs is a real parser of HTML; tests/e2e/mail.test.ts shows the same mails in a browser. */
import { describe, expect, it } from "vitest";
import { cleanMail, maxHtml, namedPictures } from "../../src/features/mail/cleanMail";
import { frameDocument, likelyHeight } from "../../src/features/mail/frameDocument";
import { hostile } from "./hostileMail";

const harmlessAttributes = new Set(
	"align alt bgcolor border cellpadding cellspacing color colspan dir face height href hspace lang rel reversed rowspan size span src start style target title valign vspace width".split(" "),
);
const forbiddenElements = "script,style,link,meta,base,iframe,frame,object,embed,form,input,button,select,textarea,svg,math,template,noscript,video,audio,source,map,area,details,title";

function shown(html: string, pictures?: ReadonlyMap<string, string>): { box: HTMLElement; html: string; outside: number } {
	const clean = cleanMail(html, pictures === undefined ? {} : { pictures });
	const box = new DOMParser().parseFromString(clean.html, "text/html").body;
	return { box, html: clean.html, outside: clean.outside };
}

describe.each(hostile)("a mail with $name", ({ html }) => {
	const { box, html: clean } = shown(html);

	it("keeps no element that runs, sends or fetches", () => {
		expect(box.querySelectorAll(forbiddenElements)).toHaveLength(0);
	});

	it("keeps only attributes that say how it looks", () => {
		const names = Array.from(box.querySelectorAll("*")).flatMap((element) => element.getAttributeNames());
		expect(names.filter((name) => !harmlessAttributes.has(name))).toEqual([]);
	});

	it("names no address but in a link that opens apart", () => {
		expect(clean).not.toMatch(/javascript:|vbscript:|url\(|expression|position:|@import/i);
		for (const element of Array.from(box.querySelectorAll("*"))) {
			expect(element.getAttribute("src") ?? "data:image/").toMatch(/^data:image\/(?!svg)/);
			if (element.hasAttribute("href")) {
				expect(element.localName).toBe("a");
				expect(element.getAttribute("href")).toMatch(/^https?:\/\//);
				expect(element.getAttribute("target")).toBe("_blank");
				expect(element.getAttribute("rel")).toContain("noopener");
			}
		}
	});

	it("stays as it is when it is cleaned once more", () => {
		const again = new DOMParser().parseFromString(clean, "text/html").body.innerHTML;
		expect(again).toBe(clean);
	});
});

describe("an honest mail", () => {
	it("keeps its words, tables and colours", () => {
		const { box } = shown("<table width=100% bgcolor=#eeeeee><tr><td style='color:#c00;font-weight:bold;padding:4px'>Balance</td><td align=right>¥ 50,000</td></tr></table>");
		expect(box.textContent).toBe("Balance¥ 50,000");
		expect(box.querySelector("td")?.style.fontWeight).toBe("bold");
		expect(box.querySelector("table")?.getAttribute("bgcolor")).toBe("#eeeeee");
	});

	it("leaves out its style sheets with all that stands in them", () => {
		const { box } = shown("<head><style type=text/css>p { color: red }</style></head><p>one</p><STYLE>b{}</STYLE ><p>two</p>");
		expect(box.innerHTML).toBe("<p>one</p><p>two</p>");
	});

	it("keeps the words of a form, without its fields", () => {
		const { box } = shown("<form action=/x><p>Please <b>answer</b></p><input name=a></form>");
		expect(box.innerHTML).toBe("<p>Please <b>answer</b></p>");
	});

	it("says where a link leads whose words say something else", () => {
		const { box } = shown("<a href='https://evil.example/login'>www.bank.example</a> <a href='https://bank.example/a'>bank.example</a>");
		const [forged, honest] = Array.from(box.querySelectorAll("a"));
		expect(forged?.textContent).toBe("www.bank.example [evil.example]");
		expect(forged?.getAttribute("title")).toBe("https://evil.example/login");
		expect(honest?.textContent).toBe("bank.example");
	});

	it("shows no link that starts another program", () => {
		expect(shown("<a href='mailto:a@b.example?subject=x'>write</a><a href='tel:95099'>call</a>").box.querySelectorAll("[href]")).toHaveLength(0);
	});

	it("counts the pictures that it does not fetch", () => {
		const html =
			"<img src='https://a.example/1.png'><img src='//a.example/2.png' alt='Logo'><p style='background:url(https://a.example/3.png)'>x</p>" +
			"<td background='http://a.example/4.png'>" + "<table background='https://a.example/5.png'><tr><td>y</td></tr></table>";
		const { box, outside } = shown(html);
		expect(outside).toBe(4);
		expect(box.textContent).toContain("[Logo]");
	});

	it("shows the pictures that came with it", () => {
		const picture = "data:image/png;base64,iVBORw0KGgo=";
		const html = "<img src='cid:Logo%2B1@mail.example' alt=Logo><img src='cid:nobody@mail.example' alt='Missing'>";
		expect(namedPictures(html)).toEqual(["Logo+1@mail.example", "nobody@mail.example"]);
		const { box, outside } = shown(html, new Map([["Logo+1@mail.example", picture]]));
		expect(box.querySelector("img")?.getAttribute("src")).toBe(picture);
		expect(box.textContent).toBe("[Missing]");
		expect(outside).toBe(0);
	});

	it("is cut where it would hold up the page", () => {
		const clean = cleanMail(`<p>one</p>${" ".repeat(maxHtml)}<p>two</p>`);
		expect(clean.cut).toBe(true);
		expect(clean.html).not.toContain("two");
	});
});

describe("the frame's document", () => {
	it("allows nothing but the mail's own pictures and looks", () => {
		const text = frameDocument("<p>one</p>", "a \"title\" <script>", "en");
		expect(text).toContain("default-src 'none'; img-src data:; style-src 'unsafe-inline'");
		expect(text).toContain("<title>a &#34;title&#34; &#60;script&#62;</title>");
		expect(text).not.toContain("<script");
	});

	it("is as tall as its text seems to be, within bounds", () => {
		expect(likelyHeight("<p>one</p>")).toBe(96);
		expect(likelyHeight("<p>line</p>".repeat(8))).toBeGreaterThan(200);
		expect(likelyHeight("<p>line</p>".repeat(800))).toBe(420);
	});
});
