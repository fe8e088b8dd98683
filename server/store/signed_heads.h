/* Signed records of what the database held, written outside of it, so that whoever rewrites or
 * cuts history by SQL is found: see verify.c. Writer thread.
 *
 * <data_dir>/heads/<node>.log has one JSON line a record; each holds the digest of the line
 * before and is signed by the Ed25519 key <data_dir>/keys/heads.key. */
#ifndef STORE_SIGNED_HEADS_H
#define STORE_SIGNED_HEADS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct pending_fact;
struct position;
struct signer;
struct store_conf;
struct store_conn;

/* Reads the end of the log and catches up with what was committed after it. With a log that is
 * ahead of the database it complains loudly and signs nothing, so that the proof stays. */
MUST_CHECK enum err signer_create(const struct store_conf *conf, struct store_conn *db,
	const struct position *position, struct signer **out, struct error *e);
void signer_destroy(struct signer *s); /* NULL is fine */
void signer_add(struct signer *s, const struct pending_fact *facts, size_t count,
	const struct position *position);
/* Writes a record when one is due, or `now`. */
void signer_tick(struct signer *s, bool now);

#endif
