#include "model/field.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/names.h"

enum {
	FRACTION_DIGITS = 4,
	INTEGER_DIGITS_MAX = 13,
	PHONE_DIGITS_MIN = 3,
	PHONE_DIGITS_MAX = 20,
	YEAR_MIN = 1800,
	YEAR_MAX = 2999,
};

static const char *const kinds[] = {
	[FIELD_TEXT] = "text",
	[FIELD_NUMBER] = "number",
	[FIELD_MONEY] = "money",
	[FIELD_DATE] = "date",
	[FIELD_CHOICE] = "choice",
	[FIELD_MULTI_CHOICE] = "multi_choice",
	[FIELD_YES_NO] = "yes_no",
	[FIELD_PHONE] = "phone",
};

static const char *const sources[] = {
	[VALUE_BY_AGENT] = "agent",
	[VALUE_BY_IMPORT] = "import",
	[VALUE_BY_API] = "api",
	[VALUE_BY_BOT] = "bot",
	[VALUE_BY_SYSTEM] = "system",
};

const char *
field_kind_name(enum field_kind kind)
{
	return (unsigned)kind < sizeof(kinds) / sizeof(kinds[0]) && kinds[kind] != NULL
		? kinds[kind]
		: "unknown";
}

bool
field_kind_parse(const char *name, enum field_kind *out)
{
	for (size_t i = FIELD_TEXT; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_equals(name, kinds[i])) {
			*out = (enum field_kind)i;
			return true;
		}
	}
	return false;
}

const char *
value_source_name(enum value_source source)
{
	return (unsigned)source < sizeof(sources) / sizeof(sources[0]) &&
			sources[source] != NULL
		? sources[source]
		: "unknown";
}

bool
field_key_valid(const char *key)
{
	size_t length = strlen(key);

	return length > 0 && length <= FIELD_KEY_MAX && key[0] >= 'a' && key[0] <= 'z' &&
		strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

/* --- choices ------------------------------------------------------------------------------- */

static const char *
copied(const struct json *object, const char *name, struct arena *a)
{
	const char *text = json_string(object, name);

	return arena_strdup(a, text != NULL ? text : "");
}

enum err
field_choices(const char *json, struct arena *a, struct field_choice **out, size_t *count,
	struct error *e)
{
	struct json *root = NULL;
	struct field_choice *items;
	size_t length;
	enum err err = json_parse(json, strlen(json), &root, e);

	if (err != ERR_OK) {
		return err;
	}
	length = json_length(root);
	if (!json_is_array(root) || length > FIELD_CHOICES_MAX) {
		json_free(root);
		return error_set(e, ERR_INVALID, "at most %d choices", FIELD_CHOICES_MAX);
	}
	items = arena_alloc(a, (length + 1) * sizeof(*items));
	for (size_t i = 0; i < length; i++) {
		const struct json *item = json_at(root, i);

		items[i] = (struct field_choice){
			.key = copied(item, "key", a),
			.zh = copied(item, "zh", a),
			.en = copied(item, "en", a),
		};
	}
	json_free(root);
	*out = items;
	*count = length;
	return ERR_OK;
}

static const struct field_choice *
choice_named(const struct field_choice *choices, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		const struct field_choice *c = &choices[i];

		if (strcasecmp(c->key, text) == 0 ||
			(c->zh[0] != '\0' && strcmp(c->zh, text) == 0) ||
			(c->en[0] != '\0' && strcasecmp(c->en, text) == 0)) {
			return c;
		}
	}
	return NULL;
}

/* --- normal forms -------------------------------------------------------------------------- */

typedef enum err normaliser(const struct field *f, char *text, struct arena *a,
	const char **out, struct error *e);

/* What stands between the parts of a list: ASCII ; , | / line ends, and ； ， 、 */
static size_t
separator_at(const char *p)
{
	static const char *const wide[] = {"；", "，", "、", "｜"};

	if (strchr(";,|\n", *p) != NULL && *p != '\0') {
		return 1;
	}
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		if (strncmp(p, wide[i], strlen(wide[i])) == 0) {
			return strlen(wide[i]);
		}
	}
	return 0;
}

/* Without the blanks at both ends, the wide ones of Chinese input methods among them. */
static char *
trimmed(char *text)
{
	static const char wide_blank[] = "　";
	const size_t wide = sizeof(wide_blank) - 1;
	size_t length;

	for (;;) {
		if (isspace((unsigned char)*text)) {
			text++;
		} else if (strncmp(text, wide_blank, wide) == 0) {
			text += wide;
		} else {
			break;
		}
	}
	length = strlen(text);
	for (;;) {
		if (length > 0 && isspace((unsigned char)text[length - 1])) {
			length--;
		} else if (length >= wide &&
			memcmp(text + length - wide, wide_blank, wide) == 0) {
			length -= wide;
		} else {
			break;
		}
	}
	text[length] = '\0';
	return text;
}

static enum err
normalise_text(const struct field *f, char *text, struct arena *a, const char **out,
	struct error *e)
{
	(void)f;
	(void)a;
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f) {
			return error_set(e, ERR_INVALID, "contains control characters");
		}
	}
	*out = text;
	return ERR_OK;
}

static void
remove_all(char *text, const char *what)
{
	size_t length = strlen(what);
	char *p = text;

	while ((p = strstr(p, what)) != NULL) {
		memmove(p, p + length, strlen(p + length) + 1);
	}
}

/* "-1,234.50" and "￥1 234" to "-1234.5" and "1234"; money keeps two decimals. */
static enum err
normalise_number(const struct field *f, char *text, struct arena *a, const char **out,
	struct error *e)
{
	static const char *const ignored[] = {",", "，", " ", "￥", "¥", "$", "元", "_"};
	size_t decimals = f->kind == FIELD_MONEY ? 2 : FRACTION_DIGITS;
	const char *sign = "";
	char fraction[FRACTION_DIGITS + 1] = "";
	size_t whole;
	size_t parts;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		remove_all(text, ignored[i]);
	}
	if (*text == '-' || *text == '+') {
		sign = *text++ == '-' ? "-" : "";
	}
	whole = strspn(text, "0123456789");
	parts = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	if (whole == 0 || text[whole + (text[whole] == '.' ? 1 + parts : 0)] != '\0') {
		return error_set(e, ERR_INVALID, "is not a number");
	}
	if (parts > 0) {
		char *end = text + whole + 1 + parts;

		while (end > text + whole + 1 && end[-1] == '0') {
			*--end = '\0';
		}
		parts = strlen(text + whole + 1);
		if (parts > decimals) {
			return error_set(e, ERR_INVALID, "has more than %zu decimals", decimals);
		}
		memcpy(fraction, text + whole + 1, parts);
	}
	text[whole] = '\0';
	while (text[0] == '0' && text[1] != '\0') {
		text++;
	}
	if (strlen(text) > INTEGER_DIGITS_MAX) {
		return error_set(e, ERR_INVALID, "is too large");
	}
	if (f->kind == FIELD_MONEY) {
		*out = arena_printf(a, "%s%s.%s%.*s", sign, text, fraction, (int)(2 - parts),
			"00");
	} else {
		*out = arena_printf(a, "%s%s%s%s", sign, text, parts > 0 ? "." : "", fraction);
	}
	if (strspn(*out, "-0.") == strlen(*out)) {
		*out = f->kind == FIELD_MONEY ? "0.00" : "0";
	}
	return ERR_OK;
}

static int
days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* 2026-11-22, 2026/11/2, 2026.11.22, 20261122, 2026年11月22日; a time behind it is dropped. */
static enum err
normalise_date(const struct field *f, char *text, struct arena *a, const char **out,
	struct error *e)
{
	int year = 0;
	int month = 0;
	int day = 0;

	(void)f;
	if (strspn(text, "0123456789") == 8 && text[8] == '\0') {
		if (sscanf(text, "%4d%2d%2d", &year, &month, &day) != 3) {
			year = 0;
		}
	} else if (sscanf(text, "%4d年%2d月%2d日", &year, &month, &day) != 3 &&
		sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3 &&
		sscanf(text, "%4d/%2d/%2d", &year, &month, &day) != 3 &&
		sscanf(text, "%4d.%2d.%2d", &year, &month, &day) != 3) {
		year = 0;
	}
	if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1 ||
		day > days_in(year, month)) {
		return error_set(e, ERR_INVALID, "is not a date like 2026-11-22");
	}
	*out = arena_printf(a, "%04d-%02d-%02d", year, month, day);
	return ERR_OK;
}

static enum err
normalise_choice(const struct field *f, char *text, struct arena *a, const char **out,
	struct error *e)
{
	struct field_choice *choices;
	const struct field_choice *found;
	size_t count;
	enum err err = field_choices(f->choices, a, &choices, &count, e);

	if (err != ERR_OK) {
		return err;
	}
	found = choice_named(choices, count, text);
	if (found == NULL) {
		return error_set(e, ERR_INVALID, "is not one of the choices");
	}
	*out = found->key;
	return ERR_OK;
}

static enum err
normalise_choices(const struct field *f, char *text, struct arena *a, const char **out,
	struct error *e)
{
	bool picked[FIELD_CHOICES_MAX] = {false};
	struct field_choice *choices;
	const char *joined = "";
	size_t count;
	enum err err = field_choices(f->choices, a, &choices, &count, e);

	if (err != ERR_OK) {
		return err;
	}
	for (char *p = text; *p != '\0';) {
		const struct field_choice *found;
		char *start = p;
		size_t gap = 0;

		while (*p != '\0' && (gap = separator_at(p)) == 0) {
			p++;
		}
		if (gap > 0) {
			*p = '\0';
			p += gap;
		}
		start = trimmed(start);
		if (*start == '\0') {
			continue;
		}
		found = choice_named(choices, count, start);
		if (found == NULL) {
			return error_set(e, ERR_INVALID, "%.60s is not one of the choices", start);
		}
		picked[found - choices] = true;
	}
	for (size_t i = 0; i < count; i++) {
		if (picked[i]) {
			joined = arena_printf(a, "%s%s%s", joined, *joined != '\0' ? "\n" : "",
				choices[i].key);
		}
	}
	*out = joined;
	return ERR_OK;
}

static enum err
normalise_yes_no(const struct field *f, char *text, struct arena *a, const char **out,
	struct error *e)
{
	static const char *const yes[] = {"true", "yes", "y", "1", "是", "有", "√", "✓"};
	static const char *const no[] = {"false", "no", "n", "0", "否", "无", "×", "✗"};

	(void)f;
	(void)a;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
			*out = strcasecmp(text, yes[i]) == 0 ? "true" : "false";
			return ERR_OK;
		}
	}
	return error_set(e, ERR_INVALID, "is neither yes nor no");
}

static enum err
normalise_phone(const struct field *f, char *text, struct arena *a, const char **out,
	struct error *e)
{
	char *number = arena_alloc(a, strlen(text) + 1);
	size_t length = 0;
	size_t digits;

	(void)f;
	for (const char *p = text; *p != '\0'; p++) {
		if (isdigit((unsigned char)*p) || (*p == '+' && length == 0)) {
			number[length++] = *p;
		} else if (strchr(" -().", *p) == NULL) {
			return error_set(e, ERR_INVALID, "is not a telephone number");
		}
	}
	digits = length - (number[0] == '+');
	if (digits < PHONE_DIGITS_MIN || digits > PHONE_DIGITS_MAX) {
		return error_set(e, ERR_INVALID, "is not a telephone number");
	}
	*out = number;
	return ERR_OK;
}

static normaliser *const normalisers[] = {
	[FIELD_TEXT] = normalise_text,
	[FIELD_NUMBER] = normalise_number,
	[FIELD_MONEY] = normalise_number,
	[FIELD_DATE] = normalise_date,
	[FIELD_CHOICE] = normalise_choice,
	[FIELD_MULTI_CHOICE] = normalise_choices,
	[FIELD_YES_NO] = normalise_yes_no,
	[FIELD_PHONE] = normalise_phone,
};

enum err
field_normalise(const struct field *f, const char *text, struct arena *a,
	const char **out, struct error *e)
{
	size_t length = strlen(text);
	size_t characters = f->kind == FIELD_MULTI_CHOICE
		? (size_t)FIELD_CHOICES_MAX * FIELD_LABEL_MAX
		: FIELD_VALUE_MAX;
	char *own;

	if (!utf8_valid(text, length)) {
		return error_set(e, ERR_INVALID, "is not UTF-8");
	}
	if (utf8_count(text, length) > characters) {
		return error_set(e, ERR_INVALID, "is longer than %zu characters", characters);
	}
	own = trimmed(arena_strndup(a, text, length));
	if (*own == '\0') {
		*out = "";
		return ERR_OK;
	}
	if ((unsigned)f->kind >= sizeof(normalisers) / sizeof(normalisers[0]) ||
		normalisers[f->kind] == NULL) {
		return error_set(e, ERR_INVALID, "is of a kind that is not known here");
	}
	return normalisers[f->kind](f, own, a, out, e);
}

static int64_t
scaled(const char *text)
{
	bool negative = *text == '-';
	int64_t value = 0;
	int decimals = -1;

	for (const char *p = text + negative; *p != '\0'; p++) {
		if (*p == '.') {
			decimals = 0;
		} else if (isdigit((unsigned char)*p) && decimals < FRACTION_DIGITS) {
			value = value * 10 + (*p - '0');
			decimals += decimals >= 0;
		}
	}
	for (int i = decimals < 0 ? 0 : decimals; i < FRACTION_DIGITS; i++) {
		value *= 10;
	}
	return negative ? -value : value;
}

int64_t
field_number(enum field_kind kind, const char *normal)
{
	int year;
	int month;
	int day;

	switch (kind) {
	case FIELD_NUMBER:
	case FIELD_MONEY:
		return scaled(normal);
	case FIELD_DATE:
		return sscanf(normal, "%4d-%2d-%2d", &year, &month, &day) == 3
			? ((int64_t)year * 100 + month) * 100 + day
			: 0;
	case FIELD_YES_NO:
		return strcmp(normal, "true") == 0;
	case FIELD_TEXT:
	case FIELD_CHOICE:
	case FIELD_MULTI_CHOICE:
	case FIELD_PHONE:
		break;
	}
	return 0;
}

/* --- the wire ------------------------------------------------------------------------------ */

void
field_encode(const struct field *f, struct json_writer *w)
{
	jw_kid(w, "id", f->id);
	jw_kstring(w, "key", f->key);
	jw_kstring(w, "kind", field_kind_name(f->kind));
	jw_kstring(w, "label_zh", f->label_zh);
	jw_kstring(w, "label_en", f->label_en);
	jw_key(w, "choices");
	jw_raw(w, f->choices, strlen(f->choices));
	jw_kstring(w, "edit_role", staff_role_name(f->edit_role));
	jw_ki64(w, "position", f->position);
	jw_kbool(w, "active", f->active);
	jw_ktime(w, "created_at", f->created_at);
	jw_ki64(w, "version", (int64_t)f->version);
}

void
field_value_write(const struct field *f, const char *normal, struct json_writer *w)
{
	if (str_empty(normal)) {
		jw_null(w);
	} else if (f->kind == FIELD_YES_NO) {
		jw_bool(w, strcmp(normal, "true") == 0);
	} else if (f->kind == FIELD_MULTI_CHOICE) {
		jw_array(w);
		for (const char *p = normal; *p != '\0';) {
			size_t length = strcspn(p, "\n");

			jw_string_n(w, p, length);
			p += length + (p[length] == '\n');
		}
		jw_array_end(w);
	} else {
		jw_string(w, normal);
	}
}

void
field_value_encode(const struct field *f, const struct field_value *v,
	struct json_writer *w)
{
	jw_kstring(w, "key", f->key);
	jw_key(w, "value");
	field_value_write(f, v->text, w);
	jw_kstring(w, "source", value_source_name(v->source));
	jw_key(w, "author");
	jw_object(w);
	jw_kstring(w, "kind", author_kind_name(v->author_kind));
	jw_kid(w, "id", v->author);
	jw_object_end(w);
	jw_ktime(w, "at", v->at);
	jw_ktime(w, "until", v->until);
}
