#include "knowledge/question.h"

#include <string.h>

#include <unicode/uchar.h>

#include "base/str.h"
#include "knowledge/utf8_step.h"

enum { FIRST_WIDE = 0x2E80, LAST_LATIN = 0x24F };

/* The character that ends before `at`; 0 at the beginning. */
static uint32_t
character_before(const char *text, size_t at)
{
	if (at == 0) {
		return 0;
	}
	at--;
	while (((uint8_t)text[at] & 0xC0) == 0x80) {
		at--;
	}
	return utf8_next(text, &at);
}

static uint32_t
character_at(const char *text, size_t length, size_t at)
{
	return at < length ? utf8_next(text, &at) : 0;
}

/* Between letters of scripts that part their words. */
static bool
parts_words(uint32_t before, uint32_t after)
{
	return before != 0 && after != 0 && before < FIRST_WIDE && after < FIRST_WIDE;
}

static void
close_gaps(struct folded *f)
{
	size_t used = 0;

	if (memchr(f->text, ' ', f->length) == NULL) {
		return;
	}
	for (size_t i = 0; i < f->length; i++) {
		if (f->text[i] == ' ' &&
			!parts_words(character_before(f->text, used),
				character_at(f->text, f->length, i + 1))) {
			continue;
		}
		f->text[used] = f->text[i];
		f->origin[used] = f->origin[i];
		used++;
	}
	f->text[used] = '\0';
	f->origin[used] = f->origin[f->length];
	f->length = used;
}

static bool
is_mark(uint32_t character)
{
	return character == ' ' || u_ispunct((UChar32)character);
}

static void
find_ends(struct question *q)
{
	const struct folded *f = &q->folded;
	size_t at = 0;

	q->begin = 0;
	q->end = f->length;
	while (at < f->length && is_mark(utf8_next(f->text, &at))) {
		q->begin = at;
	}
	if (q->begin == f->length) {
		q->begin = 0;
		return;
	}
	while (is_mark(character_before(f->text, q->end))) {
		do {
			q->end--;
		} while (((uint8_t)f->text[q->end] & 0xC0) == 0x80);
	}
}

void
question_make(const char *text, size_t length, struct arena *a, struct question *out)
{
	fold_text(text, length, a, &out->folded);
	close_gaps(&out->folded);
	find_ends(out);
}

static bool
is_latin(uint32_t character)
{
	return (character >= 'a' && character <= 'z') ||
		(character >= 0xDF && character <= LAST_LATIN && character != 0xF7);
}

bool
question_word_ends(const struct question *q, size_t begin, size_t end)
{
	const char *text = q->folded.text;
	size_t length = q->folded.length;

	if (is_latin(character_at(text, length, begin)) &&
		is_latin(character_before(text, begin))) {
		return false;
	}
	if (!is_latin(character_before(text, end))) {
		return true;
	}
	if (str_starts_with(text + end, "es")) {
		end += 2;
	} else if (text[end] == 's') {
		end += 1;
	}
	return !is_latin(character_at(text, length, end));
}
