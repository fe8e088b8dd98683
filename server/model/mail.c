#include "model/mail.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

static const char *const trusts[] = {
	[MAIL_TRUST_NONE] = "none",
	[MAIL_TRUST_PROVEN] = "proven",
	[MAIL_TRUST_FAILED] = "failed",
};

static const char *const natures[] = {
	[MAIL_PERSONAL] = "personal",
	[MAIL_AUTOMATIC] = "automatic",
	[MAIL_LIST] = "list",
	[MAIL_BOUNCE] = "bounce",
	[MAIL_DELAYED] = "delayed",
	[MAIL_REPORT] = "report",
	[MAIL_LOOP] = "loop",
};

#define COUNT(names) (sizeof(names) / sizeof((names)[0]))

const char *
mail_trust_name(enum mail_trust trust)
{
	return trusts[trust];
}

const char *
mail_nature_name(enum mail_nature nature)
{
	return natures[nature];
}

const char *
mail_answer_id(struct arena *a, uint64_t entry, uint64_t item, const char *address)
{
	const char *at = strrchr(address, '@');

	return arena_printf(a, "%llu.%llu@%s", (unsigned long long)entry,
		(unsigned long long)item, at != NULL ? at + 1 : address);
}

/* --- writing -------------------------------------------------------------------------------- */

static void
encode_address(const struct mail_address *m, struct json_writer *w)
{
	jw_object(w);
	jw_kstring(w, "name", m->name != NULL ? m->name : "");
	jw_kstring(w, "address", m->address != NULL ? m->address : "");
	jw_object_end(w);
}

static void
encode_addresses(struct json_writer *w, const char *key, const struct mail_address *list,
	size_t count)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		encode_address(&list[i], w);
	}
	jw_array_end(w);
}

static void
encode_threading(const struct mail *m, struct json_writer *w)
{
	if (!str_empty(m->message_id)) {
		jw_kstring(w, "message_id", m->message_id);
	}
	if (!str_empty(m->in_reply_to)) {
		jw_kstring(w, "in_reply_to", m->in_reply_to);
	}
	if (m->reference_count > 0) {
		jw_key(w, "references");
		jw_array(w);
		for (size_t i = 0; i < m->reference_count; i++) {
			jw_string(w, m->references[i]);
		}
		jw_array_end(w);
	}
	if (m->answers != 0) {
		jw_kid(w, "answers", m->answers);
	}
}

static void
encode_pictures(const struct mail *m, struct json_writer *w)
{
	if (m->picture_count == 0) {
		return;
	}
	jw_key(w, "inline");
	jw_array(w);
	for (size_t i = 0; i < m->picture_count; i++) {
		jw_object(w);
		jw_kstring(w, "cid", m->pictures[i].content_id);
		jw_kid(w, "file", m->pictures[i].file);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void
mail_encode(const struct mail *m, struct json_writer *w)
{
	jw_kstring(w, "subject", m->subject != NULL ? m->subject : "");
	jw_key(w, "from");
	encode_address(&m->from, w);
	if (!str_empty(m->reply_to.address)) {
		jw_key(w, "reply_to");
		encode_address(&m->reply_to, w);
	}
	encode_addresses(w, "to", m->to, m->to_count);
	if (m->cc_count > 0) {
		encode_addresses(w, "cc", m->cc, m->cc_count);
	}
	encode_threading(m, w);
	jw_kstring(w, "trust", trusts[m->trust]);
	jw_kstring(w, "nature", natures[m->nature]);
	if (!str_empty(m->quote)) {
		jw_kstring(w, "quote", m->quote);
	}
	if (m->truncated) {
		jw_kbool(w, "truncated", true);
	}
	if (m->source != 0) {
		jw_kid(w, "source", m->source);
	}
	if (m->html != 0) {
		jw_kid(w, "html", m->html);
	}
	encode_pictures(m, w);
}

/* --- reading -------------------------------------------------------------------------------- */

static const char *
text_of(const struct json *object, const char *key, struct arena *a)
{
	const char *text = json_string(object, key);

	return text != NULL ? arena_strdup(a, text) : "";
}

static void
decode_address(const struct json *object, struct arena *a, struct mail_address *out)
{
	bool there = object != NULL && json_is_object(object);

	out->name = there ? text_of(object, "name", a) : "";
	out->address = there ? text_of(object, "address", a) : "";
}

static const struct mail_address *
decode_addresses(const struct json *list, struct arena *a, size_t *count)
{
	size_t length = list != NULL && json_is_array(list) ? json_length(list) : 0;
	struct mail_address *out = arena_alloc(a, (length + 1) * sizeof(*out));

	for (size_t i = 0; i < length; i++) {
		decode_address(json_at(list, i), a, &out[i]);
	}
	*count = length;
	return out;
}

static const char *const *
decode_references(const struct json *list, struct arena *a, size_t *count)
{
	size_t length = list != NULL && json_is_array(list) ? json_length(list) : 0;
	const char **out = arena_alloc(a, (length + 1) * sizeof(*out));
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		const char *text = json_string_value(json_at(list, i), NULL);

		if (text != NULL) {
			out[used++] = arena_strdup(a, text);
		}
	}
	*count = used;
	return out;
}

/* A word that is not known is what the first of them says. */
static int
word_of(const char *const *words, size_t count, const char *text)
{
	for (size_t i = 0; text != NULL && i < count; i++) {
		if (strcmp(words[i], text) == 0) {
			return (int)i;
		}
	}
	return 0;
}

static uint64_t
id_of(const struct json *object, const char *key)
{
	uint64_t id = 0;

	return json_id(object, key, &id) ? id : 0;
}

static const struct mail_picture *
decode_pictures(const struct json *list, struct arena *a, size_t *count)
{
	size_t length = list != NULL && json_is_array(list) ? json_length(list) : 0;
	struct mail_picture *out;

	length = length < MAIL_PICTURES_MAX ? length : MAIL_PICTURES_MAX;
	out = arena_alloc(a, (length + 1) * sizeof(*out));
	for (size_t i = 0; i < length; i++) {
		const struct json *item = json_at(list, i);

		out[i] = (struct mail_picture){.content_id = text_of(item, "cid", a),
			.file = id_of(item, "file")};
	}
	*count = length;
	return out;
}

enum err
mail_decode(const struct json *body, struct arena *a, struct mail *out, struct error *e)
{
	const struct json *m = json_is_object(body) ? json_get(body, "mail") : NULL;

	memset(out, 0, sizeof(*out));
	if (m == NULL || !json_is_object(m)) {
		return error_set(e, ERR_CORRUPT, "this is no mail");
	}
	out->subject = text_of(m, "subject", a);
	decode_address(json_get(m, "from"), a, &out->from);
	decode_address(json_get(m, "reply_to"), a, &out->reply_to);
	out->to = decode_addresses(json_get(m, "to"), a, &out->to_count);
	out->cc = decode_addresses(json_get(m, "cc"), a, &out->cc_count);
	out->message_id = text_of(m, "message_id", a);
	out->in_reply_to = text_of(m, "in_reply_to", a);
	out->references = decode_references(json_get(m, "references"), a,
		&out->reference_count);
	out->trust = (enum mail_trust)word_of(trusts, COUNT(trusts), json_string(m, "trust"));
	out->nature = (enum mail_nature)word_of(natures, COUNT(natures),
		json_string(m, "nature"));
	out->quote = text_of(m, "quote", a);
	if (!json_bool(m, "truncated", &out->truncated)) {
		out->truncated = false;
	}
	out->source = id_of(m, "source");
	out->html = id_of(m, "html");
	out->pictures = decode_pictures(json_get(m, "inline"), a, &out->picture_count);
	out->answers = id_of(m, "answers");
	return ERR_OK;
}
