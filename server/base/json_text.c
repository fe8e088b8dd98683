#include "base/json_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* RFC 8259 asks for no more than these; the text is UTF-8 already. */
const char json_escapes[256] = {
	/* clang-format off */
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	/* clang-format on */
	['"'] = '"',
	['\\'] = '\\',
};

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Whether one of eight bytes may have to be escaped: a control character, a quote or a
 * backslash. By arithmetic on all of them at once; never false when one has to be. */
static bool
may_need_escape(const char *text)
{
	uint64_t eight;
	uint64_t quote;
	uint64_t backslash;

	memcpy(&eight, text, sizeof(eight));
	quote = eight ^ EACH_BYTE('"');
	backslash = eight ^ EACH_BYTE('\\');
	return (((eight - EACH_BYTE(' ')) & ~eight) | ((quote - EACH_BYTE(1)) & ~quote) |
			   ((backslash - EACH_BYTE(1)) & ~backslash)) &
		EACH_BYTE(0x80);
}

size_t
json_plain_run(const char *text, size_t length)
{
	size_t run = 0;

	while (length - run >= sizeof(uint64_t) && !may_need_escape(text + run)) {
		run += sizeof(uint64_t);
	}
	/* The end together with some before it that were looked at already. */
	if (run > 0 && length - run < sizeof(uint64_t) &&
		!may_need_escape(text + length - sizeof(uint64_t))) {
		return length;
	}
	while (run < length && json_escapes[(unsigned char)text[run]] == 0) {
		run++;
	}
	return run;
}
