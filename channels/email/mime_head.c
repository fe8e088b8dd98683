#include "channels/email/mime_head.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "channels/email/mime.h"
#include "channels/email/mime_part.h"
#include "channels/email/mime_text.h"
#include "channels/email/mime_words.h"
#include "model/email.h"

enum { PREPARED_MAX = 1024 * 1024, GROUP_DEPTH_MAX = 3 };

static const int64_t earliest_s = 631152000; /* 1990: before it a clock was wrong */
static const int64_t latest_s = 4102444800;  /* 2100 */

static char *
kept(struct buf *b, struct arena *a)
{
	char *text = arena_strndup(a, b->length > 0 ? b->data : "", b->length);

	buf_fini(b);
	return text;
}

/* One line: every run of blanks that holds a line end is one space; none at the ends. */
static char *
on_one_line(const char *text, struct arena *a)
{
	char *out = arena_alloc(a, strlen(text) + 1);
	size_t n = 0;

	for (const char *p = text; *p != '\0';) {
		size_t blanks = strspn(p, " \t\r\n");
		if (blanks == 0) {
			out[n++] = *p++;
			continue;
		}
		bool folded = strcspn(p, "\r\n") < blanks;
		for (size_t i = 0; i < (folded ? 1 : blanks); i++) {
			out[n++] = ' ';
		}
		p += blanks;
	}
	while (n > 0 && out[n - 1] == ' ') {
		n--;
	}
	out[n] = '\0';
	return out + strspn(out, " ");
}

const char *
mime_head_text(const struct slice *field, struct arena *a)
{
	struct buf text;

	if (field == NULL) {
		return "";
	}
	buf_init(&text, PREPARED_MAX);
	struct slice rest = *field;
	const char *plain = rest.data;
	while (rest.length > 0) {
		const char *at = rest.data;
		struct slice word = {NULL, 0};
		if (at[0] == '=') {
			word = mime_words_take(&rest, a);
		}
		if (word.data == NULL) {
			rest.data++;
			rest.length--;
			continue;
		}
		struct slice before = mime_utf8("", (struct slice){plain, (size_t)(at - plain)},
			a);
		buf_append(&text, before.data, before.length);
		buf_append(&text, word.data, word.length);
		plain = rest.data;
	}
	struct slice before = mime_utf8("",
		(struct slice){plain, (size_t)(rest.data - plain)}, a);
	buf_append(&text, before.data, before.length);
	return on_one_line(kept(&text, a), a);
}

/* The encoded words as quoted strings of UTF-8, for GMime's grammars. */
static void
append_quoted(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		char c = text.data[i];
		if (c == '"' || c == '\\') {
			buf_putc(out, '\\');
		}
		buf_putc(out, c == '\n' || c == '\r' ? ' ' : c);
	}
}

static char *
prepare(const struct slice *field, struct arena *a)
{
	struct slice rest = mime_utf8("", *field, a);
	struct buf out;
	bool quoted = false;

	buf_init(&out, PREPARED_MAX);
	while (rest.length > 0) {
		char c = rest.data[0];
		struct slice word = {NULL, 0};
		if (c == '=') {
			word = mime_words_take(&rest, a);
		}
		if (word.data != NULL) {
			buf_puts(&out, quoted ? "" : "\"");
			append_quoted(&out, word);
			buf_puts(&out, quoted ? "" : "\"");
			continue;
		}
		if (c == '\\' && quoted && rest.length > 1) {
			buf_append(&out, rest.data, 2);
			rest.data += 2;
			rest.length -= 2;
			continue;
		}
		quoted = c == '"' ? !quoted : quoted;
		buf_putc(&out, c == '\r' || c == '\n' ? ' ' : c);
		rest.data++;
		rest.length--;
	}
	return kept(&out, a);
}

static GMimeParserOptions *
lenient(void)
{
	mime_library();
	GMimeParserOptions *options = g_mime_parser_options_new();
	g_mime_parser_options_set_address_compliance_mode(options,
		GMIME_RFC_COMPLIANCE_LOOSE);
	g_mime_parser_options_set_allow_addresses_without_domain(options, TRUE);
	g_mime_parser_options_set_parameter_compliance_mode(options,
		GMIME_RFC_COMPLIANCE_LOOSE);
	g_mime_parser_options_set_rfc2047_compliance_mode(options,
		GMIME_RFC_COMPLIANCE_LOOSE);
	return options;
}

/* ---- Addresses --------------------------------------------------------------------- */

struct gathering {
	struct arena *arena;
	size_t max;
	size_t count;
	bool names_only_too;
	struct mail_address *out;
	const char **raw; /* instead of out */
};

static const char *
clean(const char *text, struct arena *a)
{
	if (text == NULL) {
		return "";
	}
	return on_one_line(mime_utf8("utf-8", slice_of(text), a).data, a);
}

static void
gather_one(struct gathering *g, const char *name, const char *address)
{
	char normal[EMAIL_SIZE];

	if (g->count >= g->max) {
		return;
	}
	if (g->raw != NULL) {
		g->raw[g->count++] = arena_strdup(g->arena, address);
		return;
	}
	bool good = email_normalise(address, normal) && utf8_valid(normal, strlen(normal));
	if (!good && !g->names_only_too) {
		return;
	}
	const char *shown = clean(name, g->arena);
	if (!good && shown[0] == '\0') {
		shown = clean(address, g->arena);
	}
	size_t length = utf8_truncate(shown, strlen(shown), MIME_NAME_MAX);
	g->out[g->count++] = (struct mail_address){
		.name = arena_strndup(g->arena, shown, length),
		.address = good ? arena_strdup(g->arena, normal) : "",
	};
}

static void
gather(struct gathering *g, InternetAddressList *list, int depth)
{
	int length = internet_address_list_length(list);

	for (int i = 0; i < length && g->count < g->max; i++) {
		InternetAddress *one = internet_address_list_get_address(list, i);
		if (INTERNET_ADDRESS_IS_GROUP(one)) {
			InternetAddressList *members = internet_address_group_get_members(
				INTERNET_ADDRESS_GROUP(one));
			if (members != NULL && depth < GROUP_DEPTH_MAX) {
				gather(g, members, depth + 1);
			}
			continue;
		}
		const char *address = internet_address_mailbox_get_addr(
			INTERNET_ADDRESS_MAILBOX(one));
		gather_one(g, internet_address_get_name(one), address != NULL ? address : "");
	}
}

/* A word with an @ in a field that is no list of addresses at all. */
static void
gather_any(struct gathering *g, const char *text)
{
	const char *at = strchr(text, '@');
	static const char stops[] = " \t<>()[],;:\"'";

	if (at == NULL) {
		if (g->names_only_too && text[strspn(text, " \t<>")] != '\0') {
			gather_one(g, text, "");
		}
		return;
	}
	const char *start = at;
	while (start > text && strchr(stops, start[-1]) == NULL) {
		start--;
	}
	size_t length = strcspn(start, stops);
	gather_one(g, "", arena_strndup(g->arena, start, length));
}

static void
gather_field(struct gathering *g, const struct slice *field)
{
	char *text = prepare(field, g->arena);
	GMimeParserOptions *options = lenient();
	InternetAddressList *list = internet_address_list_parse(options, text);

	if (list != NULL) {
		gather(g, list, 0);
		g_object_unref(list);
	}
	g_mime_parser_options_free(options);
	if (g->count == 0 ||
		(g->out != NULL && g->names_only_too && g->count == 1 &&
			g->out[0].address[0] == '\0' && strchr(text, '@'))) {
		g->count = 0;
		gather_any(g, text);
	}
}

size_t
mime_head_addresses(const struct slice *field, struct arena *a, size_t max,
	bool names_only_too, struct mail_address *out)
{
	struct gathering g = {.arena = a,
		.max = max,
		.names_only_too = names_only_too,
		.out = out};

	if (field != NULL && max > 0) {
		gather_field(&g, field);
	}
	return g.count;
}

size_t
mime_head_raw_addresses(const struct slice *field, struct arena *a, size_t max,
	const char **out)
{
	struct gathering g = {.arena = a, .max = max, .raw = out};

	if (field != NULL && max > 0) {
		gather_field(&g, field);
	}
	return g.count;
}

/* ---- Ids and dates ----------------------------------------------------------------- */

/* Printable ASCII and UTF-8 without blanks; a long one is kept out. */
static const char *
id_of(struct slice text, struct arena *a)
{
	char *out = arena_alloc(a, text.length + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.length; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c > ' ' && c != 127 && c != '<' && c != '>') {
			out[n++] = (char)c;
		}
	}
	out[n] = '\0';
	return n > 0 && n <= MAIL_ID_MAX && utf8_valid(out, n) ? out : NULL;
}

size_t
mime_head_ids(const struct slice *field, struct arena *a, size_t max, const char **out)
{
	size_t count = 0;

	if (field == NULL) {
		return 0;
	}
	struct slice rest = *field;
	bool brackets = memchr(rest.data, '<', rest.length) != NULL;
	while (rest.length > 0 && count < max) {
		size_t skip = 0;
		size_t end;
		if (brackets) {
			while (skip < rest.length && rest.data[skip] != '<') {
				skip++;
			}
			skip += skip < rest.length ? 1 : 0;
		} else {
			while (skip < rest.length && strchr(" \t\r\n,", rest.data[skip]) != NULL) {
				skip++;
			}
		}
		for (end = skip; end < rest.length; end++) {
			if (brackets ? rest.data[end] == '>'
						 : strchr(" \t\r\n,", rest.data[end]) != NULL) {
				break;
			}
		}
		struct slice one = {rest.data + skip, end - skip};
		bool fit = one.length > 0 && (brackets || memchr(one.data, '@', one.length));
		const char *id = fit ? id_of(one, a) : NULL;
		if (id != NULL) {
			out[count++] = id;
		}
		end += end < rest.length ? 1 : 0;
		rest.data += end;
		rest.length -= end;
	}
	return count;
}

int64_t
mime_head_date(const struct slice *field)
{
	char text[128];
	size_t n = 0;

	if (field == NULL || field->length >= sizeof(text)) {
		return 0;
	}
	for (size_t i = 0; i < field->length; i++) {
		unsigned char c = (unsigned char)field->data[i];
		text[n++] = c >= ' ' && c < 127 ? (char)c : ' ';
	}
	text[n] = '\0';
	mime_library();
	GDateTime *date = g_mime_utils_header_decode_date(text);
	if (date == NULL) {
		return 0;
	}
	int64_t seconds = g_date_time_to_unix(date);
	g_date_time_unref(date);
	return seconds >= earliest_s && seconds < latest_s ? seconds * 1000 : 0;
}

/* ---- Parameters -------------------------------------------------------------------- */

static const char *
parameter(GMimeParamList *list, const char *name, struct arena *a)
{
	GMimeParam *found = list != NULL ? g_mime_param_list_get_parameter(list, name) : NULL;
	const char *value = found != NULL ? g_mime_param_get_value(found) : NULL;

	return clean(value, a);
}

static GMimeParamList *
parameters(const char *prepared)
{
	const char *semicolon = strchr(prepared, ';');

	if (semicolon == NULL) {
		return NULL;
	}
	GMimeParserOptions *options = lenient();
	GMimeParamList *list = g_mime_param_list_parse(options, semicolon + 1);
	g_mime_parser_options_free(options);
	return list;
}

/* "text/plain" of a Content-Type, or what stands for it. */
static const char *
type_of(const char *prepared, const char *default_type, struct arena *a)
{
	char *type = arena_alloc(a, strlen(prepared) + sizeof("application/octet-stream"));
	size_t n = 0;

	for (const char *p = prepared; *p != '\0' && *p != ';' && n < 100; p++) {
		unsigned char c = (unsigned char)*p;
		if (c > ' ' && c < 127 && c != '"') {
			type[n++] = (char)g_ascii_tolower((char)c);
		} else if (n > 0 && (c == ' ' || c == '\t') && strchr(type, '/') != NULL) {
			break;
		}
	}
	type[n] = '\0';
	if (n == 0) {
		return default_type;
	}
	const char *slash = strchr(type, '/');
	if (slash != NULL && slash > type && slash[1] != '\0') {
		return type;
	}
	if (strncmp(type, "text", 4) == 0) {
		return "text/plain";
	}
	return strncmp(type, "multipart", 9) == 0 ? "multipart/mixed"
											  : "application/octet-stream";
}

static void
describe_disposition(struct mime_part *part, struct arena *a)
{
	const struct slice *field = mime_field(part, "Content-Disposition");

	if (field == NULL) {
		return;
	}
	char *prepared = prepare(field, a);
	GMimeParamList *list = parameters(prepared);
	const char *file = parameter(list, "filename", a);
	if (file[0] != '\0') {
		part->name = file;
	}
	part->attached = strncasecmp(prepared + strspn(prepared, " \t\""), "attachment",
						 10) == 0;
	if (list != NULL) {
		g_object_unref(list);
	}
}

void
mime_part_describe(struct mime_part *part, const char *default_type, struct arena *a,
	const char **boundary)
{
	const struct slice *field = mime_field(part, "Content-Type");
	char *prepared = field != NULL ? prepare(field, a) : arena_strdup(a, "");
	GMimeParamList *list = parameters(prepared);
	const char *ids[1] = {""};

	part->type = type_of(prepared, default_type, a);
	part->charset = parameter(list, "charset", a);
	part->name = parameter(list, "name", a);
	part->report_type = parameter(list, "report-type", a);
	part->flowed = strcasecmp(parameter(list, "format", a), "flowed") == 0;
	part->flowed_delete = strcasecmp(parameter(list, "delsp", a), "yes") == 0;
	*boundary = parameter(list, "boundary", a);
	if (list != NULL) {
		g_object_unref(list);
	}
	describe_disposition(part, a);
	if (mime_head_ids(mime_field(part, "Content-ID"), a, 1, ids) == 0) {
		ids[0] = "";
	}
	part->content_id = ids[0];
}
