#include "knowledge/index_tokenizer.h"

#include <string.h>

#include <sqlite3.h>
#include <unicode/uchar.h>

#include "knowledge/utf8_step.h"

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
		if (c >= '0' && c <= '9') {
			return RUN_DIGITS;
		}
		c |= 0x20;
		return c >= 'a' && c <= 'z' ? RUN_LETTERS : RUN_OTHER;
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

static int
han_terms(const char *run, size_t length, index_term *each, void *ctx)
{
	size_t second = 0; /* where the last character but one begins */
	size_t third = 0;  /* and the one before it */
	size_t at = 0;
	int rc = 0;

	for (size_t count = 0; at < length && rc == 0; count++) {
		size_t begin = at;

		(void)utf8_next(run, &at);
		if (count >= 2) {
			rc = each(ctx, run + third, at - third);
		}
		if (count >= 1 && rc == 0) {
			rc = each(ctx, run + second, at - second);
		}
		third = second;
		second = begin;
	}
	return rc != 0 ? rc : each(ctx, run + second, length - second);
}

static int
word_terms(const char *word, const struct index_run *run, index_term *each, void *ctx)
{
	size_t length = run->end - run->begin;
	size_t known = index_first(word, length, SIZE_MAX, INDEX_WORD_BYTES);
	char prefix[INDEX_TERM_BYTES] = {INDEX_MARK_PREFIX};
	int rc = each(ctx, word, known);

	for (size_t n = INDEX_PREFIX_MIN; n <= INDEX_PREFIX_MAX && n <= run->characters;
		 n++) {
		size_t bytes = index_first(word, length, n, INDEX_WORD_BYTES);

		if (rc != 0) {
			break;
		}
		memcpy(prefix + 1, word, bytes);
		rc = each(ctx, prefix, bytes + 1);
	}
	return rc;
}

/* "\1k17\2": the mark that ends it belongs to no term. */
static int
mark_term(const char *text, size_t length, size_t *at, index_term *each, void *ctx)
{
	const char *end = memchr(text + *at, INDEX_MARK_END, length - *at);
	size_t begin = *at;
	size_t stop = end != NULL ? (size_t)(end - text) : length;

	*at = end != NULL ? stop + 1 : stop;
	return each(ctx, text + begin, stop - begin);
}

int
index_terms(const char *text, size_t length, index_term *each, void *ctx)
{
	struct index_run run;
	size_t at = 0;
	int rc = 0;

	while (at < length && rc == 0) {
		if (text[at] == INDEX_MARK_CUSTOMER) {
			rc = mark_term(text, length, &at, each, ctx);
			continue;
		}
		if (!index_next_run(text, length, &at, &run)) {
			break;
		}
		if (run.class == RUN_HAN) {
			rc = han_terms(text + run.begin, run.end - run.begin, each, ctx);
		} else if (run.class != RUN_OTHER) {
			rc = word_terms(text + run.begin, &run, each, ctx);
		} else {
			const char *mark = memchr(text + run.begin, INDEX_MARK_CUSTOMER,
				run.end - run.begin);

			at = mark != NULL ? (size_t)(mark - text) : at;
		}
	}
	return rc;
}

/* --- for FTS5 ----------------------------------------------------------------------------- */

struct passing {
	void *ctx;
	int (*token)(void *ctx, int flags, const char *token, int length, int begin, int end);
};

/* Places are of no use: the index has detail=none. */
static int
pass_on(void *ctx, const char *term, size_t length)
{
	const struct passing *p = ctx;

	return p->token(p->ctx, 0, term, (int)length, 0, 0);
}

/* A query comes as ready terms, each for itself in quotes. */
static int
tokenize(Fts5Tokenizer *t, void *ctx, int flags, const char *text, int length,
	int (*token)(void *, int, const char *, int, int, int))
{
	struct passing p = {ctx, token};

	(void)t;
	if ((flags & FTS5_TOKENIZE_QUERY) != 0) {
		return token(ctx, 0, text, length, 0, length);
	}
	return index_terms(text, (size_t)length, pass_on, &p);
}

/* It has no state; FTS5 wants a pointer that is not NULL. */
static int
create(void *ctx, const char **arguments, int count, Fts5Tokenizer **out)
{
	(void)arguments;
	(void)count;
	*out = ctx;
	return SQLITE_OK;
}

static void
destroy(Fts5Tokenizer *t)
{
	(void)t;
}

enum err
index_tokenizer_register(struct sqlite3 *db, struct error *e)
{
	static char stateless;
	fts5_tokenizer tokenizer = {create, destroy, tokenize};
	sqlite3_stmt *st = NULL;
	fts5_api *api = NULL;

	if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &st, NULL) == SQLITE_OK) {
		sqlite3_bind_pointer(st, 1, &api, "fts5_api_ptr", NULL);
		(void)sqlite3_step(st);
	}
	sqlite3_finalize(st);
	if (api == NULL ||
		api->xCreateTokenizer(api, "hz", &stateless, &tokenizer, NULL) != SQLITE_OK) {
		return error_set(e, ERR_UNAVAILABLE, "this SQLite library has no FTS5");
	}
	return ERR_OK;
}
