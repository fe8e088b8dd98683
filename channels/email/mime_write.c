/* A mail of ours as bytes. GMime encodes; what it would pass on unasked, line ends within a
 * value, is refused here first. */
#include "channels/email/mime.h"

#include <ctype.h>
#include <gmime/gmime.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "channels/email/mime_text.h"

enum { LINE_MAX_BYTES = 998 };

/* A value of a field: UTF-8 on one line, without control characters. */
static enum err
check_value(const char *what, const char *value, size_t max, struct error *e)
{
	size_t length = value != NULL ? strlen(value) : 0;

	if (length > max) {
		return error_set(e, ERR_INVALID, "%s: at most %zu bytes", what, max);
	}
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)value[i] < ' ' || (unsigned char)value[i] == 127) {
			return error_set(e, ERR_INVALID, "%s: no line ends or control characters",
				what);
		}
	}
	return utf8_valid(value != NULL ? value : "", length)
		? ERR_OK
		: error_set(e, ERR_INVALID, "%s: must be UTF-8", what);
}

static enum err
check_address(const char *what, const struct mail_address *address, struct error *e)
{
	const char *at = address->address != NULL ? strrchr(address->address, '@') : NULL;
	enum err err = check_value(what, address->name, MIME_NAME_MAX, e);

	if (err == ERR_OK) {
		err = check_value(what, address->address, MIME_ADDRESS_MAX, e);
	}
	if (err == ERR_OK &&
		(at == NULL || at == address->address || at[1] == '\0' ||
			strpbrk(address->address, " <>(),;:\"\\[]") != NULL)) {
		return error_set(e, ERR_INVALID, "%s: not an address", what);
	}
	return err;
}

static enum err
check_id(const char *what, const char *id, struct error *e)
{
	enum err err = check_value(what, id, MAIL_ID_MAX, e);

	if (err == ERR_OK && id != NULL && strpbrk(id, " <>") != NULL) {
		return error_set(e, ERR_INVALID, "%s: not a message id", what);
	}
	return err;
}

static enum err
check_addresses(const struct mime_draft *d, struct error *e)
{
	struct mail_address reply = {"", d->reply_to};
	enum err err = check_address("from", &d->from, e);

	if (err == ERR_OK && !str_empty(d->reply_to)) {
		err = check_address("reply_to", &reply, e);
	}
	for (size_t i = 0; err == ERR_OK && i < d->to_count; i++) {
		err = check_address("to", &d->to[i], e);
	}
	for (size_t i = 0; err == ERR_OK && i < d->cc_count; i++) {
		err = check_address("cc", &d->cc[i], e);
	}
	if (err == ERR_OK &&
		(d->to_count == 0 || d->to_count + d->cc_count > MAIL_ADDRESSES_MAX)) {
		return error_set(e, ERR_INVALID, "to: 1 to %d addresses with cc",
			MAIL_ADDRESSES_MAX);
	}
	return err;
}

static enum err
check_file(const struct mime_attachment *file, struct error *e)
{
	const char *slash = strchr(file->type, '/');
	enum err err = check_value("file name", file->name, MAIL_SUBJECT_MAX, e);

	if (err == ERR_OK) {
		err = check_value("content_id", file->content_id, MAIL_ID_MAX, e);
	}
	if (err != ERR_OK) {
		return err;
	}
	for (const char *p = file->type; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p) && strchr("/.+-_", *p) == NULL) {
			return error_set(e, ERR_INVALID, "file type: not a media type");
		}
	}
	if (slash == NULL || slash == file->type || slash[1] == '\0') {
		return error_set(e, ERR_INVALID, "file type: not a media type");
	}
	return ERR_OK;
}

static enum err
check_draft(const struct mime_draft *d, struct error *e)
{
	enum err err = check_addresses(d, e);

	if (err == ERR_OK) {
		err = check_value("subject", d->subject, MAIL_SUBJECT_MAX, e);
	}
	if (err == ERR_OK) {
		err = check_id("message_id", d->message_id, e);
	}
	if (err == ERR_OK) {
		err = check_id("in_reply_to", d->in_reply_to, e);
	}
	for (size_t i = 0; err == ERR_OK && i < d->reference_count; i++) {
		err = check_id("references", d->references[i], e);
	}
	for (size_t i = 0; err == ERR_OK && i < d->attachment_count; i++) {
		err = check_file(&d->attachments[i], e);
	}
	if (err != ERR_OK) {
		return err;
	}
	const char *text = d->text != NULL ? d->text : "";
	const char *quote = d->quote != NULL ? d->quote : "";
	if (!utf8_valid(text, strlen(text)) || !utf8_valid(quote, strlen(quote))) {
		return error_set(e, ERR_INVALID, "text: must be UTF-8");
	}
	return str_empty(d->message_id)
		? error_set(e, ERR_INVALID, "message_id: a mail needs one")
		: ERR_OK;
}

static void
add_addresses(GMimeMessage *message, GMimeAddressType kind,
	const struct mail_address *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = str_empty(list[i].name) ? NULL : list[i].name;
		g_mime_message_add_mailbox(message, kind, name, list[i].address);
	}
}

static void
set_ids(GMimeMessage *message, const struct mime_draft *d)
{
	struct buf references;

	g_mime_message_set_message_id(message, d->message_id);
	buf_init(&references, (MAIL_REFERENCES_MAX + 2) * (MAIL_ID_MAX + 4));
	for (size_t i = 0; i < d->reference_count && i < MAIL_REFERENCES_MAX; i++) {
		buf_printf(&references, "%s<%s>", i > 0 ? " " : "", d->references[i]);
	}
	if (!str_empty(d->in_reply_to)) {
		char value[MAIL_ID_MAX + 3];
		struct buf one;
		buf_init(&one, sizeof(value));
		buf_printf(&one, "<%s>", d->in_reply_to);
		g_mime_object_set_header(GMIME_OBJECT(message), "In-Reply-To", one.data, "utf-8");
		buf_printf(&references, "%s%s", references.length > 0 ? " " : "", one.data);
		buf_fini(&one);
	}
	if (references.length > 0) {
		g_mime_object_set_header(GMIME_OBJECT(message), "References", references.data,
			"utf-8");
	}
	buf_fini(&references);
}

static void
set_head(GMimeMessage *message, const struct mime_draft *d)
{
	GMimeObject *object = GMIME_OBJECT(message);
	GDateTime *date = g_date_time_new_from_unix_utc(d->at / 1000);

	add_addresses(message, GMIME_ADDRESS_TYPE_FROM, &d->from, 1);
	if (!str_empty(d->reply_to)) {
		struct mail_address reply = {d->from.name, d->reply_to};
		add_addresses(message, GMIME_ADDRESS_TYPE_REPLY_TO, &reply, 1);
	}
	add_addresses(message, GMIME_ADDRESS_TYPE_TO, d->to, d->to_count);
	add_addresses(message, GMIME_ADDRESS_TYPE_CC, d->cc, d->cc_count);
	g_mime_message_set_subject(message, d->subject != NULL ? d->subject : "", "utf-8");
	if (date != NULL) {
		g_mime_message_set_date(message, date);
		g_date_time_unref(date);
	}
	set_ids(message, d);
	if (d->automatic) {
		g_mime_object_set_header(object, "Auto-Submitted", "auto-replied", "utf-8");
		/* For programs that know no Auto-Submitted and would answer this. */
		g_mime_object_set_header(object, "Precedence", "bulk", "utf-8");
		g_mime_object_set_header(object, "X-Auto-Response-Suppress", "OOF, AutoReply",
			"utf-8");
	}
	/* What comes back with it was sent by us: see MAIL_LOOP. */
	g_mime_object_set_header(object, "X-Loop", d->from.address, "utf-8");
}

/* The text and, each line behind "> ", what it answers. */
static void
append_text(struct buf *out, const struct mime_draft *d)
{
	const char *quote = d->quote != NULL ? d->quote : "";

	buf_puts(out, d->text != NULL ? d->text : "");
	if (quote[0] != '\0') {
		buf_puts(out, "\n\n");
	}
	while (quote[0] != '\0') {
		size_t length = strcspn(quote, "\n");
		buf_puts(out, quote[0] == '>' ? ">" : "> ");
		buf_append(out, quote, length);
		buf_putc(out, '\n');
		quote += length;
		quote += quote[0] == '\n' ? 1 : 0;
	}
	if (out->length == 0 || out->data[out->length - 1] != '\n') {
		buf_putc(out, '\n');
	}
}

/* Nothing that a server on the way may change: ASCII of short lines as it is, else encoded. */
static GMimeContentEncoding
encoding_for(const char *text, size_t length)
{
	size_t line = 0;
	size_t high = 0;
	bool plain = true;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		line = c == '\n' ? 0 : line + 1;
		high += c >= 0x80;
		plain = plain && c < 0x80 && (c >= ' ' || c == '\n' || c == '\t') && line <= 78;
	}
	if (plain) {
		return GMIME_CONTENT_ENCODING_7BIT;
	}
	return high * 6 > length ? GMIME_CONTENT_ENCODING_BASE64
							 : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
}

static GMimePart *
part_of(const char *type, const char *subtype, const void *bytes, size_t length,
	GMimeContentEncoding encoding)
{
	GMimePart *part = g_mime_part_new_with_type(type, subtype);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, length);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream,
		GMIME_CONTENT_ENCODING_DEFAULT);

	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, encoding);
	g_object_unref(content);
	g_object_unref(stream);
	return part;
}

static GMimePart *
text_part(const struct mime_draft *d)
{
	struct buf text;
	size_t quote = d->quote != NULL ? strlen(d->quote) : 0;

	buf_init(&text, (d->text != NULL ? strlen(d->text) : 0) + quote * 3 + 64);
	append_text(&text, d);
	/* Line ends inside the encodings are CRLF too, as RFC 2045 has it. */
	struct buf wire;
	buf_init(&wire, text.length * 2 + 16);
	for (size_t i = 0; i < text.length; i++) {
		if (text.data[i] == '\r') {
			continue;
		}
		buf_puts(&wire, text.data[i] == '\n' ? "\r" : "");
		buf_putc(&wire, text.data[i]);
	}
	GMimeContentEncoding encoding = encoding_for(text.data, text.length);
	GMimePart *part = encoding == GMIME_CONTENT_ENCODING_BASE64
		? part_of("text", "plain", wire.data, wire.length, encoding)
		: part_of("text", "plain", text.data, text.length, encoding);
	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
	buf_fini(&wire);
	buf_fini(&text);
	return part;
}

static GMimePart *
file_part(const struct mime_attachment *file, struct arena *a)
{
	const char *slash = strchr(file->type, '/');
	char *type = arena_strndup(a, file->type, (size_t)(slash - file->type));
	bool container = strcmp(type, "multipart") == 0 || strcmp(type, "message") == 0;
	GMimePart *part = part_of(container ? "application" : type,
		container ? "octet-stream" : slash + 1, file->bytes, file->length,
		GMIME_CONTENT_ENCODING_BASE64);
	GMimeObject *object = GMIME_OBJECT(part);

	g_mime_object_set_disposition(object, file->inlined ? "inline" : "attachment");
	g_mime_object_set_content_disposition_parameter(object, "filename", file->name);
	g_mime_object_set_content_type_parameter(object, "name", file->name);
	/* Old programs (Foxmail, Outlook) read the name here, in RFC 2047 only. */
	GMimeParam *name = g_mime_param_list_get_parameter(g_mime_content_type_get_parameters(
														   g_mime_object_get_content_type(
															   object)),
		"name");
	if (name != NULL) {
		g_mime_param_set_encoding_method(name, GMIME_PARAM_ENCODING_METHOD_RFC2047);
	}
	if (!str_empty(file->content_id)) {
		g_mime_object_set_content_id(object, file->content_id);
	}
	return part;
}

static void
set_body(GMimeMessage *message, const struct mime_draft *d)
{
	GMimePart *text = text_part(d);

	if (d->attachment_count == 0) {
		g_mime_message_set_mime_part(message, GMIME_OBJECT(text));
		g_object_unref(text);
		return;
	}
	struct arena *a = arena_create();
	GMimeMultipart *mixed = g_mime_multipart_new_with_subtype("mixed");
	g_mime_multipart_add(mixed, GMIME_OBJECT(text));
	g_object_unref(text);
	for (size_t i = 0; i < d->attachment_count; i++) {
		GMimePart *part = file_part(&d->attachments[i], a);
		g_mime_multipart_add(mixed, GMIME_OBJECT(part));
		g_object_unref(part);
	}
	g_mime_message_set_mime_part(message, GMIME_OBJECT(mixed));
	g_object_unref(mixed);
	arena_destroy(a);
}

/* With CRLF everywhere: libcurl stuffs no leading dot after a bare LF. */
static void
append_wire(struct buf *out, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length;) {
		const char *end = memchr(bytes + i, '\n', length - i);
		size_t line = end != NULL ? (size_t)(end - bytes) - i : length - i;
		size_t shown = line > 0 && bytes[i + line - 1] == '\r' ? line - 1 : line;
		buf_append(out, bytes + i, shown);
		buf_append(out, "\r\n", 2);
		i += line + 1;
	}
}

/* What the encoders promise, checked before it leaves the house. */
static bool
lines_fit(const struct buf *out)
{
	size_t line = 0;

	for (size_t i = 0; i < out->length; i++) {
		line = out->data[i] == '\n' ? 0 : line + 1;
		if (line > LINE_MAX_BYTES + 1) {
			return false;
		}
	}
	return true;
}

enum err
mime_write(const struct mime_draft *d, struct buf *out, struct error *e)
{
	enum err err = check_draft(d, e);

	if (err != ERR_OK) {
		return err;
	}
	mime_library();
	GMimeMessage *message = g_mime_message_new(TRUE);
	set_head(message, d);
	set_body(message, d);
	GMimeFormatOptions *options = g_mime_format_options_new();
	g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
	char *bytes = g_mime_object_to_string(GMIME_OBJECT(message), options);
	append_wire(out, bytes, strlen(bytes));
	g_free(bytes);
	g_mime_format_options_free(options);
	g_object_unref(message);
	if (out->overflowed) {
		return error_set(e, ERR_INVALID, "the mail is larger than %zu bytes",
			out->max_bytes);
	}
	return lines_fit(out) ? ERR_OK : error_set(e, ERR_INVALID, "a line is too long");
}
