#include "search_corpus.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "knowledge/utf8_step.h"

enum {
	HAN_WORDS = 6000,
	LATIN_WORDS = 4000,
	SENTENCES = 4000, /* of each language; people say the same again and again */
	SENTENCE_BYTES = 160,
	WORD_BYTES = 24,
	FREQUENT = 20,
	MINUTE_MS = 60 * 1000,
};

const char *const corpus_classes[CORPUS_CLASSES] = {"two characters", "three characters",
	"phrase", "frequent", "two words", "word", "prefix of 3", "prefix of 5",
	"one character", "customer", "month", "one unit of 300", "deep",
	"phrase that is not there"};

static char han_words[HAN_WORDS][WORD_BYTES];
static char latin_words[LATIN_WORDS][WORD_BYTES];
static char han_sentences[SENTENCES][SENTENCE_BYTES];
static char latin_sentences[SENTENCES][SENTENCE_BYTES];
static uint64_t entry_count;

static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static uint64_t
below(uint64_t *state, uint64_t limit)
{
	return next(state) % limit;
}

/* The first are frequent, the last rare. */
static uint64_t
skewed(uint64_t *state, uint64_t limit, double power)
{
	double u = (double)(next(state) >> 11) * 0x1p-53;

	return (uint64_t)((double)limit * pow(u, power));
}

static void
make_han_word(uint64_t *state, char *out)
{
	for (uint64_t n = 2 + below(state, 2); n > 0; n--) {
		out += utf8_put(out, 0x4E00 + (uint32_t)skewed(state, 5000, 2));
	}
	*out = '\0';
}

static void
make_latin_word(uint64_t *state, char *out)
{
	for (uint64_t n = 1 + below(state, 4); n > 0; n--) {
		*out++ = "bcdfghklmnprstvw"[skewed(state, 16, 1.3)];
		*out++ = "aeiou"[skewed(state, 5, 1.3)];
	}
	*out = '\0';
}

static void
make_sentence(uint64_t *state, char (*words)[WORD_BYTES], uint64_t count,
	const char *between, char *out)
{
	size_t length = 0;

	for (uint64_t n = 3 + below(state, 5); n > 0; n--) {
		length += (size_t)snprintf(out + length, SENTENCE_BYTES - length, "%s%s",
			length > 0 ? between : "", words[skewed(state, count, 2.5)]);
		if (length + WORD_BYTES >= SENTENCE_BYTES) {
			return;
		}
	}
}

void
corpus_begin(uint64_t entries)
{
	uint64_t state = 7;

	entry_count = entries;
	for (size_t i = 0; i < HAN_WORDS; i++) {
		make_han_word(&state, han_words[i]);
	}
	for (size_t i = 0; i < LATIN_WORDS; i++) {
		make_latin_word(&state, latin_words[i]);
	}
	for (size_t i = 0; i < SENTENCES; i++) {
		make_sentence(&state, han_words, HAN_WORDS, "", han_sentences[i]);
		make_sentence(&state, latin_words, LATIN_WORDS, " ", latin_sentences[i]);
	}
}

static void
put(struct corpus_entry *e, const char *text)
{
	size_t length = strlen(text);

	if (e->length + length < CORPUS_TEXT_BYTES) {
		memcpy(e->text + e->length, text, length + 1);
		e->length += length;
	}
}

static void
put_number(struct corpus_entry *e, uint64_t *state)
{
	char text[40];

	snprintf(text, sizeof(text), " %d%09llu", 13 + (int)below(state, 6),
		(unsigned long long)below(state, 1000000000));
	put(e, text);
}

void
corpus_entry(uint64_t number, struct corpus_entry *out)
{
	uint64_t state = number * 0xD1342543DE82EF95u + 77;
	uint64_t sentences = 1 + below(&state, 3);

	out->number = number;
	out->customer = 1 + skewed(&state, entry_count / 8 + 10, 1.8);
	out->unit = 1 + (uint32_t)skewed(&state, CORPUS_UNITS, 1.5);
	out->at = 1700000000000 + (int64_t)number * MINUTE_MS;
	out->length = 0;
	if (below(&state, 10) == 0) {
		sentences *= 8;
	}
	if (below(&state, 4) > 0) {
		for (uint64_t i = 0; i < sentences; i++) {
			put(out, han_sentences[skewed(&state, SENTENCES, 2)]);
			put(out, "，");
		}
		put(out, han_words[below(&state, HAN_WORDS)]);
	} else {
		for (uint64_t i = 0; i < sentences; i++) {
			put(out, latin_sentences[skewed(&state, SENTENCES, 2)]);
			put(out, ". ");
		}
	}
	if (below(&state, 5) < 2) {
		put_number(out, &state);
	}
}

/* --- queries ------------------------------------------------------------------------------ */

/* So many neighbouring Han characters of some entry. */
static void
take_han(uint64_t *state, size_t wanted, char *out)
{
	static struct corpus_entry e;

	for (;;) {
		size_t at = 0;
		size_t begin = 0;
		size_t found = 0;
		size_t skip;

		corpus_entry(1 + below(state, entry_count), &e);
		skip = below(state, 12);
		while (at < e.length && found < wanted) {
			size_t before = at;
			uint32_t c = utf8_next(e.text, &at);

			if (c < 0x4E00 || c > 0x9FFF) {
				found = 0;
			} else if (skip > 0) {
				skip--;
			} else {
				begin = found++ == 0 ? before : begin;
			}
		}
		if (found == wanted) {
			snprintf(out, CORPUS_QUERY_BYTES, "%.*s", (int)(at - begin), e.text + begin);
			return;
		}
	}
}

static void
take_word(uint64_t *state, size_t least, size_t most, char *out)
{
	const char *word;

	do {
		word = latin_words[skewed(state, LATIN_WORDS, 2)];
	} while (strlen(word) < least);
	snprintf(out, CORPUS_QUERY_BYTES, "%.*s", (int)most, word);
}

static void
take_frequent(uint64_t *state, char *out)
{
	snprintf(out, CORPUS_QUERY_BYTES, "%s", han_words[below(state, FREQUENT)]);
}

/* Both halves are there, not beside each other. */
static void
take_absent(uint64_t *state, char *out)
{
	snprintf(out, CORPUS_QUERY_BYTES, "%s%s%s", han_words[below(state, 200)],
		han_words[HAN_WORDS - 1 - below(state, 200)], han_words[below(state, 200)]);
}

static void
take_two(uint64_t *state, char *out)
{
	char second[CORPUS_QUERY_BYTES];

	take_frequent(state, out);
	take_frequent(state, second);
	snprintf(out + strlen(out), CORPUS_QUERY_BYTES - strlen(out), " %.40s", second);
}

void
corpus_query(size_t class, unsigned number, struct corpus_query *out)
{
	uint64_t state = class * 1000003 + number * 101 + 5;
	int64_t month = (int64_t)(entry_count / 24) * MINUTE_MS;

	*out = (struct corpus_query){.class = corpus_classes[class]};
	switch (class) {
	case 0:
	case 1:
		take_han(&state, 2 + class, out->text);
		return;
	case 2:
		take_han(&state, 4 + below(&state, 3), out->text);
		return;
	case 4:
		take_two(&state, out->text);
		return;
	case 5:
		take_word(&state, 2, WORD_BYTES, out->text);
		return;
	case 6:
	case 7:
		take_word(&state, class == 6 ? 4 : 6, class == 6 ? 3 : 5, out->text);
		return;
	case 8:
		take_han(&state, 1, out->text);
		return;
	case 13:
		take_absent(&state, out->text);
		return;
	default:
		take_frequent(&state, out->text);
	}
	if (class == 9) {
		out->customer = 1 + skewed(&state, entry_count / 8 + 10, 1.8);
	} else if (class == 10) {
		out->from = 1700000000000 + (int64_t)below(&state, 23) * month;
		out->to = out->from + month;
	} else if (class == 11) {
		out->unit = 1 + (uint32_t)below(&state, CORPUS_UNITS);
	} else if (class == 12) {
		out->to = 1700000000000 + 6 * month + (int64_t)below(&state, 6) * month;
	}
}
