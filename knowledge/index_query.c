#include "knowledge/index_query.h"

#include <string.h>

#include "base/arena.h"
#include "knowledge/fold.h"
#include "knowledge/index_tokenizer.h"
#include "knowledge/utf8_step.h"

struct expression {
	struct arena *arena;
	struct index_group *groups;
	size_t count;
};

static void
put_group(struct expression *x, const struct index_key *keys, size_t count)
{
	if (x->count < INDEX_QUERY_TERMS) { /* fewer find more; the comparison decides */
		x->groups[x->count++] = (struct index_group){keys, count};
	}
}

static void
put_term(struct expression *x, const char *term, size_t length, bool begins)
{
	struct index_key *key = arena_alloc(x->arena, sizeof(*key));

	*key = (struct index_key){term, length, begins};
	put_group(x, key, 1);
}

static const char *
prefix_term(const struct expression *x, const char *word, size_t length)
{
	char *term = arena_alloc(x->arena, length + 2);

	term[0] = INDEX_MARK_PREFIX;
	memcpy(term + 1, word, length);
	return term;
}

/* One letter is a word, or begins one. */
static void
put_letter(struct expression *x, const char *word, size_t length)
{
	struct index_key *keys = arena_alloc(x->arena, 2 * sizeof(*keys));

	keys[0] = (struct index_key){word, length, false};
	keys[1] = (struct index_key){prefix_term(x, word, length), length + 1, true};
	put_group(x, keys, 2);
}

/* All triples. What is shorter is a pair or, alone at the end, the beginning of a pair. */
static void
put_han(struct expression *x, const char *run, size_t length, size_t characters,
	bool open)
{
	size_t at = 0;

	if (characters <= 3) {
		put_term(x, run, length, characters == 1 && open);
		return;
	}
	for (size_t i = 0; i + 3 <= characters; i++) {
		size_t bytes = index_first(run + at, length - at, 3, length);

		put_term(x, run + at, bytes, false);
		at += index_first(run + at, length - at, 1, length);
	}
}

static void
put_word(struct expression *x, const char *word, size_t length, size_t characters,
	bool open)
{
	if (length > INDEX_WORD_BYTES) {
		put_term(x, word, index_first(word, length, SIZE_MAX, INDEX_WORD_BYTES), false);
	} else if (!open) {
		put_term(x, word, length, false);
	} else if (characters < INDEX_PREFIX_MIN) {
		put_letter(x, word, length);
	} else if (characters <= INDEX_PREFIX_MAX) {
		put_term(x, prefix_term(x, word, length), length + 1, false);
	} else {
		put_term(x, word, length, true);
	}
}

/* True when the index can tell anything about this word. */
static bool
put_runs(struct expression *x, const struct index_word *w)
{
	struct index_run run;
	size_t before = x->count;
	size_t at = 0;

	while (index_next_run(w->text, w->length, &at, &run)) {
		bool open = run.end == w->length; /* the text may go on where the query ends */
		const char *text = w->text + run.begin;
		size_t length = run.end - run.begin;

		if (run.class == RUN_HAN) {
			put_han(x, text, length, run.characters, open);
		} else if (run.class != RUN_OTHER) {
			put_word(x, text, length, run.characters, open);
		}
	}
	return x->count > before;
}

/* --- reading ------------------------------------------------------------------------------ */

static size_t
quote_at(const char *text)
{
	static const char *const quotes[] = {"\"", "\xe2\x80\x9c", "\xe2\x80\x9d"};

	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		size_t length = strlen(quotes[i]);

		if (strncmp(text, quotes[i], length) == 0) {
			return length;
		}
	}
	return 0;
}

static void
add_word(struct index_query *q, const char *text, size_t length)
{
	size_t at = 0;
	enum run_class first;

	while (length > 0 && text[0] == ' ') {
		text++;
		length--;
	}
	while (length > 0 && text[length - 1] == ' ') {
		length--;
	}
	if (length == 0) {
		return;
	}
	if (q->word_count < INDEX_QUERY_WORDS) {
		first = index_class(utf8_next(text, &at));
		q->words[q->word_count] = (struct index_word){
			.text = text,
			.length = length,
			.starts = first == RUN_LETTERS || first == RUN_DIGITS,
		};
	}
	q->word_count++;
}

/* A quote that is never closed reaches to the end. */
static void
read_words(const struct folded *f, struct index_query *q)
{
	const char *text = f->text;
	size_t begin = 0;
	bool quoted = false;

	for (size_t at = 0; at < f->length;) {
		size_t quote = quote_at(text + at);

		if (quote == 0 && (quoted || text[at] != ' ')) {
			(void)utf8_next(text, &at);
			continue;
		}
		add_word(q, text + begin, at - begin);
		quoted = quote != 0 ? !quoted : quoted;
		at += quote != 0 ? quote : 1;
		begin = at;
	}
	add_word(q, text + begin, f->length - begin);
}

static enum err
check(const struct index_query *q, bool known, struct error *e)
{
	if (q->word_count > INDEX_QUERY_WORDS) {
		return error_set(e, ERR_INVALID, "has more than %d words", INDEX_QUERY_WORDS);
	}
	if (!known) {
		return error_set(e, ERR_INVALID, "has no letter, digit or character to look for");
	}
	return ERR_OK;
}

enum err
index_query_read(const char *text, struct arena *a, struct index_query *out,
	struct error *e)
{
	struct expression x = {.arena = a};
	struct index_query q = {.word_count = 0};
	size_t length = strlen(text);
	struct folded folded;
	bool known = false;
	enum err err;

	if (length > INDEX_QUERY_BYTES) {
		return error_set(e, ERR_INVALID, "is longer than %d bytes", INDEX_QUERY_BYTES);
	}
	fold_text(text, length, a, &folded);
	read_words(&folded, &q);
	x.groups = arena_alloc(a, INDEX_QUERY_TERMS * sizeof(*x.groups));
	for (size_t i = 0; i < q.word_count && i < INDEX_QUERY_WORDS; i++) {
		known = put_runs(&x, &q.words[i]) || known;
	}
	q.match = (struct index_match){x.groups, x.count};
	err = check(&q, known, e);
	if (err == ERR_OK) {
		*out = q;
	}
	return err;
}

const struct index_match *
index_query_match(const struct index_query *q, const uint64_t *timelines, size_t count,
	struct arena *a)
{
	struct index_match *match = arena_alloc(a, sizeof(*match));
	struct index_group *groups;
	struct index_key *keys;

	*match = q->match;
	if (count == 0) {
		return match;
	}
	count = count < INDEX_QUERY_CUSTOMERS ? count : INDEX_QUERY_CUSTOMERS;
	keys = arena_alloc(a, count * sizeof(*keys));
	for (size_t i = 0; i < count; i++) {
		char *term = arena_alloc(a, INDEX_CUSTOMER_BYTES);

		index_customer_term(timelines[i], term);
		keys[i] = (struct index_key){term, INDEX_CUSTOMER_BYTES, false};
	}
	groups = arena_alloc(a, (match->count + 1) * sizeof(*groups));
	memcpy(groups, match->groups, match->count * sizeof(*groups));
	groups[match->count++] = (struct index_group){keys, count};
	match->groups = groups;
	return match;
}

bool
index_word_find(const struct index_word *w, const char *text, size_t length, size_t from,
	size_t *begin)
{
	size_t first = 0;
	enum run_class class = index_class(utf8_next(w->text, &first));

	while (from + w->length <= length) {
		const char *found = memmem(text + from, length - from, w->text, w->length);

		if (found == NULL) {
			return false;
		}
		from = (size_t)(found - text);
		if (!w->starts || index_class_before(text, from) != class) {
			*begin = from;
			return true;
		}
		from++;
	}
	return false;
}
