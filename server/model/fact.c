/* Memory and wire forms of a fact. The chain's hash is in fact_hash.c. */
#include "model/fact.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/json_text.h"
#include "model/names.h"

enum {
	FRAME_MAX_BYTES = 1024 * 1024,
	STAFF_FRAME_USUAL = 1400, /* without the body */
	PUBLIC_FRAME_USUAL = 260,
};

struct fact *
fact_create(void)
{
	struct fact *f = xcalloc(1, sizeof(*f));

	f->references = 1;
	return f;
}

struct fact *
fact_get(struct fact *f)
{
	assert(f->references > 0);
	f->references++;
	return f;
}

void
fact_forget_frames(struct fact *f)
{
	free(f->staff_json);
	free(f->public_json);
	f->staff_json = NULL;
	f->public_json = NULL;
}

/* Sending, sent, failed or waiting: what was dropped needs no word. */
static const char *
delivery_name(enum outbox_state state)
{
	switch (state) {
	case OUTBOX_SENDING:
		return "sending";
	case OUTBOX_DEAD:
		return "failed";
	case OUTBOX_SENT:
	case OUTBOX_DROPPED:
		return "sent";
	case OUTBOX_WAITING:
		break;
	}
	return "waiting";
}

void
delivery_encode(uint64_t entry, const struct delivery_state *d, struct json_writer *w)
{
	jw_object(w);
	jw_kid(w, "entry", entry);
	jw_kstring(w, "state", delivery_name(d->state));
	jw_ki64(w, "attempts", d->attempts);
	jw_ktime(w, "due_at", d->state == OUTBOX_WAITING ? d->due_at : 0);
	jw_kstring(w, "text", d->text != NULL ? d->text : "");
	jw_object_end(w);
}

void
fact_put(struct fact *f)
{
	if (f == NULL) {
		return;
	}
	assert(f->references > 0);
	if (--f->references > 0) {
		return;
	}
	free(f->body);
	free(f->files);
	free(f->delivery.text);
	fact_forget_frames(f);
	free(f);
}

bool
fact_is_public(const struct fact *f)
{
	return f->kind == FACT_MESSAGE && f->pub != 0;
}

static void
encode_author(const struct fact *f, struct json_writer *w)
{
	jw_key(w, "author");
	jw_object(w);
	jw_kstring(w, "kind", author_kind_name(f->author_kind));
	jw_kid(w, "id", f->author);
	jw_object_end(w);
}

static void
encode_raw(struct json_writer *w, const char *key, const char *json)
{
	jw_key(w, key);
	if (json == NULL) {
		jw_null(w);
	} else {
		jw_raw(w, json, strlen(json));
	}
}

void
fact_encode_staff(const struct fact *f, struct json_writer *w)
{
	jw_kid(w, "id", f->id);
	jw_kid(w, "timeline", f->timeline);
	jw_kid(w, "customer", f->customer);
	jw_ki64(w, "seq", (int64_t)f->seq);
	jw_key(w, "pub");
	if (f->pub == 0) {
		jw_null(w);
	} else {
		jw_i64(w, (int64_t)f->pub);
	}
	jw_kid(w, "conversation", f->conversation);
	jw_kstring(w, "kind", fact_kind_name(f->kind));
	jw_kid(w, "channel", f->channel);
	jw_kstring(w, "channel_kind", f->channel_kind);
	encode_author(f, w);
	jw_ktime(w, "at", f->at);
	jw_ktime(w, "committed_at", f->committed_at);
	jw_kstring(w, "ref", f->ref[0] != '\0' ? f->ref : NULL);
	encode_raw(w, "body", f->body);
	encode_raw(w, "files", f->files);
	jw_kbool(w, "restricted", f->restricted);
	jw_kbool(w, "imported", f->imported);
	if (f->delivery.state != 0) {
		jw_key(w, "delivery");
		delivery_encode(f->id, &f->delivery, w);
	}
}

/* Most bodies of messages are {"text":"..."} and nothing else. Where one holds more, only the
 * text passes, and of an automatic answer what she can press. */
static bool
body_is_text_only(const struct fact *f)
{
	static const char start[] = "{\"text\":\"";
	const char *p = f->body;
	const char *end = p + f->body_length;

	if (f->body_length < sizeof(start) || memcmp(p, start, sizeof(start) - 1) != 0) {
		return false;
	}
	p += sizeof(start) - 1;
	p += json_plain_run(p, (size_t)(end - p));
	while (p < end && *p == '\\') {
		p += end - p >= 2 ? 2 : 1;
		p += json_plain_run(p, (size_t)(end - p));
	}
	return end - p == 2 && p[0] == '"' && p[1] == '}';
}

/* What she may press under an automatic answer: a number and its label each. */
static void
encode_public_menu(const struct json *menu, struct json_writer *w)
{
	jw_key(w, "menu");
	jw_array(w);
	for (size_t i = 0; i < json_length(menu); i++) {
		const struct json *item = json_at(menu, i);
		int64_t n = 0;

		jw_object(w);
		jw_ki64(w, "n", json_i64(item, "n", &n) ? n : 0);
		jw_kstring(w, "label", json_string(item, "label"));
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
encode_public_answer(const struct json *body, struct json_writer *w)
{
	const struct json *menu = json_get(body, "menu");
	bool set = false;

	if (json_is_array(menu)) {
		encode_public_menu(menu, w);
	}
	if (json_bool(body, "helpful", &set) && set) {
		jw_kbool(w, "helpful", true);
	}
	if (json_bool(body, "human", &set) && set) {
		jw_kbool(w, "human", true);
	}
}

static void
encode_public_body(const struct fact *f, struct json_writer *w)
{
	struct json *body = NULL;

	jw_key(w, "body");
	if (f->body == NULL) {
		jw_null(w);
		return;
	}
	if (body_is_text_only(f)) {
		jw_raw(w, f->body, f->body_length);
		return;
	}
	if (json_parse(f->body, f->body_length, &body, NULL) != ERR_OK) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kstring(w, "text", json_string(body, "text"));
	if (f->author_kind == AUTHOR_BOT) {
		encode_public_answer(body, w);
	}
	jw_object_end(w);
	json_free(body);
}

static void
encode_public_file(const struct json *file, struct json_writer *w)
{
	int64_t size = 0;
	int64_t width = 0;
	int64_t height = 0;

	jw_object(w);
	jw_kstring(w, "id", json_string(file, "id"));
	jw_kstring(w, "name", json_string(file, "name"));
	jw_kstring(w, "type", json_string(file, "type"));
	jw_ki64(w, "size", json_i64(file, "size", &size) ? size : 0);
	jw_ki64(w, "width", json_i64(file, "width", &width) ? width : 0);
	jw_ki64(w, "height", json_i64(file, "height", &height) ? height : 0);
	jw_object_end(w);
}

static void
encode_public_files(const struct fact *f, struct json_writer *w)
{
	struct json *files = NULL;

	jw_key(w, "files");
	if (f->files == NULL ||
		json_parse(f->files, strlen(f->files), &files, NULL) != ERR_OK) {
		jw_null(w);
		return;
	}
	jw_array(w);
	for (size_t i = 0; i < json_length(files); i++) {
		encode_public_file(json_at(files, i), w);
	}
	jw_array_end(w);
	json_free(files);
}

void
fact_encode_public(const struct fact *f, const char *author_name, struct json_writer *w)
{
	assert(fact_is_public(f));
	jw_ki64(w, "pub", (int64_t)f->pub);
	jw_kstring(w, "kind", fact_kind_name(f->kind));
	jw_key(w, "author");
	jw_object(w);
	jw_kstring(w, "kind", author_kind_name(f->author_kind));
	if (f->author_kind == AUTHOR_STAFF) {
		jw_kstring(w, "name", author_name);
	}
	jw_object_end(w);
	jw_ktime(w, "at", f->at);
	if (f->author_kind == AUTHOR_CUSTOMER && f->ref[0] != '\0') {
		jw_kstring(w, "ref", f->ref);
	} else {
		jw_kstring(w, "ref", NULL);
	}
	encode_public_body(f, w);
	encode_public_files(f, w);
}

static void
begin_frame(struct json_writer *w, struct buf *out, size_t expected)
{
	buf_init(out, FRAME_MAX_BYTES);
	buf_reserve(out, expected);
	jw_init(w, out);
	jw_object(w);
	jw_kstring(w, "t", "entry");
	jw_key(w, "entry");
	jw_object(w);
}

const char *
fact_staff_frame(struct fact *f, size_t *length)
{
	if (f->staff_json == NULL) {
		struct buf out;
		struct json_writer w;

		begin_frame(&w, &out, STAFF_FRAME_USUAL + f->body_length);
		fact_encode_staff(f, &w);
		jw_object_end(&w);
		jw_key(&w, "conversation");
		if (f->has_conversation) {
			jw_object(&w);
			conversation_encode(&f->after, &w);
			jw_object_end(&w);
		} else {
			jw_null(&w);
		}
		jw_object_end(&w);
		f->staff_json_length = out.length;
		f->staff_json = buf_take(&out);
	}
	*length = f->staff_json_length;
	return f->staff_json;
}

const char *
fact_public_frame(struct fact *f, const char *author_name, size_t *length)
{
	if (f->public_json == NULL) {
		struct buf out;
		struct json_writer w;

		begin_frame(&w, &out, PUBLIC_FRAME_USUAL + f->body_length);
		fact_encode_public(f, author_name, &w);
		jw_object_end(&w);
		jw_object_end(&w);
		f->public_json_length = out.length;
		f->public_json = buf_take(&out);
	}
	*length = f->public_json_length;
	return f->public_json;
}
