/* Fields of a customer that the house defines itself, and what their values may look like.
 * A value is a text in its normal form, so that two equal values are equal texts; beside it
 * stands a number by which the value is ordered and found in a range. */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/types.h"

struct arena;
struct json_writer;

enum {
	FIELDS_MAX = 100, /* a house may define, those put aside included */
	FIELD_CHOICES_MAX = 100,
	FIELD_VALUE_MAX = 500, /* characters of one value, or of one of several choices */
	FIELD_KEY_MAX = 40,
	FIELD_LABEL_MAX = 60,
};

/* Stored as numbers that never change their meaning. */
enum field_kind {
	FIELD_TEXT = 1,
	FIELD_NUMBER = 2,
	FIELD_MONEY = 3, /* two decimals */
	FIELD_DATE = 4,
	FIELD_CHOICE = 5,
	FIELD_MULTI_CHOICE =
		6, /* normal form: the keys, each on a line, in the field's order */
	FIELD_YES_NO = 7,
	FIELD_PHONE = 8,
};

enum value_source {
	VALUE_BY_AGENT = 1,
	VALUE_BY_IMPORT = 2,
	VALUE_BY_API = 3,
	VALUE_BY_BOT = 4,
	VALUE_BY_SYSTEM = 5,
};

struct field {
	uint64_t id;
	const char *key; /* what integrators call it: [a-z][a-z0-9_]*, never changes */
	enum field_kind kind;
	const char *label_zh;
	const char *label_en;
	const char *choices; /* JSON: [{"key","zh","en"}]; "[]" for other kinds */
	enum staff_role
		edit_role; /* who may set it by hand; keys of integrators always may */
	int64_t position;
	bool active; /* put aside: its values stay, nobody sees or sets them */
	int64_t created_at;
	uint64_t version;
};

struct field_choice {
	const char *key;
	const char *zh;
	const char *en;
};

/* What a customer has in a field. */
struct field_value {
	uint64_t customer;
	uint64_t field;
	const char *text; /* normal form */
	enum value_source source;
	enum author_kind author_kind;
	uint64_t author;
	int64_t at;
	int64_t until; /* of a former value: when it was replaced; else 0 */
};

const char *field_kind_name(enum field_kind kind); /* "text" ... "phone" */
bool field_kind_parse(const char *name, enum field_kind *out);
const char *value_source_name(enum value_source source); /* "agent" "import" "api" ... */

bool field_key_valid(const char *key);
/* Reads the choices of a field into the arena. */
MUST_CHECK enum err field_choices(const char *json, struct arena *a,
	struct field_choice **out, size_t *count, struct error *e);

/* Brings what somebody typed, or a file has, to its normal form in the arena: numbers with
 * separators and currency signs, dates as 2026/11/22 or 2026年11月22日, 是 and yes, choices by
 * key or by either label. "" (or only blanks) stays "": no value. ERR_INVALID says why. */
MUST_CHECK enum err field_normalise(const struct field *f, const char *text,
	struct arena *a, const char **out, struct error *e);
/* The number of a value in its normal form: 1/10000 of the unit, yyyymmdd, 0 or 1; else 0. */
int64_t field_number(enum field_kind kind, const char *normal);

/* The members of the wire objects; the braces are the caller's. */
void field_encode(const struct field *f, struct json_writer *w);
void field_value_encode(const struct field *f, const struct field_value *v,
	struct json_writer *w);
/* Only the value itself: a text, true or false, a list of keys, or null. */
void field_value_write(const struct field *f, const char *normal, struct json_writer *w);

#endif
