#include "store/heads_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "store/heads_key.h"

static const char signature_mark[] = ",\"signature\":\"";

enum { SIGNATURE_TEXT_SIZE = (HEADS_SIGNATURE_SIZE * 4 + 2) / 3 + 1 };

void
heads_feed_add(int64_t version, uint8_t feed[static DIGEST_SIZE], const uint8_t *hashes,
	size_t count)
{
	size_t portion = version == 1 ? 1 : count;
	uint8_t next[DIGEST_SIZE];

	for (size_t i = 0; i < count; i += portion) {
		sha256_two(feed, DIGEST_SIZE, hashes + i * DIGEST_SIZE, portion * DIGEST_SIZE,
			next);
		memcpy(feed, next, DIGEST_SIZE);
	}
}

static void
write_digest(struct json_writer *w, const char *key,
	const uint8_t digest[static DIGEST_SIZE])
{
	char text[2 * DIGEST_SIZE + 1];

	hex_encode(digest, DIGEST_SIZE, text);
	jw_kstring(w, key, text);
}

static void
write_prefixes(struct json_writer *w, const struct heads_record *r)
{
	size_t size = (size_t)(r->n + 1 - r->from) * HEADS_PREFIX_SIZE;
	char *text = xmalloc(size * 4 / 3 + 4);

	base64url_encode(r->prefixes, size, text);
	jw_kstring(w, "facts", text);
	free(text);
}

static void
write_heads(struct json_writer *w, const struct heads_record *r)
{
	jw_key(w, "heads");
	jw_array(w);
	for (size_t i = 0; i < r->head_count; i++) {
		jw_array(w);
		jw_id(w, r->heads[i].timeline);
		jw_id(w, r->heads[i].seq);
		jw_array_end(w);
	}
	jw_array_end(w);
}

void
heads_record_encode(const struct heads_record *r, const struct heads_key *key,
	struct buf *out)
{
	size_t start = out->length;
	uint8_t signature[HEADS_SIGNATURE_SIZE];
	char text[SIGNATURE_TEXT_SIZE + 1];
	struct json_writer w;

	jw_init(&w, out);
	jw_object(&w);
	jw_ki64(&w, "version", r->version);
	jw_ki64(&w, "at", r->at);
	jw_ki64(&w, "node", (int64_t)r->node);
	jw_ki64(&w, "from", (int64_t)r->from);
	jw_ki64(&w, "n", (int64_t)r->n);
	write_prefixes(&w, r);
	write_heads(&w, r);
	write_digest(&w, "feed", r->feed);
	jw_key(&w, "audit");
	jw_id(&w, r->audit);
	write_digest(&w, "audit_hash", r->audit_hash);
	write_digest(&w, "previous", r->previous);
	heads_key_sign(key, out->data + start, out->length - start, signature);
	base64url_encode(signature, sizeof(signature), text);
	buf_puts(out, signature_mark);
	buf_puts(out, text);
	buf_puts(out, "\"}\n");
}

static bool
signature_holds(const char *line, size_t length, const struct heads_key *key)
{
	const char *mark = memmem(line, length, signature_mark, sizeof(signature_mark) - 1);
	uint8_t signature[HEADS_SIGNATURE_SIZE];
	const char *text;
	size_t text_length;
	size_t size = 0;

	if (mark == NULL) {
		return false;
	}
	text = mark + sizeof(signature_mark) - 1;
	text_length = length - (size_t)(text - line);
	if (text_length < 2 || memcmp(text + text_length - 2, "\"}", 2) != 0) {
		return false;
	}
	if (base64url_decode(text, text_length - 2, signature, sizeof(signature), &size) !=
			ERR_OK ||
		size != sizeof(signature)) {
		return false;
	}
	return heads_key_verifies(key, line, (size_t)(mark - line), signature);
}

static bool
read_digest(const struct json *j, const char *key, uint8_t out[static DIGEST_SIZE])
{
	const char *text = json_string(j, key);

	return text != NULL && strlen(text) == 2 * DIGEST_SIZE &&
		hex_decode(text, out, DIGEST_SIZE) == ERR_OK;
}

static bool
read_number(const struct json *j, const char *key, uint64_t *out)
{
	int64_t value;

	if (!json_i64(j, key, &value) || value < 0) {
		return false;
	}
	*out = (uint64_t)value;
	return true;
}

static bool
read_prefixes(const struct json *j, struct arena *a, struct heads_record *r)
{
	const char *text = json_string(j, "facts");
	uint64_t count = r->n + 1 - r->from;
	uint8_t *bytes;
	size_t size = 0;

	if (text == NULL || r->from == 0 || r->from > r->n + 1 || count > HEADS_FACTS_MAX) {
		return false;
	}
	bytes = arena_alloc(a, (size_t)count * HEADS_PREFIX_SIZE + 3);
	r->prefixes = bytes;
	return base64url_decode(text, strlen(text), bytes,
			   (size_t)count * HEADS_PREFIX_SIZE + 3, &size) == ERR_OK &&
		size == count * HEADS_PREFIX_SIZE;
}

static bool
read_heads(const struct json *j, struct arena *a, struct heads_record *r)
{
	const struct json *list = json_get(j, "heads");
	struct signed_head *heads;

	if (list == NULL || !json_is_array(list) || json_length(list) > HEADS_FACTS_MAX) {
		return false;
	}
	r->head_count = json_length(list);
	heads = arena_alloc(a, (r->head_count + 1) * sizeof(*heads));
	for (size_t i = 0; i < r->head_count; i++) {
		const struct json *pair = json_at(list, i);
		const char *timeline;
		const char *seq;

		if (!json_is_array(pair) || json_length(pair) != 2) {
			return false;
		}
		timeline = json_string_value(json_at(pair, 0), NULL);
		seq = json_string_value(json_at(pair, 1), NULL);
		if (timeline == NULL || seq == NULL ||
			!str_parse_u64(timeline, &heads[i].timeline) ||
			!str_parse_u64(seq, &heads[i].seq)) {
			return false;
		}
	}
	r->heads = heads;
	return true;
}

static bool
read_record(const struct json *j, struct arena *a, struct heads_record *r)
{
	const char *audit = json_string(j, "audit");
	uint64_t node;

	if (!json_i64(j, "version", &r->version)) {
		r->version = 1;
	}
	if (r->version < 1 || r->version > HEADS_VERSION) {
		return false;
	}
	if (!json_i64(j, "at", &r->at) || !read_number(j, "node", &node) || node > 255 ||
		!read_number(j, "from", &r->from) || !read_number(j, "n", &r->n) ||
		audit == NULL || !str_parse_u64(audit, &r->audit)) {
		return false;
	}
	r->node = (unsigned)node;
	return read_prefixes(j, a, r) && read_heads(j, a, r) &&
		read_digest(j, "feed", r->feed) && read_digest(j, "audit_hash", r->audit_hash) &&
		read_digest(j, "previous", r->previous);
}

enum err
heads_record_decode(const char *line, size_t length, const struct heads_key *key,
	struct arena *a, struct heads_record *out, struct error *e)
{
	struct heads_record r = {0};
	struct json *j = NULL;
	bool whole;

	if (key != NULL && !signature_holds(line, length, key)) {
		return error_set(e, ERR_CORRUPT, "the signature is wrong");
	}
	if (json_parse(line, length, &j, e) != ERR_OK) {
		return error_set(e, ERR_CORRUPT, "the line is no record");
	}
	whole = read_record(j, a, &r);
	json_free(j);
	if (!whole) {
		return error_set(e, ERR_CORRUPT, "the record is incomplete");
	}
	*out = r;
	return ERR_OK;
}

enum err
heads_log_path(const char *data_dir, unsigned node, char out[static HEADS_PATH_SIZE],
	struct error *e)
{
	int length = snprintf(out, HEADS_PATH_SIZE, "%s/heads/%u.log", data_dir, node);

	if (length < 0 || length >= HEADS_PATH_SIZE) {
		return error_set(e, ERR_INVALID, "the name of the data folder is too long");
	}
	return ERR_OK;
}
