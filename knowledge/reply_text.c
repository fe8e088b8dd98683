#include "knowledge/reply_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { FILLED_MAX = 65536 };

/* {{name}} or {{name|instead}} at the start of what is left. */
struct variable {
	struct slice name;
	struct slice instead; /* data NULL: none */
	const char *end;
};

static struct slice
trimmed(const char *from, const char *to)
{
	while (from < to && *from == ' ') {
		from++;
	}
	while (from < to && to[-1] == ' ') {
		to--;
	}
	return (struct slice){from, (size_t)(to - from)};
}

/* The next variable of the text; false: there is none. *begin is where it stands. */
static bool
next_variable(const char *text, const char **begin, struct variable *out)
{
	const char *open = strstr(text, "{{");
	const char *close = open == NULL ? NULL : strstr(open, "}}");
	const char *bar;

	if (close == NULL) {
		return false;
	}
	*out = (struct variable){.end = close + 2};
	bar = memchr(open, '|', (size_t)(close - open));
	out->name = trimmed(open + 2, bar == NULL ? close : bar);
	if (bar != NULL) {
		out->instead = trimmed(bar + 1, close);
	}
	*begin = open;
	return true;
}

static bool
is_known(struct slice name)
{
	return slice_equals(name, "name") || slice_equals(name, "customer.name");
}

enum err
reply_text_check(const char *text, struct error *e)
{
	struct variable v;
	const char *begin;

	while (next_variable(text, &begin, &v)) {
		if (!is_known(v.name)) {
			return error_set(e, ERR_INVALID, "there is no variable \"%.*s\"",
				(int)(v.name.length < 40 ? v.name.length : 40), v.name.data);
		}
		text = v.end;
	}
	return ERR_OK;
}

const char *
reply_text_fill(const char *text, const char *name, const char *language, struct arena *a)
{
	struct variable v;
	const char *begin;
	struct buf out;
	const char *result;

	if (strstr(text, "{{") == NULL) {
		return text;
	}
	buf_init(&out, FILLED_MAX);
	while (next_variable(text, &begin, &v)) {
		buf_append(&out, text, (size_t)(begin - text));
		if (!is_known(v.name)) {
			buf_append(&out, begin, (size_t)(v.end - begin));
		} else if (!str_empty(name)) {
			buf_puts(&out, name);
		} else if (v.instead.data != NULL) {
			buf_append(&out, v.instead.data, v.instead.length);
		} else {
			buf_puts(&out, str_equals(language, "en") ? "customer" : "客户");
		}
		text = v.end;
	}
	buf_puts(&out, text);
	result = arena_strndup(a, out.data, out.length);
	buf_fini(&out);
	return result;
}
