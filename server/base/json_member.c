/* Members of objects, key and value at once: where there is room for the longest value, they are
 * written without looking again. */
#include "base/json.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/digits.h"
#include "base/json_text.h"

static inline char *
put_key(char *p, bool comma, const char *key, size_t length)
{
	p[0] = ',';
	p += comma;
	p[0] = '"';
	memcpy(p + 1, key, length);
	p[length + 1] = '"';
	p[length + 2] = ':';
	return p + length + 3;
}

/* The key, and where a value of up to `size` bytes goes; NULL: there is no room. */
static inline char *
begin_member(struct json_writer *w, const char *key, size_t length, size_t size)
{
	char *p = buf_room(w->out, length + size + 4);

	return p != NULL ? put_key(p, w->need_comma, key, length) : NULL;
}

static void
end_member(struct json_writer *w, char *end)
{
	buf_end(w->out, end);
	w->need_comma = true;
}

static char *
put_null(char *p)
{
	memcpy(p, "null", 4);
	return p + 4;
}

void
jw_ki64_n(struct json_writer *w, const char *key, size_t length, int64_t value)
{
	char *p = begin_member(w, key, length, I64_TEXT_SIZE);

	if (p != NULL) {
		end_member(w, json_put_i64(p, value));
		return;
	}
	jw_key_n(w, key, length);
	jw_i64(w, value);
}

void
jw_kid_n(struct json_writer *w, const char *key, size_t length, uint64_t id)
{
	char *p = begin_member(w, key, length, JSON_ID_SIZE);

	if (p != NULL) {
		end_member(w, id != 0 ? json_put_id(p, id) : put_null(p));
		return;
	}
	jw_key_n(w, key, length);
	jw_id_or_null(w, id);
}

void
jw_ktime_n(struct json_writer *w, const char *key, size_t length, int64_t ms)
{
	char *p = begin_member(w, key, length, TIME_TEXT_SIZE + 2);

	if (p != NULL && ms == 0) {
		end_member(w, put_null(p));
	} else if (p != NULL) {
		p[0] = '"';
		time_format(ms, p + 1);
		p[TIME_TEXT_SIZE] = '"';
		end_member(w, p + TIME_TEXT_SIZE + 1);
	} else {
		jw_key_n(w, key, length);
		jw_time(w, ms);
	}
}

void
jw_kstring_n(struct json_writer *w, const char *key, size_t length, const char *text)
{
	size_t size = text != NULL ? strlen(text) : 4;
	char *p = begin_member(w, key, length, size + 2);

	if (p != NULL && text == NULL) {
		end_member(w, put_null(p));
	} else if (p != NULL && json_plain_run(text, size) == size) {
		p[0] = '"';
		memcpy(p + 1, text, size);
		p[size + 1] = '"';
		end_member(w, p + size + 2);
	} else {
		jw_key_n(w, key, length);
		jw_string(w, text);
	}
}
