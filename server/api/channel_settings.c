#include "api/channel_settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/origin.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"

enum {
	SETTINGS_MAX_BYTES = 60000, /* the column holds 64 KiB */
	KEY_BYTES = 32,
	KID_BYTES = 12,
	PUBLIC_KEY_BYTES = 18,
};

static const char *
text_or(const struct json *object, const char *name, const char *fallback,
	struct arena *a)
{
	const char *text = object != NULL ? json_string(object, name) : NULL;

	return text != NULL ? arena_strdup(a, text) : fallback;
}

static void
parse_keys(const struct json *list, struct arena *a, struct chat_settings *out)
{
	for (size_t i = 0; i < json_length(list) && out->key_count < SETTINGS_KEYS_MAX; i++) {
		const struct json *key = json_at(list, i);
		struct identity_key_row *row = &out->keys[out->key_count];

		if (!json_is_object(key) || json_string(key, "kid") == NULL ||
			json_string(key, "sealed") == NULL) {
			continue;
		}
		*row = (struct identity_key_row){
			.kid = arena_strdup(a, json_string(key, "kid")),
			.sealed = arena_strdup(a, json_string(key, "sealed")),
		};
		if (!json_i64(key, "created_at", &row->created_at)) {
			row->created_at = 0;
		}
		/* A key is valid only when that is said. */
		if (!json_bool(key, "revoked", &row->revoked)) {
			row->revoked = true;
		}
		out->key_count++;
	}
}

enum err
settings_parse(const char *json, struct arena *a, struct chat_settings *out)
{
	const struct json *origins;
	const struct json *title;
	struct json *root;

	memset(out, 0, sizeof(*out));
	if (json_parse(json, strlen(json), &root, NULL) != ERR_OK) {
		return ERR_CORRUPT;
	}
	if (!json_is_object(root)) {
		json_free(root);
		return ERR_CORRUPT;
	}
	origins = json_get(root, "origins");
	for (size_t i = 0; json_is_array(origins) && i < json_length(origins) &&
		 out->origin_count < SETTINGS_ORIGINS_MAX;
		 i++) {
		const char *text = json_string_value(json_at(origins, i), NULL);
		const char *origin = text != NULL ? settings_origin(text, a) : NULL;

		if (origin != NULL) {
			out->origins[out->origin_count++] = origin;
		}
	}
	title = json_get(root, "title");
	title = json_is_object(title) ? title : NULL;
	out->colour = text_or(root, "colour", SETTINGS_COLOUR, a);
	out->title_zh = text_or(title, "zh-CN", "", a);
	out->title_en = text_or(title, "en", "", a);
	notice_parse(root, a, &out->notice);
	if (json_is_array(json_get(root, "identity_keys"))) {
		parse_keys(json_get(root, "identity_keys"), a, out);
	}
	out->app = json_bool(root, "identity_required", &out->identity_required);
	webhook_settings_parse(root, a, &out->webhook);
	json_free(root);
	return ERR_OK;
}

void
settings_make_app(struct chat_settings *s)
{
	s->app = true;
	s->identity_required = true;
}

static void
write_settings(const struct chat_settings *s, bool stored, struct json_writer *w)
{
	jw_key(w, "origins");
	jw_array(w);
	for (size_t i = 0; i < s->origin_count; i++) {
		jw_string(w, s->origins[i]);
	}
	jw_array_end(w);
	jw_kstring(w, "colour", s->colour);
	jw_key(w, "title");
	jw_object(w);
	jw_kstring(w, "zh-CN", s->title_zh);
	jw_kstring(w, "en", s->title_en);
	jw_object_end(w);
	notice_write(&s->notice, true, w);
	jw_key(w, "identity_keys");
	jw_array(w);
	for (size_t i = 0; i < s->key_count; i++) {
		jw_object(w);
		jw_kstring(w, "kid", s->keys[i].kid);
		if (stored) {
			jw_kstring(w, "sealed", s->keys[i].sealed);
			jw_ki64(w, "created_at", s->keys[i].created_at);
		} else {
			jw_ktime(w, "created_at", s->keys[i].created_at);
		}
		jw_kbool(w, "revoked", s->keys[i].revoked);
		jw_object_end(w);
	}
	jw_array_end(w);
	if (s->app) {
		jw_kbool(w, "identity_required", s->identity_required);
		webhook_settings_encode(&s->webhook, stored, w);
	}
}

char *
settings_text(const struct chat_settings *s, struct arena *a)
{
	struct buf out;
	struct json_writer w;
	char *text;

	buf_init(&out, SETTINGS_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	write_settings(s, true, &w);
	jw_object_end(&w);
	text = out.overflowed ? NULL : arena_strndup(a, out.data, out.length);
	buf_fini(&out);
	return text;
}

void
settings_encode(const struct chat_settings *s, struct json_writer *w)
{
	write_settings(s, false, w);
}

const char *
settings_origin(const char *text, struct arena *a)
{
	char *origin = arena_strdup(a, text);
	size_t length;

	for (char *p = origin; *p != '\0'; p++) {
		*p = (char)tolower((unsigned char)*p);
	}
	length = strlen(origin);
	if (length > 0 && origin[length - 1] == '/') {
		origin[--length] = '\0';
	}
	if (!origin_valid(origin)) {
		return NULL;
	}
	if ((str_starts_with(origin, "https://") && length > 4 &&
			strcmp(origin + length - 4, ":443") == 0)) {
		origin[length - 4] = '\0';
	} else if (str_starts_with(origin, "http://") && length > 3 &&
		strcmp(origin + length - 3, ":80") == 0) {
		origin[length - 3] = '\0';
	}
	return origin;
}

bool
settings_allow(const struct chat_settings *s, const char *origin)
{
	for (size_t i = 0; i < s->origin_count; i++) {
		if (strcasecmp(s->origins[i], origin) == 0) {
			return true;
		}
	}
	return false;
}

static const char *
seal_context(const char *public_key, const char *kid, struct arena *a)
{
	return arena_printf(a, "identity_key:%s:%s", public_key, kid);
}

enum err
settings_add_key(struct chat_settings *s, const uint8_t secret[static SEAL_SECRET_SIZE],
	const char *public_key, struct arena *a, char kid[static KID_SIZE],
	char key[static IDENTITY_KEY_TEXT_SIZE])
{
	uint8_t bytes[KEY_BYTES];
	char sealed[SEAL_TEXT_SIZE];

	if (s->key_count == SETTINGS_KEYS_MAX) {
		return ERR_CONFLICT;
	}
	random_bytes(bytes, KID_BYTES);
	base64url_encode(bytes, KID_BYTES, kid);
	random_bytes(bytes, sizeof(bytes));
	base64url_encode(bytes, sizeof(bytes), key);
	explicit_bzero(bytes, sizeof(bytes));
	if (seal(secret, seal_context(public_key, kid, a), key, strlen(key), sealed) !=
		ERR_OK) {
		abort(); /* a key is far shorter than what can be sealed */
	}
	s->keys[s->key_count++] = (struct identity_key_row){
		.kid = arena_strdup(a, kid),
		.sealed = arena_strdup(a, sealed),
		.created_at = clock_now_ms(),
	};
	return ERR_OK;
}

bool
settings_revoke_key(struct chat_settings *s, const char *kid)
{
	for (size_t i = 0; i < s->key_count; i++) {
		if (strcmp(s->keys[i].kid, kid) == 0) {
			s->keys[i].revoked = true;
			return true;
		}
	}
	return false;
}

enum err
settings_open_key(const struct chat_settings *s,
	const uint8_t secret[static SEAL_SECRET_SIZE], const char *public_key,
	const char *kid, char key[static IDENTITY_KEY_TEXT_SIZE])
{
	for (size_t i = 0; i < s->key_count; i++) {
		if (strcmp(s->keys[i].kid, kid) == 0 && !s->keys[i].revoked) {
			struct arena *a = arena_create();
			size_t length = 0;
			enum err rc = seal_open(secret, seal_context(public_key, kid, a),
				s->keys[i].sealed, key, IDENTITY_KEY_TEXT_SIZE - 1, &length);

			arena_destroy(a);
			key[length] = '\0';
			return rc;
		}
	}
	return ERR_NOT_FOUND;
}

void
public_key_make(char out[static PUBLIC_KEY_SIZE])
{
	uint8_t bytes[PUBLIC_KEY_BYTES];

	random_bytes(bytes, sizeof(bytes));
	memcpy(out, "wk_", 3);
	base64url_encode(bytes, sizeof(bytes), out + 3);
}
