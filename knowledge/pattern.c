#define PCRE2_CODE_UNIT_WIDTH 8

#include "knowledge/pattern.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <pcre2.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "knowledge/fold.h"
#include "knowledge/utf8_step.h"

enum {
	MATCH_LIMIT = PATTERN_STEPS_MAX,
	DEPTH_LIMIT = 2000,
	ALL_STEPS_MAX = 800000, /* of all trials of one pattern */
	OWN_LETTERS_MAX = 40,
	TAIL_MAX = 100,
	HEAP_LIMIT_KIB = 2048,
	MESSAGE_SIZE = 120,
	FOLDED_MAX = PATTERN_MAX * 16,
};

struct pattern {
	pcre2_code *code;
	pcre2_match_context *limits;
};

/* Letters that are not ASCII are folded as the texts are; one that becomes a sign of the pattern
 * language (a full-width question mark) is that sign's plain self. */
static char *
fold_pattern(const char *text, struct arena *a)
{
	struct buf out;
	char *result;

	buf_init(&out, FOLDED_MAX);
	for (size_t at = 0; text[at] != '\0';) {
		size_t from = at;
		struct folded folded;

		utf8_next(text, &at);
		if (at - from == 1) {
			buf_putc(&out, text[from]);
			continue;
		}
		fold_text(text + from, at - from, a, &folded);
		for (size_t i = 0; i < folded.length; i++) {
			if (strchr("\\^$.[]|()?*+{}-", folded.text[i]) != NULL) {
				buf_putc(&out, '\\');
			}
			buf_putc(&out, folded.text[i]);
		}
	}
	buf_putc(&out, '\0');
	result = out.overflowed ? NULL : arena_strdup(a, out.data);
	buf_fini(&out);
	return result;
}

static enum err
compile(const char *text, uint32_t options, pcre2_code **out, struct error *e)
{
	struct arena *a = arena_create();
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	const char *folded = fold_pattern(text, a);
	PCRE2_UCHAR8 message[MESSAGE_SIZE];
	PCRE2_SIZE offset = 0;
	int number = 0;
	pcre2_code *code = NULL;
	enum err err = ERR_OK;

	if (folded == NULL) {
		err = error_set(e, ERR_INVALID, "is too long");
	} else {
		pcre2_set_parens_nest_limit(context, 20);
		/* Read into the code itself: no jump into the middle of a character. */
		code = pcre2_compile((PCRE2_SPTR8)folded, PCRE2_ZERO_TERMINATED,
			options | PCRE2_UTF | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C |
				PCRE2_NEVER_UCP,
			&number, &offset, context);
	}
	if (err == ERR_OK && code == NULL) {
		pcre2_get_error_message(number, message, sizeof(message));
		err = error_set(e, ERR_INVALID, "%s, at %zu", (const char *)message, offset);
	}
	pcre2_compile_context_free(context);
	arena_destroy(a);
	if (err == ERR_OK) {
		*out = code;
	}
	return err;
}

enum err
pattern_create(const char *text, struct pattern **out, struct error *e)
{
	struct pattern *p;
	pcre2_code *code;
	enum err err = compile(text, 0, &code, e);

	if (err != ERR_OK) {
		return err;
	}
	/* Where there is no JIT the interpreter does it, with the same limits. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	p = xcalloc(1, sizeof(*p));
	p->code = code;
	p->limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(p->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(p->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(p->limits, HEAP_LIMIT_KIB);
	*out = p;
	return ERR_OK;
}

void
pattern_destroy(struct pattern *p)
{
	if (p == NULL) {
		return;
	}
	pcre2_code_free(p->code);
	pcre2_match_context_free(p->limits);
	free(p);
}

enum pattern_result
pattern_find(const struct pattern *p, const char *text, size_t length, size_t *begin,
	size_t *end)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	const PCRE2_SIZE *places = pcre2_get_ovector_pointer(data);
	enum pattern_result result = PATTERN_NO;
	int found;

	length = utf8_truncate(text, length, PATTERN_TEXT_MAX);
	found = pcre2_match(p->code, (PCRE2_SPTR8)text, length, 0, PCRE2_NO_UTF_CHECK, data,
		p->limits);
	if (found >= 0 && places[0] <= places[1]) {
		*begin = places[0];
		*end = places[1];
		result = PATTERN_YES;
	} else if (found < PCRE2_ERROR_NOMATCH) {
		result = PATTERN_GIVEN_UP;
	}
	pcre2_match_data_free(data);
	return result;
}

/* ---- Trying ------------------------------------------------------------------------------ */

struct trial {
	pcre2_code *code; /* calls out at each step */
	pcre2_match_context *context;
	pcre2_match_data *data;
	long steps;
	long all_steps;
};

static int
count_step(pcre2_callout_block *block, void *context)
{
	struct trial *t = context;

	(void)block;
	t->steps++;
	t->all_steps++;
	return t->steps > PATTERN_STEPS_MAX || t->all_steps > ALL_STEPS_MAX
		? PCRE2_ERROR_CALLOUT
		: 0;
}

/* Whether it is done within its steps with `head`, `piece` repeated, and `last`. */
static bool
stands(struct trial *t, struct slice head, struct slice piece, struct slice last)
{
	char text[PATTERN_TEXT_MAX];
	size_t length = 0;

	memcpy(text, head.data, head.length);
	length += head.length;
	while (piece.length > 0 && length + piece.length + last.length <= sizeof(text)) {
		memcpy(text + length, piece.data, piece.length);
		length += piece.length;
	}
	memcpy(text + length, last.data, last.length);
	length += last.length;
	t->steps = 0;
	return pcre2_match(t->code, (PCRE2_SPTR8)text, length, 0, PCRE2_NO_UTF_CHECK, t->data,
			   t->context) >= PCRE2_ERROR_NOMATCH;
}

/* The pattern's letters, each behind something else: what it needs is there, and out of reach. */
static struct slice
make_tail(const char *folded, char out[TAIL_MAX])
{
	size_t length = 0;

	out[length++] = ' ';
	for (size_t at = 0; folded[at] != '\0' && length + 5 <= TAIL_MAX;) {
		size_t from = at;

		utf8_next(folded, &at);
		memcpy(out + length, folded + from, at - from);
		length += at - from;
		out[length++] = '!';
	}
	return (struct slice){out, length};
}

/* So that it fails at the last moment, or finds what it looks for only where it is no help. */
static bool
stands_piece(struct trial *t, struct slice piece, struct slice tail)
{
	static const char *const ends[] = {"", "!", "a", "1", "\xE6\x88\xB7"};
	struct slice none = slice_of("");

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!stands(t, none, piece, slice_of(ends[i]))) {
			return false;
		}
	}
	return stands(t, none, piece, tail) && stands(t, tail, piece, none);
}

/* The pattern's own letters are what vexes it most: each alone, and with the next. */
static bool
stands_its_own(struct trial *t, const char *folded, struct slice tail)
{
	size_t length = strlen(folded);

	for (size_t at = 0, letters = 0; at < length && letters < OWN_LETTERS_MAX;
		 letters++) {
		struct slice one = {folded + at, 0};
		struct slice two = {folded + at, 0};
		size_t next;

		utf8_next(folded, &at);
		one.length = (size_t)(folded + at - one.data);
		next = at;
		if (next < length) {
			utf8_next(folded, &next);
		}
		two.length = (size_t)(folded + next - two.data);
		if (!stands_piece(t, one, tail) || !stands_piece(t, two, tail) ||
			!stands(t, slice_of(""), slice_of("ab"), one)) {
			return false;
		}
	}
	return true;
}

static bool
stands_all(struct trial *t, const char *folded)
{
	static const char *const pieces[] = {"a", "1", " ", "ab ", "a1", "1 ", "\xE5\xBC\x80",
		"\xE5\xBC\x80\xE6\x88\xB7", "\xE5\xBC\x80 a1,", ".", "aA-_@."};
	char memory[TAIL_MAX];
	struct slice tail = make_tail(folded, memory);

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		if (!stands_piece(t, slice_of(pieces[i]), tail)) {
			return false;
		}
	}
	return stands_its_own(t, folded, tail);
}

enum err
pattern_check(const char *text, struct error *e)
{
	struct trial t = {.code = NULL};
	struct arena *a;
	enum err err;

	if (str_empty(text) || strlen(text) > PATTERN_MAX ||
		!utf8_valid(text, strlen(text))) {
		return error_set(e, ERR_INVALID, "has 1 to %d bytes of text", PATTERN_MAX);
	}
	err = compile(text, PCRE2_AUTO_CALLOUT, &t.code, e);
	if (err != ERR_OK) {
		return err;
	}
	a = arena_create();
	t.data = pcre2_match_data_create(1, NULL);
	t.context = pcre2_match_context_create(NULL);
	pcre2_set_depth_limit(t.context, DEPTH_LIMIT);
	pcre2_set_heap_limit(t.context, HEAP_LIMIT_KIB);
	pcre2_set_callout(t.context, count_step, &t);
	if (!stands_all(&t, fold_pattern(text, a))) {
		err = error_set(e, ERR_INVALID, "would take too long on some texts");
	} else if (pcre2_match(t.code, (PCRE2_SPTR8) "", 0, 0, 0, t.data, NULL) >= 0) {
		err = error_set(e, ERR_INVALID, "matches every text");
	}
	pcre2_match_context_free(t.context);
	pcre2_match_data_free(t.data);
	pcre2_code_free(t.code);
	arena_destroy(a);
	return err;
}
