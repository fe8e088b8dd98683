#include "base/str.h"

#include <openssl/crypto.h>
#include <string.h>

struct slice
slice_of(const char *text)
{
	return (struct slice){text, strlen(text)};
}

bool
slice_equals(struct slice s, const char *text)
{
	size_t length = strlen(text);

	return s.length == length && (length == 0 || memcmp(s.data, text, length) == 0);
}

bool
str_equals(const char *a, const char *b)
{
	if (a == NULL || b == NULL) {
		return a == b;
	}
	return strcmp(a, b) == 0;
}

bool
str_starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_copy(char *out, size_t out_size, const char *text)
{
	size_t length = strlen(text);
	bool fits = length < out_size;

	if (out_size == 0) {
		return false;
	}
	if (!fits) {
		length = utf8_truncate(text, length, out_size - 1);
	}
	memcpy(out, text, length);
	out[length] = '\0';
	return fits;
}

bool
str_parse_u64(const char *text, uint64_t *out)
{
	uint64_t value = 0;

	if (str_empty(text)) {
		return false;
	}
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(*text - '0'), &value)) {
			return false;
		}
	}
	*out = value;
	return true;
}

bool
str_parse_i64(const char *text, int64_t *out)
{
	bool negative = text != NULL && text[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
	uint64_t value;

	if (!str_parse_u64(negative ? text + 1 : text, &value) || value > limit) {
		return false;
	}
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

void
hex_encode(const void *data, size_t length, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = data;

	for (size_t i = 0; i < length; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * length] = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

enum err
hex_decode(const char *text, void *out, size_t out_length)
{
	uint8_t *bytes = out;

	if (strlen(text) / 2 != out_length || strlen(text) % 2 != 0) {
		return ERR_INVALID;
	}
	for (size_t i = 0; i < 2 * out_length; i++) {
		if (hex_value(text[i]) < 0) {
			return ERR_INVALID;
		}
	}
	for (size_t i = 0; i < out_length; i++) {
		bytes[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	}
	return ERR_OK;
}

/* Where the text ends. */
static char *
encode_base64(const char *digits, const void *data, size_t length, char *out)
{
	const uint8_t *bytes = data;
	uint32_t bits = 0;
	int pending = 0;

	for (size_t i = 0; i < length; i++) {
		bits = bits << 8 | bytes[i];
		pending += 8;
		for (; pending >= 6; pending -= 6) {
			*out++ = digits[bits >> (pending - 6) & 63];
		}
	}
	if (pending > 0) {
		*out++ = digits[bits << (6 - pending) & 63];
	}
	*out = '\0';
	return out;
}

void
base64url_encode(const void *data, size_t length, char *out)
{
	(void)
		encode_base64("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
			data, length, out);
}

void
base64_encode(const void *data, size_t length, char *out)
{
	char *end =
		encode_base64("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
			data, length, out);

	while ((end - out) % 4 != 0) {
		*end++ = '=';
	}
	*end = '\0';
}

static int
base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return c - '0' + 52;
	}
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

enum err
base64url_decode(const char *text, size_t text_length, void *out, size_t out_size,
	size_t *out_length)
{
	uint8_t *bytes = out;
	uint32_t bits = 0;
	int pending = 0;
	size_t written = 0;

	if (text_length % 4 == 1 ||
		text_length / 4 * 3 + text_length % 4 * 3 / 4 > out_size) {
		return ERR_INVALID;
	}
	for (size_t i = 0; i < text_length; i++) {
		int value = base64url_value(text[i]);

		if (value < 0) {
			return ERR_INVALID;
		}
		bits = bits << 6 | (uint32_t)value;
		pending += 6;
		if (pending >= 8) {
			pending -= 8;
			bytes[written++] = (uint8_t)(bits >> pending);
		}
	}
	/* One text for one value: a token must not have spellings that compare unequal. */
	if ((bits & ((1U << pending) - 1)) != 0) {
		return ERR_INVALID;
	}
	*out_length = written;
	return ERR_OK;
}

bool
equals_constant_time(const void *a, const void *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}
