#include "api/field_input.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/input.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/change.h"
#include "model/field.h"

enum { TEXT_BYTES_MAX = FIELD_CHOICES_MAX * (FIELD_KEY_MAX + 1) };

static const char *
joined(struct input *in, const char *key, const struct json *list)
{
	size_t count = json_length(list);
	const char *text = "";

	if (count > FIELD_CHOICES_MAX) {
		input_wrong(in, key, "has more than %d choices", FIELD_CHOICES_MAX);
		return "";
	}
	for (size_t i = 0; i < count; i++) {
		const char *item = json_string_value(json_at(list, i), NULL);

		if (item == NULL || strlen(item) > FIELD_KEY_MAX) {
			input_wrong(in, key, "must be a list of choices");
			return "";
		}
		text = arena_printf(in->arena, "%s%s%s", text, i > 0 ? "\n" : "", item);
	}
	return text;
}

/* NULL: not a value of any field. */
static const char *
text_of(struct input *in, const char *key, const struct json *value)
{
	const struct json *fields = json_get(in->object, "fields");
	const char *text;
	int64_t number;
	bool flag;

	if (json_get(fields, key) == NULL) {
		return ""; /* null */
	}
	if (json_is_array(value)) {
		return joined(in, key, value);
	}
	text = json_string_value(value, NULL);
	if (text != NULL) {
		return strlen(text) <= TEXT_BYTES_MAX ? arena_strdup(in->arena, text) : NULL;
	}
	if (json_bool(fields, key, &flag)) {
		return flag ? "true" : "false";
	}
	if (json_i64(fields, key, &number)) {
		return arena_printf(in->arena, "%" PRId64, number);
	}
	return NULL;
}

void
field_values_read(struct input *in, struct customer_change *change)
{
	const struct json *fields = json_get(in->object, "fields");
	struct value_change *values;
	const struct json *value;
	void *iterator = NULL;
	const char *key;

	if (fields == NULL || in->field != NULL) {
		return;
	}
	if (!json_is_object(fields)) {
		input_wrong(in, "fields", "must be an object");
		return;
	}
	in->prefix = "fields.";
	values = arena_alloc(in->arena, FIELDS_MAX * sizeof(*values));
	while ((key = json_iterate(fields, &iterator, &value)) != NULL && in->field == NULL) {
		const char *text;

		if (strlen(key) > FIELD_KEY_MAX || change->value_count == FIELDS_MAX) {
			input_wrong(in, "", "has a name that no field has");
			break;
		}
		text = text_of(in, key, value);
		if (text == NULL) {
			input_wrong(in, key, "must be a text, a whole number, true or a list");
			break;
		}
		values[change->value_count++] = (struct value_change){
			.key = arena_strdup(in->arena, key),
			.text = text,
		};
	}
	change->values = values;
	in->prefix = NULL;
}
