/* The file format of the signed heads. One record a line:
 *
 * {"version":2,"at":…,"node":1,"from":1,"n":500,"facts":"…","heads":[["7001","12"],…],
 *  "feed":"…","audit":"…","audit_hash":"…","previous":"…","signature":"…"}
 *
 * facts: the first 8 bytes of the hash of each fact from..n, so that the first one that was
 * rewritten is known by its number; feed: a digest over all whole hashes so far, so that 8 bytes
 * need not be trusted (in records without a version: made step by step); heads: the timelines that grew, with their seq, so that a tail that was
 * cut off is known; previous: SHA-256 of the line before. The signature covers the line up to
 * itself. */
#ifndef STORE_HEADS_LOG_H
#define STORE_HEADS_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/err.h"

enum {
	HEADS_VERSION = 2,
	HEADS_PREFIX_SIZE = 8,
	HEADS_FACTS_MAX = 8192, /* in one record */
	HEADS_LINE_MAX = 1024 * 1024,
};

struct arena;
struct buf;
struct heads_key;

struct signed_head {
	uint64_t timeline;
	uint64_t seq;
};

struct heads_record {
	int64_t version; /* HEADS_VERSION is written; 1 is read, too */
	int64_t at;
	unsigned node;
	uint64_t from; /* n + 1: no facts */
	uint64_t n;
	const uint8_t *prefixes; /* (n - from + 1) * HEADS_PREFIX_SIZE bytes */
	const struct signed_head *heads;
	size_t head_count;
	uint8_t feed[DIGEST_SIZE];
	uint64_t audit;
	uint8_t audit_hash[DIGEST_SIZE];
	uint8_t previous[DIGEST_SIZE];
};

/* The digest over the feed, brought on by the facts of one record: count * DIGEST_SIZE bytes. */
void heads_feed_add(int64_t version, uint8_t feed[static DIGEST_SIZE],
	const uint8_t *hashes, size_t count);

/* Appends the signed line with its newline. */
void heads_record_encode(const struct heads_record *r, const struct heads_key *key,
	struct buf *out);
/* A line without its newline. `key` NULL: the signature is not checked. ERR_CORRUPT: it is not
 * one of ours, or was changed. */
MUST_CHECK enum err
heads_record_decode(const char *line, size_t length, const struct heads_key *key,
	struct arena *a, struct heads_record *out, struct error *e);

#define HEADS_PATH_SIZE 1024
MUST_CHECK enum err heads_log_path(const char *data_dir, unsigned node,
	char out[static HEADS_PATH_SIZE], struct error *e);

#endif
