#include "base/option_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { ITEM_SIZE = 256 };

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit durations[] = {
	{"d", INT64_C(86400000)},
	{"h", INT64_C(3600000)},
	{"m", INT64_C(60000)},
	{"s", INT64_C(1000)},
	{"ms", 1},
	{0},
};

static const struct unit sizes[] = {
	{"g", INT64_C(1) << 30},
	{"m", INT64_C(1) << 20},
	{"k", INT64_C(1) << 10},
	{"", 1},
	{0},
};

bool
option_is_text(const struct option *o)
{
	return o->type == OPTION_STRING || o->type == OPTION_PATH ||
		o->type == OPTION_SECRET || o->type == OPTION_LIST;
}

static bool
in_range(const struct option *o, int64_t value)
{
	return value >= o->min && (o->max <= o->min || value <= o->max);
}

static bool
parse_with_unit(const struct unit *units, const char *text, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	char number[20];
	int64_t value;

	if (digits >= sizeof(number)) {
		return false;
	}
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!str_parse_i64(number, &value)) {
		return false;
	}
	if (value == 0 && text[digits] == '\0') {
		*out = 0;
		return true;
	}
	for (; units->name != NULL; units++) {
		if (strcasecmp(text + digits, units->name) == 0) {
			return !__builtin_mul_overflow(value, units->factor, out);
		}
	}
	return false;
}

static bool
parse_bool(const char *text, bool *out)
{
	static const char *const words[][2] = {
		{"false", "true"},
		{"no", "yes"},
		{"off", "on"},
		{"0", "1"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int value = 0; value < 2; value++) {
			if (strcasecmp(text, words[i][value]) == 0) {
				*out = value == 1;
				return true;
			}
		}
	}
	return false;
}

static bool
parse_choice(const struct option *o, const char *text, int *out)
{
	for (int i = 0; o->choices[i] != NULL; i++) {
		if (strcasecmp(text, o->choices[i]) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

#define ITEM_ENDS ", \t\n"

static bool
items_fit(const struct option_form *form, const char *list)
{
	char item[ITEM_SIZE];

	while (*(list += strspn(list, ITEM_ENDS)) != '\0') {
		size_t length = strcspn(list, ITEM_ENDS);

		if (length >= sizeof(item)) {
			return false;
		}
		memcpy(item, list, length);
		item[length] = '\0';
		if (!form->fits(item)) {
			return false;
		}
		list += length;
	}
	return true;
}

static bool
has_form(const struct option *o, const char *text)
{
	if (o->form == NULL || text[0] == '\0') {
		return true;
	}
	return o->type == OPTION_LIST ? items_fit(o->form, text) : o->form->fits(text);
}

static bool
text_allowed(const struct option *o, const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F) {
			return false;
		}
	}
	return utf8_valid(text, length) && in_range(o, (int64_t)length) && has_form(o, text);
}

static bool
parse_number(const struct option *o, const char *value, int64_t *out)
{
	bool parsed;

	switch (o->type) {
	case OPTION_DURATION:
		parsed = parse_with_unit(durations, value, out);
		break;
	case OPTION_SIZE:
		parsed = parse_with_unit(sizes, value, out);
		break;
	default:
		parsed = str_parse_i64(value, out);
		break;
	}
	return parsed && in_range(o, *out);
}

bool
option_store(const struct option *o, void *target, const char *value)
{
	void *place = (char *)target + o->offset;
	int64_t number;

	if (option_is_text(o)) {
		char **text = place;

		if (!text_allowed(o, value)) {
			return false;
		}
		free(*text);
		*text = xstrdup(value);
		return true;
	}
	if (o->type == OPTION_BOOL) {
		return parse_bool(value, place);
	}
	if (o->type == OPTION_ENUM) {
		return parse_choice(o, value, place);
	}
	if (!parse_number(o, value, &number)) {
		return false;
	}
	*(int64_t *)place = number;
	return true;
}

/* In the largest unit that keeps it whole. */
static void
print_number(const struct option *o, int64_t value, struct buf *out)
{
	const struct unit *unit = o->type == OPTION_DURATION ? durations : sizes;

	if (o->type == OPTION_INT || value == 0) {
		buf_printf(out, "%" PRId64, value);
		return;
	}
	while (value % unit->factor != 0) {
		unit++;
	}
	buf_printf(out, "%" PRId64 "%s", value / unit->factor, unit->name);
}

static void
describe_range(const struct option *o, struct buf *out)
{
	buf_puts(out, o->max > o->min ? " from " : " of at least ");
	print_number(o, o->min, out);
	if (o->max > o->min) {
		buf_puts(out, " to ");
		print_number(o, o->max, out);
	}
}

static void
describe_text(const struct option *o, struct buf *out)
{
	static const char *const kinds[] = {
		[OPTION_STRING] = "text",
		[OPTION_PATH] = "a path",
		[OPTION_SECRET] = "a secret text",
		[OPTION_LIST] = "a list, separated by commas",
	};

	buf_puts(out,
		o->form != NULL && o->type != OPTION_LIST ? o->form->words : kinds[o->type]);
	if (o->form != NULL && o->type == OPTION_LIST) {
		buf_printf(out, ", each %s", o->form->words);
	}
	if (o->max > o->min) {
		buf_printf(out, ", %" PRId64 " to %" PRId64 " bytes", o->min, o->max);
	} else if (o->min == 1) {
		buf_puts(out, ", not empty");
	} else if (o->min > 1) {
		buf_printf(out, ", at least %" PRId64 " bytes", o->min);
	}
}

void
option_describe(const struct option *o, struct buf *out)
{
	switch (o->type) {
	case OPTION_INT:
		buf_puts(out, "a whole number");
		describe_range(o, out);
		break;
	case OPTION_DURATION:
		buf_puts(out, "a duration (500ms, 10s, 5m, 24h, 30d)");
		describe_range(o, out);
		break;
	case OPTION_SIZE:
		buf_puts(out, "a size (4096, 64k, 20m, 1g)");
		describe_range(o, out);
		break;
	case OPTION_BOOL:
		buf_puts(out, "true or false");
		break;
	case OPTION_ENUM:
		buf_puts(out, "one of ");
		for (int i = 0; o->choices[i] != NULL; i++) {
			buf_printf(out, "%s%s", i > 0 ? ", " : "", o->choices[i]);
		}
		break;
	default:
		describe_text(o, out);
		break;
	}
}
