#include "base/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/arena.h"

static const char *const names[] = {
	[CHARSET_UTF8] = "UTF-8",
	[CHARSET_GB18030] = "GB18030",
	[CHARSET_UTF16LE] = "UTF-16LE",
	[CHARSET_UTF16BE] = "UTF-16BE",
};

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

enum {
	REPLACEMENT_LENGTH = sizeof(replacement) - 1,
	GROWTH = 3, /* no byte of these sets becomes more than three of UTF-8 */
};

static size_t
mark_length(const char *data, size_t length, enum charset *out)
{
	if (length >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
		*out = CHARSET_UTF8;
		return 3;
	}
	if (length >= 2 && memcmp(data, "\xFF\xFE", 2) == 0) {
		*out = CHARSET_UTF16LE;
		return 2;
	}
	if (length >= 2 && memcmp(data, "\xFE\xFF", 2) == 0) {
		*out = CHARSET_UTF16BE;
		return 2;
	}
	return 0;
}

enum charset
charset_guess(const char *data, size_t length)
{
	enum charset found = CHARSET_UTF8;

	if (mark_length(data, length, &found) > 0 || utf8_valid(data, length)) {
		return found;
	}
	return CHARSET_GB18030;
}

const char *
charset_name(enum charset charset)
{
	return names[charset];
}

struct slice
charset_decode(struct arena *a, enum charset from, const char *data, size_t length)
{
	enum charset marked = from;
	size_t skipped = mark_length(data, length, &marked);
	size_t step = from >= CHARSET_UTF16LE ? 2 : 1;
	char *in = (char *)data;
	size_t in_left = length;
	size_t out_left;
	char *out;
	char *start;
	iconv_t converter;

	if (skipped > 0 && marked == from) {
		in += skipped;
		in_left -= skipped;
	}
	out_left = in_left * GROWTH;
	start = out = arena_alloc(a, out_left + 1);
	converter = iconv_open("UTF-8", names[from]);
	if (converter == (iconv_t)-1) {
		size_t repaired = 0;

		start = utf8_repair(a, in, in_left, &repaired);
		return (struct slice){start, repaired};
	}
	while (in_left > 0 &&
		iconv(converter, &in, &in_left, &out, &out_left) == (size_t)-1 &&
		errno != E2BIG) {
		size_t lost = in_left < step ? in_left : step;

		in += lost;
		in_left -= lost;
		if (out_left < REPLACEMENT_LENGTH) {
			break;
		}
		memcpy(out, replacement, REPLACEMENT_LENGTH);
		out += REPLACEMENT_LENGTH;
		out_left -= REPLACEMENT_LENGTH;
	}
	iconv_close(converter);
	*out = '\0';
	return (struct slice){start, (size_t)(out - start)};
}
