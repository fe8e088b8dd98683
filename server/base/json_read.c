/* The parser of json.h: recursive descent over a private copy of the text. Our own, because
 * parsing is a tenth of what a message costs: a general library spends most of it on one
 * allocation for each value and a hash table for each object. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_node.h"
#include "base/map.h"
#include "base/str.h"

enum {
	FIRST_NODES = 16,
	CHUNK_BYTES_MIN = 2 * 1024,
	CHUNK_BYTES_MAX = 64 * 1024,
	NUMBER_SIZE = 128,
};

struct parser {
	char *at;
	char *start;
	struct json_document *document;
	const char *wrong; /* what is wrong at `at`; NULL so far */
	int depth;
};

static bool
refuse(struct parser *p, const char *wrong)
{
	if (p->wrong == NULL) {
		p->wrong = wrong;
	}
	return false;
}

static struct json_chunk *
add_chunk(struct json_document *document, size_t capacity)
{
	struct json_chunk *chunk = xmalloc(sizeof(*chunk) + capacity);

	chunk->used = 0;
	chunk->capacity = capacity;
	chunk->next = document->chunks;
	document->chunks = chunk;
	return chunk;
}

/* Not cleared. `size` is a multiple of what pointers need. */
static void *
allocate(struct json_document *document, size_t size)
{
	struct json_chunk *chunk = document->chunks;
	void *p;

	if (chunk->capacity - chunk->used < size) {
		size_t capacity = chunk->capacity * 2;

		if (capacity < CHUNK_BYTES_MIN) {
			capacity = CHUNK_BYTES_MIN;
		}
		if (capacity > CHUNK_BYTES_MAX) {
			capacity = CHUNK_BYTES_MAX;
		}
		chunk = add_chunk(document, capacity > size ? capacity : size);
	}
	p = chunk->data + chunk->used;
	chunk->used += size;
	return p;
}

static struct json *
add_node(struct parser *p)
{
	struct json *node = allocate(p->document, sizeof(*node));

	*node = (struct json){0};
	return node;
}

static void
skip_space(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t') {
		p->at++;
	}
}

static bool
take(struct parser *p, char c)
{
	if (*p->at != c) {
		return false;
	}
	p->at++;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
take_hex4(struct parser *p, uint32_t *out)
{
	uint8_t bytes[2];
	char digits[5] = {0};

	memcpy(digits, p->at, strnlen(p->at, 4));
	if (hex_decode(digits, bytes, sizeof(bytes)) != ERR_OK) {
		return refuse(p, "four hexadecimal digits are missing after \\u");
	}
	p->at += 4;
	*out = (uint32_t)bytes[0] << 8 | bytes[1];
	return true;
}

static char *
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xC0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xE0 | c >> 12);
		} else {
			*out++ = (char)(0xF0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 63));
		}
		*out++ = (char)(0x80 | (c >> 6 & 63));
	}
	*out++ = (char)(0x80 | (c & 63));
	return out;
}

/* After "\u": one code point, from a surrogate pair if need be, written to *out. */
static bool
take_unicode(struct parser *p, char **out)
{
	uint32_t c;
	uint32_t low;

	if (!take_hex4(p, &c)) {
		return false;
	}
	if (c >= 0xD800 && c < 0xDC00) {
		if (!take(p, '\\') || !take(p, 'u')) {
			return refuse(p, "half of a surrogate pair");
		}
		if (!take_hex4(p, &low)) {
			return false;
		}
		if (low < 0xDC00 || low > 0xDFFF) {
			return refuse(p, "half of a surrogate pair");
		}
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	} else if (c >= 0xDC00 && c < 0xE000) {
		return refuse(p, "half of a surrogate pair");
	}
	if (c == 0) {
		return refuse(p, "a NUL character");
	}
	*out = put_utf8(*out, c);
	return true;
}

static bool
take_escape(struct parser *p, char **out)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (take(p, 'u')) {
		return take_unicode(p, out);
	}
	found = *p->at != '\0' ? strchr(from, *p->at) : NULL;
	if (found == NULL) {
		return refuse(p, "an unknown escape");
	}
	p->at++;
	*(*out)++ = to[found - from];
	return true;
}

/* After the opening quote. What is unescaped is never longer than it was. */
static bool
take_string(struct parser *p, const char **text, uint32_t *length)
{
	char *first = p->at;
	char *out;

	while ((unsigned char)*p->at >= 0x20 && *p->at != '"' && *p->at != '\\') {
		p->at++;
	}
	out = p->at;
	while (*p->at != '"') {
		if ((unsigned char)*p->at < 0x20) {
			return refuse(p, "a control character or the end within a string");
		}
		if (*p->at != '\\') {
			*out++ = *p->at++;
			continue;
		}
		p->at++;
		if (!take_escape(p, &out)) {
			return false;
		}
	}
	p->at++;
	*out = '\0';
	*text = first;
	*length = (uint32_t)(out - first);
	return true;
}

static bool
take_digits(struct parser *p)
{
	if (!is_digit(*p->at)) {
		return refuse(p, "a digit is missing");
	}
	while (is_digit(*p->at)) {
		p->at++;
	}
	return true;
}

/* Others would read a number beyond a double's range as infinity. */
static bool
is_finite(const char *text, size_t length)
{
	char number[NUMBER_SIZE];

	if (length >= sizeof(number)) {
		return false;
	}
	memcpy(number, text, length);
	number[length] = '\0';
	return isfinite(strtod(number, NULL));
}

static bool
take_integer(struct parser *p, const char *first, struct json *node)
{
	bool negative = *first == '-';
	int64_t value = 0;

	for (const char *c = first + (negative ? 1 : 0); c < p->at; c++) {
		int digit = *c - '0';

		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_sub_overflow(value, digit, &value)) {
			return refuse(p, "an integer of more than 64 bits");
		}
	}
	/* Gathered below zero, where there is room for one more. */
	if (!negative && value == INT64_MIN) {
		return refuse(p, "an integer of more than 64 bits");
	}
	node->kind = KIND_INTEGER;
	node->value.integer = negative ? value : -value;
	return true;
}

static bool
take_number(struct parser *p, struct json *node)
{
	const char *first = p->at;
	bool whole = true;

	(void)take(p, '-');
	if (!take(p, '0') && !take_digits(p)) {
		return false;
	}
	if (take(p, '.')) {
		whole = false;
		if (!take_digits(p)) {
			return false;
		}
	}
	if (take(p, 'e') || take(p, 'E')) {
		whole = false;
		if (!take(p, '+')) {
			(void)take(p, '-');
		}
		if (!take_digits(p)) {
			return false;
		}
	}
	if (whole) {
		return take_integer(p, first, node);
	}
	node->kind = KIND_REAL;
	node->value.text = first;
	node->length = (uint32_t)(p->at - first);
	if (!is_finite(first, node->length)) {
		return refuse(p, "a number too large or too long");
	}
	return true;
}

static bool
take_word(struct parser *p, const char *word, enum json_kind kind, struct json *node)
{
	size_t length = strlen(word);

	if (strncmp(p->at, word, length) != 0) {
		return refuse(p, "no value");
	}
	p->at += length;
	node->kind = kind;
	return true;
}

static bool take_value(struct parser *p, struct json *node);

static void
add_index(struct json_document *document, struct json *array)
{
	size_t i = 0;

	array->index = allocate(document, array->length * sizeof(*array->index));
	for (struct json *j = array->value.first; j != NULL; j = j->next) {
		array->index[i++] = j;
	}
}

static bool
take_array(struct parser *p, struct json *array)
{
	struct json **end = &array->value.first;

	array->kind = KIND_ARRAY;
	skip_space(p);
	if (take(p, ']')) {
		return true;
	}
	do {
		*end = add_node(p);
		if (!take_value(p, *end)) {
			return false;
		}
		end = &(*end)->next;
		array->length++;
		skip_space(p);
	} while (take(p, ','));
	if (!take(p, ']')) {
		return refuse(p, "a comma or ] is missing");
	}
	if (array->length > JSON_FEW) {
		add_index(p->document, array);
	}
	return true;
}

static bool
take_member(struct parser *p, struct json *member)
{
	skip_space(p);
	if (!take(p, '"')) {
		return refuse(p, "a key is missing");
	}
	if (!take_string(p, &member->key, &member->key_length)) {
		return false;
	}
	skip_space(p);
	if (!take(p, ':')) {
		return refuse(p, "a colon is missing");
	}
	return take_value(p, member);
}

static bool
same_key(const struct json *a, const struct json *b)
{
	return a->key_length == b->key_length && memcmp(a->key, b->key, a->key_length) == 0;
}

/* Every pair is compared when there are few keys; of many, which may come from someone
 * who wants to keep us busy, only those of equal hash. */
static bool
keys_differ(const struct json *object)
{
	struct map seen;
	bool differ = true;

	if (object->length <= JSON_FEW) {
		for (const struct json *a = object->value.first; a != NULL; a = a->next) {
			for (const struct json *b = a->next; b != NULL; b = b->next) {
				if (same_key(a, b)) {
					return false;
				}
			}
		}
		return true;
	}
	map_init(&seen);
	for (struct json *a = object->value.first; a != NULL && differ; a = a->next) {
		/* Two keys of one 64-bit keyed hash by chance: once in the life of the sun. */
		differ = map_put(&seen, map_hash(a->key, a->key_length), a) == NULL;
	}
	map_fini(&seen);
	return differ;
}

static bool
take_object(struct parser *p, struct json *object)
{
	struct json **end = &object->value.first;

	object->kind = KIND_OBJECT;
	skip_space(p);
	if (take(p, '}')) {
		return true;
	}
	do {
		*end = add_node(p);
		if (!take_member(p, *end)) {
			return false;
		}
		end = &(*end)->next;
		object->length++;
		skip_space(p);
	} while (take(p, ','));
	if (!take(p, '}')) {
		return refuse(p, "a comma or } is missing");
	}
	return keys_differ(object) || refuse(p, "two equal keys in the object that ends");
}

static bool
take_container(struct parser *p, struct json *node)
{
	bool taken;

	if (p->depth == JSON_DEPTH_MAX) {
		return refuse(p, "too many levels");
	}
	p->depth++;
	taken = *p->at++ == '{' ? take_object(p, node) : take_array(p, node);
	p->depth--;
	return taken;
}

static bool
take_value(struct parser *p, struct json *node)
{
	skip_space(p);
	switch (*p->at) {
	case '"':
		p->at++;
		node->kind = KIND_STRING;
		return take_string(p, &node->value.text, &node->length);
	case '{':
	case '[':
		return take_container(p, node);
	case 't':
		return take_word(p, "true", KIND_TRUE, node);
	case 'f':
		return take_word(p, "false", KIND_FALSE, node);
	case 'n':
		return take_word(p, "null", KIND_NULL, node);
	default:
		if (*p->at == '-' || is_digit(*p->at)) {
			return take_number(p, node);
		}
		return refuse(p, "no value");
	}
}

static bool
take_document(struct parser *p, size_t length)
{
	skip_space(p);
	if (*p->at != '{' && *p->at != '[') {
		return refuse(p, "neither an object nor an array");
	}
	if (!take_container(p, &p->document->root)) {
		return false;
	}
	skip_space(p);
	/* A NUL within the text stops the parser like its end, but short of it. */
	return p->at == p->start + length || refuse(p, "something after the end");
}

/* Names the place by line and column of the text as it came, never by its content. */
static enum err
report(const struct parser *p, const char *data, struct error *e)
{
	size_t offset = (size_t)(p->at - p->start);
	size_t line_start = offset;
	int line = 1;

	while (line_start > 0 && data[line_start - 1] != '\n') {
		line_start--;
	}
	for (size_t i = 0; i < line_start; i++) {
		line += data[i] == '\n' ? 1 : 0;
	}
	return error_set(e, ERR_INVALID, "JSON line %d, column %zu: %s", line,
		utf8_count(data + line_start, offset - line_start) + 1, p->wrong);
}

enum err
json_parse(const char *data, size_t length, struct json **out, struct error *e)
{
	struct json_document *document;
	struct parser p = {0};
	size_t text_bytes;
	enum err rc;

	if (length > UINT32_MAX / 2) {
		return error_set(e, ERR_INVALID, "JSON of more than two gigabytes");
	}
	if (!utf8_valid(data, length)) {
		return error_set(e, ERR_INVALID, "JSON that is not valid UTF-8");
	}
	document = xcalloc(1, sizeof(*document));
	/* The text, its NUL, and what nodes of a usual message take. */
	text_bytes = (length + sizeof(max_align_t)) / sizeof(max_align_t) *
		sizeof(max_align_t);
	p.document = document;
	p.start =
		(char *)add_chunk(document, text_bytes + FIRST_NODES * sizeof(struct json))->data;
	document->chunks->used = text_bytes;
	p.at = p.start;
	if (length > 0) {
		memcpy(p.start, data, length);
	}
	p.start[length] = '\0';
	if (!take_document(&p, length)) {
		rc = report(&p, data, e);
		json_free(&document->root);
		return rc;
	}
	*out = &document->root;
	return ERR_OK;
}
