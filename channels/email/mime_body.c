#include "channels/email/mime_body.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "channels/email/mime_head.h"
#include "channels/email/mime_part.h"
#include "channels/email/mime_text.h"

enum { TEXT_MAX = 2 * 1024 * 1024, NAME_MAX_BYTES = 200, UU_FILES_MAX = 20 };

struct collecting {
	struct arena *arena;
	struct mime_body *body;
	struct buf text;
	struct buf html;
};

static bool
is_multipart(const struct mime_part *part, const char *subtype)
{
	return strncmp(part->type, "multipart/", 10) == 0 &&
		(subtype == NULL || strcmp(part->type + 10, subtype) == 0);
}

/* Endings of what senders leave without a name. */
static const char *
ending_of(const char *type)
{
	static const char *const known[][2] = {{"text/plain", ".txt"}, {"text/html", ".html"},
		{"text/calendar", ".ics"}, {"text/csv", ".csv"}, {"image/png", ".png"},
		{"image/jpeg", ".jpg"}, {"image/gif", ".gif"}, {"image/webp", ".webp"},
		{"application/pdf", ".pdf"}, {"application/zip", ".zip"},
		{"message/rfc822", ".eml"}, {"message/partial", ".part"},
		{"application/ms-tnef", ".dat"}, {"application/pkcs7-signature", ".p7s"},
		{"application/pgp-signature", ".asc"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(type, known[i][0]) == 0) {
			return known[i][1];
		}
	}
	return ".bin";
}

/* Without a path and without what no file name may have; never empty. */
static const char *
file_name(const char *given, const char *type, size_t number, struct arena *a)
{
	const char *base = given;
	char *out = arena_alloc(a, strlen(given) + 1);
	size_t n = 0;

	for (const char *p = given; *p != '\0'; p++) {
		if (*p == '/' || *p == '\\') {
			base = p + 1;
		}
	}
	for (const char *p = base + strspn(base, ". "); *p != '\0'; p++) {
		out[n++] = (unsigned char)*p < ' ' || strchr("<>:\"|?*", *p) != NULL ? '_' : *p;
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '.')) {
		n--;
	}
	n = utf8_truncate(out, n, NAME_MAX_BYTES);
	out[n] = '\0';
	return n > 0 ? out : arena_printf(a, "attachment-%zu%s", number, ending_of(type));
}

static void
add_file(struct collecting *c, const char *name, const char *type, const char *content_id,
	bool inlined, struct slice bytes)
{
	struct mime_body *body = c->body;

	if (body->attachment_count == MIME_PARTS_MAX) {
		body->cut = true;
		return;
	}
	body->attachments[body->attachment_count] = (struct mime_attachment){
		.name = file_name(name, type, body->attachment_count + 1, c->arena),
		.type = type,
		.content_id = content_id,
		.inlined = inlined,
		.bytes = bytes.data != NULL ? bytes.data : "",
		.length = bytes.length,
	};
	body->attachment_count++;
}

/* A mail within a mail: named as its subject. */
static const char *
enclosed_name(const struct mime_part *part, struct slice bytes, struct arena *a)
{
	const struct mime_field *fields;
	size_t count;
	struct slice rest;

	if (part->name[0] != '\0' || strcmp(part->type, "message/rfc822") != 0 ||
		!mime_header_read(bytes, a, &fields, &count, &rest)) {
		return part->name;
	}
	const char *subject = mime_head_text(mime_field_in(fields, count, "Subject"), a);
	if (subject[0] == '\0') {
		return "";
	}
	return arena_printf(a, "%.*s.eml",
		(int)utf8_truncate(subject, strlen(subject), NAME_MAX_BYTES - 4), subject);
}

static void
add_part_file(struct collecting *c, const struct mime_part *part, bool inlined)
{
	struct slice bytes = mime_part_bytes(part, c->arena);

	add_file(c, enclosed_name(part, bytes, c->arena), part->type, part->content_id,
		inlined, bytes);
}

static void
append_text(struct buf *out, struct slice text)
{
	if (out->length > 0 && text.length > 0) {
		buf_puts(out, "\n\n");
	}
	if (out->length + text.length + 2 > TEXT_MAX) {
		text.length = utf8_truncate(text.data, text.length,
			out->length + 2 < TEXT_MAX ? TEXT_MAX - out->length - 2 : 0);
	}
	buf_append(out, text.data, text.length);
}

static void
add_plain(struct collecting *c, const struct mime_part *part)
{
	struct slice text = mime_part_text(part, c->arena);
	const char *name;
	struct slice bytes;

	for (int i = 0; i < UU_FILES_MAX && mime_uudecode(&text, c->arena, &name, &bytes);
		 i++) {
		add_file(c, name, "application/octet-stream", "", false, bytes);
	}
	append_text(&c->text, text);
}

static void
add_html(struct collecting *c, const struct mime_part *part)
{
	struct slice html = mime_part_text(part, c->arena);

	if (c->html.length + html.length > MIME_HTML_MAX) {
		c->body->cut = true;
		html.length = utf8_truncate(html.data, html.length,
			MIME_HTML_MAX > c->html.length ? MIME_HTML_MAX - c->html.length : 0);
	}
	buf_append(&c->html, html.data, html.length);
}

static void collect(struct collecting *c, const struct mime_part *part);

static const struct mime_part *
find_text(const struct mime_part *part, const char *type)
{
	const struct mime_part *end = NULL;

	/* The first after the part's whole tree. */
	for (end = part; end != NULL && end->next == NULL; end = end->parent) {
	}
	end = end != NULL ? end->next : NULL;
	for (const struct mime_part *p = part; p != NULL && p != end;
		 p = mime_part_after(p)) {
		if (strcmp(p->type, type) == 0 && !p->attached) {
			return p;
		}
	}
	return NULL;
}

/* The same in several forms: plain text and HTML are kept apart, and what else an alternative
 * holds (an invitation, the pictures of the HTML) are files. */
static void
collect_alternative(struct collecting *c, const struct mime_part *part)
{
	const struct mime_part *plain = NULL;
	const struct mime_part *rich = NULL;

	for (const struct mime_part *p = part->first; p != NULL; p = p->next) {
		const struct mime_part *text = find_text(p, "text/plain");
		const struct mime_part *html = find_text(p, "text/html");
		plain = plain == NULL && html == NULL ? text : plain;
		if (html != NULL) {
			rich = html;
			/* Apple puts text and HTML of one form into one multipart. */
			plain = plain == NULL ? text : plain;
		}
	}
	for (const struct mime_part *p = part->first; p != NULL; p = p->next) {
		if (is_multipart(p, NULL)) {
			for (const struct mime_part *q = p->first; q != NULL; q = q->next) {
				if (q != plain && q != rich &&
					(q->attached || strncmp(q->type, "text/", 5) != 0)) {
					collect(c, q);
				}
			}
		} else if (p != plain && p != rich && strcmp(p->type, "text/plain") != 0 &&
			strcmp(p->type, "text/html") != 0) {
			collect(c, p);
		}
	}
	if (plain != NULL) {
		add_plain(c, plain);
	}
	if (rich != NULL) {
		add_html(c, rich);
	}
}

static void
collect_report(struct collecting *c, const struct mime_part *part)
{
	for (const struct mime_part *p = part->first; p != NULL; p = p->next) {
		if (strncmp(p->type, "message/", 8) != 0 &&
			strcmp(p->type, "text/rfc822-headers") != 0) {
			collect(c, p);
		}
	}
}

/* Recursion is bounded by the depth of the tree. */
static void
collect(struct collecting *c, const struct mime_part *part)
{
	if (is_multipart(part, "alternative")) {
		collect_alternative(c, part);
	} else if (is_multipart(part, "report")) {
		collect_report(c, part);
	} else if (is_multipart(part, NULL)) {
		for (const struct mime_part *p = part->first; p != NULL; p = p->next) {
			collect(c, p);
		}
	} else if (part->attached || (part->name[0] != '\0' && part->parent != NULL)) {
		add_part_file(c, part, part->content_id[0] != '\0' && !part->attached);
	} else if (strcmp(part->type, "text/html") == 0) {
		add_html(c, part);
	} else if (strcmp(part->type, "text/calendar") == 0) {
		add_part_file(c, part, false);
	} else if (strncmp(part->type, "text/", 5) == 0 ||
		strcmp(part->type, "message/delivery-status") == 0) {
		add_plain(c, part);
	} else {
		add_part_file(c, part, part->content_id[0] != '\0');
	}
}

static bool
is_empty(struct slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		if (strchr(" \t\r\n", text.data[i]) == NULL) {
			return false;
		}
	}
	return true;
}

void
mime_body_read(const struct mime_part *root, struct arena *a, struct mime_body *out)
{
	struct collecting c = {.arena = a, .body = out};

	*out = (struct mime_body){0};
	out->attachments = arena_alloc(a, MIME_PARTS_MAX * sizeof(*out->attachments));
	buf_init(&c.text, TEXT_MAX);
	buf_init(&c.html, MIME_HTML_MAX);
	collect(&c, root);
	if (c.html.length > 0) {
		out->html = (struct slice){arena_strndup(a, c.html.data, c.html.length),
			c.html.length};
	}
	struct slice plain = {c.text.length > 0 ? c.text.data : "", c.text.length};
	if (is_empty(plain) && out->html.data != NULL) {
		out->text = slice_of(mime_html_text(out->html.data, out->html.length, a));
	} else {
		out->text = (struct slice){arena_strndup(a, plain.data, plain.length),
			plain.length};
	}
	buf_fini(&c.text);
	buf_fini(&c.html);
}
