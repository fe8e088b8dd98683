/* One character of valid UTF-8 at a time. Pure. */
#ifndef KNOWLEDGE_UTF8_STEP_H
#define KNOWLEDGE_UTF8_STEP_H

#include <stddef.h>
#include <stdint.h>

/* The character at `*at`, which is stepped over it. Only for valid UTF-8. */
static inline uint32_t
utf8_next(const char *text, size_t *at)
{
	const uint8_t *s = (const uint8_t *)text + *at;

	if (s[0] < 0x80) {
		*at += 1;
		return s[0];
	}
	if (s[0] < 0xE0) {
		*at += 2;
		return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
	}
	if (s[0] < 0xF0) {
		*at += 3;
		return (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 |
			(s[2] & 0x3F);
	}
	*at += 4;
	return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 |
		(uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
}

/* Writes at most 4 bytes; returns how many. */
static inline size_t
utf8_put(char *out, uint32_t character)
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = (char)(0xC0 | character >> 6);
		out[1] = (char)(0x80 | (character & 0x3F));
		return 2;
	}
	if (character < 0x10000) {
		out[0] = (char)(0xE0 | character >> 12);
		out[1] = (char)(0x80 | (character >> 6 & 0x3F));
		out[2] = (char)(0x80 | (character & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | character >> 18);
	out[1] = (char)(0x80 | (character >> 12 & 0x3F));
	out[2] = (char)(0x80 | (character >> 6 & 0x3F));
	out[3] = (char)(0x80 | (character & 0x3F));
	return 4;
}

#endif
