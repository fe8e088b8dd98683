/* Readable text of HTML mail. libxml2 reads what browsers would; the tree is walked without
 * recursion, because its depth is the sender's choice. */
#include "channels/email/mime.h"

#include <libxml/HTMLparser.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum {
	HTML_READ_MAX = 1024 * 1024,
	TEXT_MAX = 1024 * 1024,
	QUOTE_MAX = 20,
	ADDRESS_MAX = 300
};

struct writing {
	struct buf out;
	unsigned last_quote; /* of the last line */
	unsigned quote;      /* depth of blockquotes */
	unsigned plain;      /* inside pre: blanks count */
	unsigned breaks;     /* line ends that are due before the next text */
	bool at_start;       /* of a line */
	bool blank_due;      /* a space, if text follows on this line */
};

static bool
is_one_of(const char *name, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcasecmp(name, *list) == 0) {
			return true;
		}
	}
	return false;
}

static bool
is_hidden(xmlNode *node)
{
	static const char *const unseen[] = {"script", "style", "head", "title", "template",
		"noscript", "object", "embed", "iframe", "svg", "math", "select", "textarea",
		"button", "form-data", NULL};
	bool hidden = false;

	if (is_one_of((const char *)node->name, unseen)) {
		return true;
	}
	xmlChar *style = xmlGetProp(node, BAD_CAST "style");
	if (style != NULL) {
		const char *display = strcasestr((const char *)style, "display");
		if (display != NULL) {
			display += strlen("display");
			display += strspn(display, " :\t\n");
			hidden = strncasecmp(display, "none", 4) == 0;
		}
		xmlFree(style);
	}
	return hidden;
}

static unsigned
breaks_around(const char *name)
{
	static const char *const apart[] = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul",
		"ol", "dl", "table", "pre", "blockquote", "hr", NULL};
	static const char *const own_line[] = {"div", "tr", "li", "dt", "dd", "address",
		"article", "section", "header", "footer", "center", "form", "fieldset", "caption",
		"body", NULL};

	return is_one_of(name, apart) ? 2 : is_one_of(name, own_line) ? 1 : 0;
}

static void
need_breaks(struct writing *w, unsigned count)
{
	if (w->breaks < count) {
		w->breaks = count;
	}
	w->blank_due = false;
}

static void
begin_line(struct writing *w)
{
	unsigned depth = w->quote > QUOTE_MAX ? QUOTE_MAX : w->quote;

	for (unsigned i = 0; i < depth; i++) {
		buf_puts(&w->out, "> ");
	}
	w->at_start = false;
	w->last_quote = w->quote;
}

/* The line ends that are due, then the marks of quoting. */
static void
flush_breaks(struct writing *w)
{
	if (w->out.length > 0) {
		for (; w->breaks > 0; w->breaks--) {
			buf_putc(&w->out, '\n');
			w->at_start = true;
			if (w->breaks > 1 && w->quote > 0 && w->last_quote > 0) {
				buf_putc(&w->out, '>');
			}
		}
	}
	w->breaks = 0;
	if (w->at_start) {
		begin_line(w);
		w->blank_due = false;
	}
}

static void
write_text(struct writing *w, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		bool nbsp = (unsigned char)p[0] == 0xC2 && (unsigned char)p[1] == 0xA0;
		bool blank = strchr(" \t\r\n", *p) != NULL || nbsp;
		if (w->plain > 0 && *p == '\n') {
			w->breaks++;
			continue;
		}
		if (blank && w->plain == 0) {
			w->blank_due = !w->at_start && w->breaks == 0;
			p += nbsp ? 1 : 0;
			continue;
		}
		if (w->breaks > 0 || w->at_start) {
			flush_breaks(w);
		}
		if (w->blank_due) {
			buf_putc(&w->out, ' ');
			w->blank_due = false;
		}
		buf_putc(&w->out, *p);
	}
}

/* The address of a link, behind its text; a picture's text instead of it. */
static void
write_address(struct writing *w, xmlNode *link, size_t text_from)
{
	xmlChar *href = xmlGetProp(link, BAD_CAST "href");
	const char *address = (const char *)href;

	if (address != NULL) {
		bool mail = strncasecmp(address, "mailto:", 7) == 0;
		bool web = strncasecmp(address, "http://", 7) == 0 ||
			strncasecmp(address, "https://", 8) == 0;
		const char *shown = mail ? address + 7 : address;
		const char *text = text_from < w->out.length ? w->out.data + text_from : "";
		/* Without the scheme, that is what people write as the link's text. */
		const char *bare = web ? strstr(shown, "://") + 3 : shown;
		char beginning[ADDRESS_MAX];
		(void)str_copy(beginning, sizeof(beginning), bare);
		size_t length = strlen(beginning);
		if (length > 0 && beginning[length - 1] == '/') {
			beginning[length - 1] = '\0';
		}
		if ((mail || web) && text[0] != '\0' && strlen(shown) < ADDRESS_MAX &&
			strstr(text, beginning) == NULL) {
			w->blank_due = false;
			buf_printf(&w->out, " (%s)", shown);
		}
	}
	xmlFree(href);
}

static void
open_node(struct writing *w, xmlNode *node)
{
	const char *name = (const char *)node->name;
	unsigned breaks = breaks_around(name);

	if (strcasecmp(name, "br") == 0) {
		w->breaks++;
		w->blank_due = false;
		return;
	}
	if (breaks > 0) {
		need_breaks(w, w->out.length > 0 ? breaks : 0);
	}
	if (strcasecmp(name, "blockquote") == 0) {
		w->quote++;
	} else if (strcasecmp(name, "pre") == 0) {
		w->plain++;
	} else if (strcasecmp(name, "li") == 0) {
		write_text(w, "-");
		w->blank_due = true;
	} else if (strcasecmp(name, "hr") == 0) {
		write_text(w, "--------------------------------");
		need_breaks(w, 1);
	} else if (strcasecmp(name, "img") == 0) {
		xmlChar *alt = xmlGetProp(node, BAD_CAST "alt");
		if (alt != NULL && xmlStrlen(alt) < ADDRESS_MAX) {
			write_text(w, (const char *)alt);
		}
		xmlFree(alt);
	} else if (strcasecmp(name, "td") == 0 || strcasecmp(name, "th") == 0) {
		w->blank_due = w->breaks == 0 && !w->at_start;
	}
}

static void
close_node(struct writing *w, xmlNode *node, size_t text_from)
{
	const char *name = (const char *)node->name;
	unsigned breaks = breaks_around(name);

	if (strcasecmp(name, "a") == 0) {
		write_address(w, node, text_from);
	}
	if (strcasecmp(name, "blockquote") == 0 && w->quote > 0) {
		w->quote--;
	} else if (strcasecmp(name, "pre") == 0 && w->plain > 0) {
		w->plain--;
	}
	if (breaks > 0) {
		need_breaks(w, w->out.length > 0 ? breaks : 0);
	}
}

static void
walk(struct writing *w, xmlNode *root)
{
	xmlNode *node = root;
	size_t link_from = 0; /* links do not nest */

	while (node != NULL && !w->out.overflowed) {
		bool descend = false;
		if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
			write_text(w, node->content != NULL ? (const char *)node->content : "");
		} else if (node->type == XML_ELEMENT_NODE && !is_hidden(node)) {
			open_node(w, node);
			if (strcasecmp((const char *)node->name, "a") == 0) {
				link_from = w->out.length;
			}
			descend = node->children != NULL;
			if (!descend) {
				close_node(w, node, link_from);
			}
		}
		if (descend) {
			node = node->children;
			continue;
		}
		while (node != root && node->next == NULL) {
			node = node->parent;
			if (node->type == XML_ELEMENT_NODE) {
				close_node(w, node, link_from);
			}
		}
		node = node == root ? NULL : node->next;
	}
}

const char *
mime_html_text(const char *html, size_t length, struct arena *a)
{
	struct writing w = {.at_start = true};
	int bytes = (int)utf8_truncate(html, length, HTML_READ_MAX);

	if (length == 0) {
		return "";
	}
	htmlDocPtr document = htmlReadMemory(html, bytes, NULL, "UTF-8",
		HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
			HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	if (document == NULL) {
		return "";
	}
	buf_init(&w.out, TEXT_MAX);
	xmlNode *root = xmlDocGetRootElement(document);
	if (root != NULL) {
		walk(&w, root);
	}
	xmlFreeDoc(document);
	size_t written = 0;
	char *text = utf8_repair(a, w.out.length > 0 ? w.out.data : "", w.out.length,
		&written);
	buf_fini(&w.out);
	return text;
}
