#include "api/snippet.h"

#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

/* Bytes: some 20 Han or 60 Latin characters before, in all some 80 or 240. */
enum { BEFORE_BYTES = 60, PASSAGE_BYTES = 240 };

static bool
has_word(const struct index_field *f, const struct index_word *w, size_t *begin)
{
	return index_word_find(w, f->folded.text, f->folded.length, 0, begin);
}

/* The first field that has the word; NULL: none. */
static const struct index_field *
field_of(const struct index_text *t, const struct index_word *w)
{
	size_t begin;

	for (size_t i = 0; i < t->count; i++) {
		if (has_word(&t->fields[i], w, &begin)) {
			return &t->fields[i];
		}
	}
	return NULL;
}

static bool
is_start(const char *text, size_t at)
{
	return ((uint8_t)text[at] & 0xc0) != 0x80;
}

static void
choose_passage(struct snippet *s, size_t first)
{
	const char *text = s->field->text;
	size_t length = strlen(text);

	s->from = first > BEFORE_BYTES ? first - BEFORE_BYTES : 0;
	while (s->from < first && !is_start(text, s->from)) {
		s->from++;
	}
	s->to = length - s->from > PASSAGE_BYTES
		? s->from + utf8_truncate(text + s->from, length - s->from, PASSAGE_BYTES)
		: length;
}

/* Kept in order and apart: a mark that touches another becomes one with it. */
static void
add_mark(struct snippet *s, size_t from, size_t to)
{
	size_t i = s->mark_count;

	if (from < s->from || to > s->to || s->mark_count == SNIPPET_MARKS_MAX) {
		return;
	}
	while (i > 0 && s->marks[i - 1].from > from) {
		i--;
	}
	for (size_t k = s->mark_count; k > i; k--) {
		s->marks[k] = s->marks[k - 1];
	}
	s->marks[i].from = from;
	s->marks[i].to = to;
	s->mark_count++;
}

static void
merge_marks(struct snippet *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->mark_count; i++) {
		if (kept > 0 && s->marks[i].from <= s->marks[kept - 1].to) {
			if (s->marks[i].to > s->marks[kept - 1].to) {
				s->marks[kept - 1].to = s->marks[i].to;
			}
		} else {
			s->marks[kept++] = s->marks[i];
		}
	}
	s->mark_count = kept;
}

static void
mark_all(struct snippet *s, const struct index_word *w)
{
	const struct folded *f = &s->field->folded;
	size_t at = 0;
	size_t begin;

	while (s->mark_count < SNIPPET_MARKS_MAX &&
		index_word_find(w, f->text, f->length, at, &begin)) {
		size_t from;
		size_t to;

		at = begin + w->length;
		fold_place(f, begin, at, &from, &to);
		if (from > s->to) {
			return;
		}
		add_mark(s, from, to);
	}
}

bool
snippet_find(const struct index_query *q, const struct index_text *t, struct snippet *out)
{
	struct snippet s = {.field = NULL};
	size_t begin = 0;
	size_t from;
	size_t to;

	for (size_t i = 0; i < q->word_count; i++) {
		const struct index_field *field = field_of(t, &q->words[i]);

		if (field == NULL) {
			return false;
		}
		s.field = s.field == NULL ? field : s.field;
	}
	if (s.field == NULL || !has_word(s.field, &q->words[0], &begin)) {
		return false;
	}
	fold_place(&s.field->folded, begin, begin + q->words[0].length, &from, &to);
	choose_passage(&s, from);
	for (size_t i = 0; i < q->word_count; i++) {
		mark_all(&s, &q->words[i]);
	}
	merge_marks(&s);
	*out = s;
	return true;
}

static void
write_piece(struct json_writer *w, const char *text, size_t length, bool mark)
{
	if (length == 0) {
		return;
	}
	jw_object(w);
	jw_key(w, "text");
	jw_string_n(w, text, length);
	jw_kbool(w, "mark", mark);
	jw_object_end(w);
}

void
snippet_write(const struct snippet *s, struct json_writer *w)
{
	static const char ellipsis[] = "\xe2\x80\xa6";
	const char *text = s->field->text;
	size_t at = s->from;

	jw_array(w);
	if (s->from > 0) {
		write_piece(w, ellipsis, sizeof(ellipsis) - 1, false);
	}
	for (size_t i = 0; i < s->mark_count; i++) {
		write_piece(w, text + at, s->marks[i].from - at, false);
		write_piece(w, text + s->marks[i].from, s->marks[i].to - s->marks[i].from, true);
		at = s->marks[i].to;
	}
	write_piece(w, text + at, s->to - at, false);
	if (text[s->to] != '\0') {
		write_piece(w, ellipsis, sizeof(ellipsis) - 1, false);
	}
	jw_array_end(w);
}
