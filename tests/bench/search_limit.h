/* What a search could cost at best: postings of our own in memory, 128 numbers a block, read from
 * the newest, the rarest term leading. Nothing is durable, merged or erased; the same terms and
 * the same answers as the index. One thread. */
#ifndef BENCH_SEARCH_LIMIT_H
#define BENCH_SEARCH_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limit_index;

struct limit_index *limit_index_create(void);
void
limit_index_add(struct limit_index *l, uint32_t number, const char *text, size_t length);
void limit_index_seal(struct limit_index *l); /* no more is added */
uint64_t limit_index_bytes(const struct limit_index *l);
void limit_index_destroy(struct limit_index *l);

/* A term as the index wants it: exact, or the beginning of many. */
struct limit_term {
	char text[48];
	size_t length;
	bool begins;
};
/* Numbers from `last` down to `first` that have all terms, until `each` says false. */
typedef bool limit_found(void *ctx, uint32_t number);
void limit_index_search(const struct limit_index *l, const struct limit_term *terms,
	size_t count, uint32_t first, uint32_t last, limit_found *each, void *ctx);

#endif
