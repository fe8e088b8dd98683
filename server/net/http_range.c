#include "net/http_range.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

enum { NUMBER_SIZE = 21 };

/* Digits up to the end of the span; false when there are none or too many. */
static bool
parse_number(const char *text, size_t length, uint64_t *out)
{
	char copy[NUMBER_SIZE];

	if (length == 0 || length >= sizeof(copy) || strspn(text, "0123456789") < length) {
		return false;
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	return str_parse_u64(copy, out);
}

enum range_result
http_range_parse(const char *header, uint64_t size, uint64_t *first, uint64_t *length)
{
	const char *dash;
	const char *end;
	uint64_t from;
	uint64_t to;

	/* Several ranges at once may be answered with the whole, and nobody needs them. */
	if (header == NULL || strncasecmp(header, "bytes=", 6) != 0 ||
		strchr(header, ',') != NULL) {
		return RANGE_WHOLE;
	}
	header += 6;
	dash = strchr(header, '-');
	if (dash == NULL) {
		return RANGE_WHOLE;
	}
	end = dash + 1 + strlen(dash + 1);
	if (dash == header) {
		if (!parse_number(dash + 1, (size_t)(end - dash - 1), &to)) {
			return RANGE_WHOLE;
		}
		if (to == 0 || size == 0) {
			return RANGE_UNSATISFIABLE;
		}
		*length = to < size ? to : size;
		*first = size - *length;
		return RANGE_PART;
	}
	to = UINT64_MAX;
	if (!parse_number(header, (size_t)(dash - header), &from) ||
		(end > dash + 1 && !parse_number(dash + 1, (size_t)(end - dash - 1), &to)) ||
		to < from) {
		return RANGE_WHOLE;
	}
	if (from >= size) {
		return RANGE_UNSATISFIABLE;
	}
	*first = from;
	*length = (to < size ? to + 1 : size) - from;
	return RANGE_PART;
}
