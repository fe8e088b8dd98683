/* Many words found in one pass over a text, however many there are (Aho and Corasick, 1975).
 * Immutable once made; any thread reads. About 20 bytes a node; a node is a character of a word
 * that is not shared with another word's beginning. */
#ifndef KNOWLEDGE_AUTOMATON_H
#define KNOWLEDGE_AUTOMATON_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct automaton;

#define AUTOMATON_BYTES_MAX (256u << 20) /* of all words together */

/* `words`: valid UTF-8, none empty; copied. Equal words are one: same[i] becomes the lowest index
 * of a word equal to words[i], and only that one is reported. ERR_INVALID: too many. */
MUST_CHECK enum err automaton_create(const struct slice *words, size_t count,
	uint32_t *same, struct automaton **out, struct error *e);
void automaton_destroy(struct automaton *a); /* NULL is fine */

/* `text`: valid UTF-8. Every place of every word, in the order of their ends and the longer
 * before the shorter. Steps are linear in the text, whatever it is. */
typedef void (*automaton_found)(void *context, uint32_t word, size_t begin, size_t end);
void automaton_scan(const struct automaton *a, const char *text, size_t length,
	automaton_found found, void *context);

size_t automaton_bytes(const struct automaton *a); /* what it takes */

#endif
