#include "store/search.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"

enum { SEARCH_MAX_BYTES = 200 };

const char *
search_pattern(struct arena *a, const char *text)
{
	size_t length = text != NULL ? strnlen(text, SEARCH_MAX_BYTES) : 0;
	char *pattern;
	char *p;

	if (length == 0) {
		return "";
	}
	pattern = arena_alloc(a, 2 * length + 3);
	p = pattern;
	*p++ = '%';
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '%' || text[i] == '_' || text[i] == '!') {
			*p++ = '!';
		}
		*p++ = (char)tolower((unsigned char)text[i]);
	}
	*p++ = '%';
	return pattern;
}
