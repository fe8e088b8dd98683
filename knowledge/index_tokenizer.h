/* What the search index knows of a text: its terms. Pure; thread-safe.
 *
 * The text is folded (knowledge/fold.h) and falls into runs of one class: Han (and kana, hangul:
 * whatever is written without spaces), letters, digits. Of a Han run come all pairs and triples
 * of neighbours and its last character alone; of a run of letters or digits the word itself, and
 * its first 2, 3 and 4 characters as prefix terms. So whatever is looked for has a term that is
 * exact, or begins one: see index_query.h. */
#ifndef KNOWLEDGE_INDEX_TOKENIZER_H
#define KNOWLEDGE_INDEX_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stored with the index; another one means that it has to be built anew. */
#define INDEX_TOKENIZER_VERSION 2

enum {
	INDEX_WORD_BYTES = 32, /* longer words are known by their beginning */
	INDEX_PREFIX_MIN = 2,  /* characters of the prefix terms */
	INDEX_PREFIX_MAX = 4,
	INDEX_PREFIX_BYTES = 1 + 4 * INDEX_PREFIX_MAX,
	INDEX_TERM_BYTES = 40,
	INDEX_CUSTOMER_BYTES = 9,
};

/* First bytes that no folded text has: of terms that are no text. */
#define INDEX_MARK_CUSTOMER '\1' /* and the timeline, its highest byte first */
#define INDEX_MARK_PREFIX '\3'

enum run_class { RUN_OTHER = 0, RUN_HAN, RUN_LETTERS, RUN_DIGITS };

enum run_class index_class(uint32_t character);
/* The class of the character before `at`; RUN_OTHER at the beginning. */
enum run_class index_class_before(const char *text, size_t at);

/* One run from `*at` on, which is stepped over it; false at the end. Runs of RUN_OTHER too. */
struct index_run {
	enum run_class class;
	size_t begin;
	size_t end;
	size_t characters;
};
bool index_next_run(const char *text, size_t length, size_t *at, struct index_run *out);
/* How many bytes the first `characters` of the text have, `max_bytes` at most. */
size_t index_first(const char *text, size_t length, size_t characters, size_t max_bytes);

/* Calls `each` for every term in the order of the text until it returns other than 0, and
 * returns that. A term may come several times, and has INDEX_TERM_BYTES at most. */
typedef int index_term(void *ctx, const char *term, size_t length);
int index_terms(const char *text, size_t length, index_term *each, void *ctx);

/* The mark of a customer's timeline, found as a whole only. */
void index_customer_term(uint64_t timeline, char out[static INDEX_CUSTOMER_BYTES]);

/* What is looked for by its beginning: one Han character begins pairs, or is the last of a run;
 * a letter or a digit begins prefix terms of two; five characters of a word begin words. For
 * terms that are found so, the length of the head under which they are kept together (the first
 * character; the first four of a word), else 0. */
size_t index_head(const char *term, size_t length);

#endif
