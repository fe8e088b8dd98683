#include "knowledge/index_tokenizer.h"

#include <string.h>

#include <unicode/uchar.h>

#include "knowledge/utf8_step.h"

static const uint8_t ascii_classes[128] = {
	['0' ... '9'] = RUN_DIGITS,
	['A' ... 'Z'] = RUN_LETTERS,
	['a' ... 'z'] = RUN_LETTERS,
};

static bool
is_han(uint32_t c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
		(c >= 0x20000 && c <= 0x3ffff) || (c >= 0xf900 && c <= 0xfaff) ||
		(c >= 0x3040 && c <= 0x30ff) || (c >= 0x31f0 && c <= 0x31ff) ||
		(c >= 0xac00 && c <= 0xd7a3) || c == 0x3005 || c == 0x3007;
}

enum run_class
index_class(uint32_t c)
{
	if (c < 0x80) {
		return ascii_classes[c];
	}
	if (is_han(c)) {
		return RUN_HAN;
	}
	switch (u_charType((UChar32)c)) {
	case U_UPPERCASE_LETTER:
	case U_LOWERCASE_LETTER:
	case U_TITLECASE_LETTER:
	case U_MODIFIER_LETTER:
	case U_OTHER_LETTER:
	case U_NON_SPACING_MARK:
	case U_ENCLOSING_MARK:
	case U_COMBINING_SPACING_MARK:
		return RUN_LETTERS;
	case U_DECIMAL_DIGIT_NUMBER:
		return RUN_DIGITS;
	default:
		return RUN_OTHER;
	}
}

enum run_class
index_class_before(const char *text, size_t at)
{
	size_t begin = at;

	if (at == 0) {
		return RUN_OTHER;
	}
	do {
		begin--;
	} while (begin > 0 && ((uint8_t)text[begin] & 0xc0) == 0x80);
	return index_class(utf8_next(text, &begin));
}

bool
index_next_run(const char *text, size_t length, size_t *at, struct index_run *out)
{
	struct index_run run = {.begin = *at};
	size_t next = *at;

	if (next >= length) {
		return false;
	}
	run.class = index_class(utf8_next(text, &next));
	run.characters = 1;
	run.end = next;
	while (next < length && index_class(utf8_next(text, &next)) == run.class) {
		run.end = next;
		run.characters++;
	}
	*at = run.end;
	*out = run;
	return true;
}

size_t
index_first(const char *text, size_t length, size_t characters, size_t max_bytes)
{
	size_t end = 0;

	while (end < length && characters-- > 0) {
		size_t next = end;

		(void)utf8_next(text, &next);
		if (next > max_bytes) {
			break;
		}
		end = next;
	}
	return end;
}

/* --- terms -------------------------------------------------------------------------------- */

/* The class of the character at `at`, and where the next one begins. Most are ASCII or of the
 * Han characters from U+5000 on, which their first byte tells. */
static inline enum run_class
class_at(const char *text, size_t at, size_t *next)
{
	uint8_t byte = (uint8_t)text[at];

	if (byte < 0x80) {
		*next = at + 1;
		return ascii_classes[byte];
	}
	if (byte >= 0xe5 && byte <= 0xe9) {
		*next = at + 3;
		return RUN_HAN;
	}
	*next = at;
	return index_class(utf8_next(text, next));
}

struct terms {
	const char *text;
	size_t length;
	index_term *each;
	void *ctx;
};

/* The run whose first character ends at `*at`; `*at` becomes its end. */
static int
han_terms(const struct terms *t, size_t begin, size_t *at)
{
	size_t last = begin;   /* where the last character begins */
	size_t before = begin; /* and the one before it */
	size_t end = *at;
	size_t next;
	int rc = 0;

	for (size_t count = 1;
		 end < t->length && class_at(t->text, end, &next) == RUN_HAN && rc == 0;
		 count++) {
		if (count > 1) {
			rc = t->each(t->ctx, t->text + before, next - before);
		}
		if (rc == 0) {
			rc = t->each(t->ctx, t->text + last, next - last);
		}
		before = last;
		last = end;
		end = next;
	}
	*at = end;
	return rc != 0 ? rc : t->each(t->ctx, t->text + last, end - last);
}

/* Likewise. */
static int
word_terms(const struct terms *t, size_t begin, enum run_class class, size_t *at)
{
	size_t ends[INDEX_PREFIX_MAX + 1] = {0, *at - begin}; /* of so many characters */
	size_t known = *at - begin;
	char prefix[INDEX_TERM_BYTES] = {INDEX_MARK_PREFIX};
	const char *word = t->text + begin;
	size_t count = 1;
	size_t end = *at;
	size_t next;
	int rc;

	while (end < t->length && class_at(t->text, end, &next) == class) {
		end = next;
		if (++count <= INDEX_PREFIX_MAX) {
			ends[count] = end - begin;
		}
		known = end - begin <= INDEX_WORD_BYTES ? end - begin : known;
	}
	*at = end;
	rc = t->each(t->ctx, word, known);
	count = count < INDEX_PREFIX_MAX ? count : INDEX_PREFIX_MAX;
	memcpy(prefix + 1, word, ends[count]);
	for (size_t n = INDEX_PREFIX_MIN; n <= count && rc == 0; n++) {
		rc = t->each(t->ctx, prefix, 1 + ends[n]);
	}
	return rc;
}

int
index_terms(const char *text, size_t length, index_term *each, void *ctx)
{
	struct terms t = {text, length, each, ctx};
	size_t at = 0;
	int rc = 0;

	while (at < length && rc == 0) {
		size_t begin = at;
		enum run_class class = class_at(text, begin, &at);

		if (class == RUN_HAN) {
			rc = han_terms(&t, begin, &at);
		} else if (class != RUN_OTHER) {
			rc = word_terms(&t, begin, class, &at);
		}
	}
	return rc;
}

void
index_customer_term(uint64_t timeline, char out[static INDEX_CUSTOMER_BYTES])
{
	out[0] = INDEX_MARK_CUSTOMER;
	for (size_t i = 1; i < INDEX_CUSTOMER_BYTES; i++) {
		out[i] = (char)(timeline >> (INDEX_CUSTOMER_BYTES - 1 - i) * 8 & 255);
	}
}

/* How many characters it has; counting ends behind `most`. */
static size_t
characters_of(const char *term, size_t length, size_t most)
{
	size_t count = 0;

	for (size_t at = 0; at < length && count <= most; count++) {
		(void)utf8_next(term, &at);
	}
	return count;
}

size_t
index_head(const char *term, size_t length)
{
	size_t mark = term[0] == INDEX_MARK_PREFIX;
	size_t first = mark;
	enum run_class class;

	if (term[0] == INDEX_MARK_CUSTOMER) {
		return 0;
	}
	class = index_class(utf8_next(term, &first));
	if (mark > 0 || class == RUN_HAN) {
		size_t characters = characters_of(term + mark, length - mark, 2);

		return characters == 2 || (characters == 1 && mark == 0) ? first : 0;
	}
	return characters_of(term, length, INDEX_PREFIX_MAX) > INDEX_PREFIX_MAX
		? index_first(term, length, INDEX_PREFIX_MAX, length)
		: 0;
}
