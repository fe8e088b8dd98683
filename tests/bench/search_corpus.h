/* Made-up transcripts for the search bench: entry i is a function of i alone, so that nobody has
 * to keep a million texts. Three in four are Chinese, one in ten is long, some have numbers in
 * them; few sentences are frequent, most are rare. */
#ifndef BENCH_SEARCH_CORPUS_H
#define BENCH_SEARCH_CORPUS_H

#include <stddef.h>
#include <stdint.h>

enum { CORPUS_TEXT_BYTES = 4096, CORPUS_UNITS = 300, CORPUS_QUERY_BYTES = 120 };

struct corpus_entry {
	uint64_t number; /* from 1 */
	uint64_t customer;
	uint32_t unit;
	int64_t at;
	size_t length;
	char text[CORPUS_TEXT_BYTES];
};

/* Entries in all: times and customers depend on it. Call it first. */
void corpus_begin(uint64_t entries);
void corpus_entry(uint64_t number, struct corpus_entry *out);

struct corpus_query {
	const char *class;
	char text[CORPUS_QUERY_BYTES];
	uint64_t customer; /* 0: any */
	uint32_t unit;     /* 0: any */
	int64_t from;      /* 0: open */
	int64_t to;
};

enum { CORPUS_CLASSES = 14 };
extern const char *const corpus_classes[CORPUS_CLASSES];
void corpus_query(size_t class, unsigned number, struct corpus_query *out);

#endif
