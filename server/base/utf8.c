/* The UTF-8 part of str.h. */
#include "base/str.h"

#include <string.h>

#include "base/arena.h"

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

enum { REPLACEMENT_LENGTH = sizeof(replacement) - 1 };

static bool
in_range(uint8_t byte, uint8_t low, uint8_t high)
{
	return byte >= low && byte <= high;
}

/* Bytes of the character at the start of `s`; 0 when it is not well-formed
 * (RFC 3629, section 4: the second byte decides over-long forms and surrogates). */
static size_t
character_length(const uint8_t *s, size_t left)
{
	uint8_t lead = s[0];
	uint8_t low = 0x80;
	uint8_t high = 0xBF;
	size_t length;

	if (lead < 0x80) {
		return 1;
	}
	if (in_range(lead, 0xC2, 0xDF)) {
		length = 2;
	} else if (in_range(lead, 0xE0, 0xEF)) {
		length = 3;
		low = lead == 0xE0 ? 0xA0 : 0x80;
		high = lead == 0xED ? 0x9F : 0xBF;
	} else if (in_range(lead, 0xF0, 0xF4)) {
		length = 4;
		low = lead == 0xF0 ? 0x90 : 0x80;
		high = lead == 0xF4 ? 0x8F : 0xBF;
	} else {
		return 0;
	}
	if (left < length || !in_range(s[1], low, high)) {
		return 0;
	}
	for (size_t i = 2; i < length; i++) {
		if (!in_range(s[i], 0x80, 0xBF)) {
			return 0;
		}
	}
	return length;
}

/* Length of the ASCII run at the start, eight bytes at a time. */
static size_t
ascii_run(const char *data, size_t length)
{
	size_t i = 0;

	for (; i + 8 <= length; i += 8) {
		uint64_t word;

		memcpy(&word, data + i, sizeof(word));
		if ((word & UINT64_C(0x8080808080808080)) != 0) {
			break;
		}
	}
	for (; i < length && (uint8_t)data[i] < 0x80; i++) {
	}
	return i;
}

/* Length of the run of characters from U+1000 to U+CFFF at the start, nearly all Han, of which
 * any three bytes of their ranges are well-formed. */
static size_t
han_run(const char *data, size_t length)
{
	const uint8_t *s = (const uint8_t *)data;
	size_t i = 0;

	while (i + 3 <= length && in_range(s[i], 0xE1, 0xEC) && (s[i + 1] & 0xC0) == 0x80 &&
		(s[i + 2] & 0xC0) == 0x80) {
		i += 3;
	}
	return i;
}

bool
utf8_valid(const char *data, size_t length)
{
	size_t i = 0;

	while (i < length) {
		size_t step;

		i += ascii_run(data + i, length - i);
		i += han_run(data + i, length - i);
		if (i == length) {
			break;
		}
		step = character_length((const uint8_t *)data + i, length - i);
		if (step == 0) {
			return false;
		}
		i += step;
	}
	return true;
}

char *
utf8_repair(struct arena *a, const char *data, size_t length, size_t *out_length)
{
	size_t written = 0;
	bool in_bad_run = false;
	char *out;

	if (utf8_valid(data, length) && (length == 0 || memchr(data, '\0', length) == NULL)) {
		if (out_length != NULL) {
			*out_length = length;
		}
		return arena_strndup(a, data, length);
	}
	out = arena_alloc(a, length * REPLACEMENT_LENGTH + 1);
	for (size_t i = 0; i < length;) {
		size_t step = character_length((const uint8_t *)data + i, length - i);

		if (step == 0 || data[i] == '\0') {
			if (step > 0 || !in_bad_run) {
				memcpy(out + written, replacement, REPLACEMENT_LENGTH);
				written += REPLACEMENT_LENGTH;
			}
			in_bad_run = step == 0;
			i++;
			continue;
		}
		memcpy(out + written, data + i, step);
		written += step;
		i += step;
		in_bad_run = false;
	}
	if (out_length != NULL) {
		*out_length = written;
	}
	return out;
}

size_t
utf8_truncate(const char *data, size_t length, size_t max_bytes)
{
	size_t end = max_bytes;

	if (length <= max_bytes) {
		return length;
	}
	/* In broken text there may be no lead byte near: then cut where asked. */
	while (end > 0 && max_bytes - end < 4 && ((uint8_t)data[end] & 0xC0) == 0x80) {
		end--;
	}
	return max_bytes - end < 4 ? end : max_bytes;
}

size_t
utf8_count(const char *data, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		if (((uint8_t)data[i] & 0xC0) != 0x80) {
			count++;
		}
	}
	return count;
}
