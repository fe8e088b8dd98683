#include "channels/fields.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"

enum err
field_wrong(struct error *e, const char *field, const char *what)
{
	return error_set(e, ERR_INVALID, "%s: %s", field, what);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum err
field_text(const struct json *body, const char *field, size_t max, struct arena *a,
	const char **out, struct error *e)
{
	const struct json *value = json_get(body, field);
	const char *text;
	size_t length;

	if (value == NULL) {
		*out = "";
		return ERR_OK;
	}
	text = json_string_value(value, &length);
	if (text == NULL) {
		return field_wrong(e, field, "must be a text");
	}
	while (length > 0 && is_space(text[0])) {
		text++;
		length--;
	}
	while (length > 0 && is_space(text[length - 1])) {
		length--;
	}
	if (utf8_count(text, length) > max) {
		return error_set(e, ERR_INVALID, "%s: at most %zu characters", field, max);
	}
	*out = arena_strndup(a, text, length);
	return ERR_OK;
}

enum err
field_required(const struct json *body, const char *field, size_t max, struct arena *a,
	const char **out, struct error *e)
{
	const char *text;
	enum err err = field_text(body, field, max, a, &text, e);

	if (err == ERR_OK && str_empty(text)) {
		err = field_wrong(e, field, "is missing");
	}
	if (err == ERR_OK) {
		*out = text;
	}
	return err;
}

enum err
field_id(const struct json *body, const char *field, uint64_t *out, struct error *e)
{
	uint64_t id = 0;

	if (json_get(body, field) != NULL && (!json_id(body, field, &id) || id == 0)) {
		return field_wrong(e, field, "must be an id");
	}
	*out = id;
	return ERR_OK;
}

enum err
field_time(const struct json *body, const char *field, int64_t *out, struct error *e)
{
	const char *text = json_string(body, field);
	int64_t at = 0;

	if (json_get(body, field) != NULL && (text == NULL || !time_parse(text, &at))) {
		return field_wrong(e, field, "must be a time like 2026-11-21T08:00:00Z");
	}
	*out = at;
	return ERR_OK;
}

enum err
field_ids(const struct json *body, const char *field, size_t max, struct arena *a,
	const uint64_t **out, size_t *count, struct error *e)
{
	const struct json *list = json_get(body, field);
	size_t length = list != NULL ? json_length(list) : 0;
	uint64_t *ids;

	if (list != NULL && (!json_is_array(list) || length > max)) {
		return error_set(e, ERR_INVALID, "%s: must be a list of at most %zu", field, max);
	}
	ids = arena_alloc(a, (length + 1) * sizeof(*ids));
	for (size_t i = 0; i < length; i++) {
		const char *text = json_string_value(json_at(list, i), NULL);

		if (text == NULL || !str_parse_u64(text, &ids[i]) || ids[i] == 0) {
			return field_wrong(e, field, "must be a list of ids");
		}
	}
	*out = ids;
	*count = length;
	return ERR_OK;
}

enum err
field_ref(const struct json *body, const char *field, char *out, struct error *e)
{
	const char *text = json_string(body, field);

	if (text == NULL || !ref_valid(text, strlen(text))) {
		return field_wrong(e, field, "must be 8 to 26 letters, digits, _ or -");
	}
	str_copy(out, REF_SIZE, text);
	return ERR_OK;
}
