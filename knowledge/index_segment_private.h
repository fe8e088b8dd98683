/* What index_segment.c and index_segment_write.c share: the layout of the file. */
#ifndef KNOWLEDGE_INDEX_SEGMENT_PRIVATE_H
#define KNOWLEDGE_INDEX_SEGMENT_PRIVATE_H

#include "knowledge/fold.h"
#include "knowledge/index_segment.h"

/* "TLSEGM" and a number of the layout; another one, or other bytes first, is another file. */
#define INDEX_SEGMENT_MAGIC UINT64_C(0x00014d4745534c54)

enum {
	/* Of what makes the terms: texts folded in another way have others. */
	INDEX_SEGMENT_VERSION = INDEX_TOKENIZER_VERSION * 1000 + FOLD_VERSION,
	INDEX_PAGE_BYTES = 4096, /* a page ends with the term that passes it */
};

struct index_segment_head {
	uint64_t magic;
	uint64_t length; /* of the file */
	uint64_t keys;   /* where the first terms of the pages begin */
	uint64_t table;  /* and the table */
	uint64_t mark;
	uint32_t pages;
	uint32_t version;
	uint32_t first;
	uint32_t upto;
	uint32_t entries;
	uint32_t checksum; /* of the head with 0 here */
};

/* A first term ends where the next one begins. One entry more than there are pages. */
struct index_segment_page {
	uint64_t begin; /* from the beginning of the file */
	uint64_t key;
};

uint32_t index_segment_checksum(const struct index_segment_head *head);

#endif
