/* One transaction in the making. Changes are applied to it one by one; facts, keys, audit rows and
 * conversations gather in memory and go to the database by a flush: at the end, or before a
 * statement that has to see them. Writer thread only.
 *
 * A batch may be begun while the one before it is still on its way: in memory it stands on what
 * that one did, and before its own first statement it has that one ended (batch.turn).
 *
 * An apply function returns the code of its change: a refusal leaves no trace and the batch goes
 * on. When a statement fails the batch itself has failed (batch.failed), whatever is returned. */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/id.h"
#include "base/json.h"
#include "base/map.h"
#include "model/fact.h"
#include "store/driver.h"
#include "store/heads.h"
#include "store/job.h"

struct arena;
struct dedupe_recent;
struct head;
struct mark_cache;
struct store_conf;

struct pending_fact {
	struct fact *fact;
	uint64_t pub; /* the newest of the customer's numbers, this fact included */
	/* filled by facts_link() */
	uint8_t salt[FACT_SALT_SIZE];
	uint8_t body_digest[DIGEST_SIZE];
	uint8_t hash[DIGEST_SIZE];
};

struct pending_key {
	struct job *job; /* NULL: a key besides that of the change, e.g. of a nonce */
	const uint8_t *key;
	uint64_t fact;
};

struct pending_audit {
	uint64_t id;
	int64_t at;
	const struct change *change; /* actor and address */
	const char *action;
	const char *subject_kind;
	uint64_t subject;
	const char *detail;
	uint8_t hash[DIGEST_SIZE];
};

struct visitor_entry {
	uint64_t channel;
	uint64_t customer;
};

void visitors_clear(struct map *visitors);

/* What the writer knows of its node; a batch works on a copy that replaces it on commit. */
struct position {
	uint64_t n;    /* newest fact */
	uint64_t tick; /* transactions so far */
	uint64_t audit;
	uint8_t audit_hash[DIGEST_SIZE];
};

struct batch;

/* Ends the batch before. ERR_OK: it is committed, and b->db was set and its transaction begun. */
typedef enum err batch_turn(void *ctx, struct batch *b);

struct batch {
	/* lent by the writer */
	const struct store_conf *conf;
	struct store_conn *db;
	struct heads *heads;
	struct id_source *ids;
	struct dedupe_recent *recent;
	struct mark_cache *marks;
	struct map *visitors; /* id → struct visitor_entry */

	const struct batch *before; /* not ended yet; NULL: it is */
	batch_turn *turn;
	void *turn_ctx;

	struct arena *arena; /* lives until the struct's next batch begins */
	int64_t now;
	struct position start;
	struct position position;
	bool facts_started; /* their statement is not answered yet */
	enum err failed;
	struct error error;
	bool duplicates; /* the flush met keys that others had: their jobs are marked */

	struct pending_fact *facts;
	size_t fact_count;
	size_t fact_flushed;
	size_t fact_capacity;
	struct pending_key *keys;
	size_t key_count;
	size_t key_flushed;
	size_t key_capacity;
	struct map key_map; /* second half of a key → job */
	struct pending_audit *audits;
	size_t audit_count;
	size_t audit_flushed;
	size_t audit_capacity;
	struct conversation *closed; /* pushed out of their heads by a newer one */
	size_t closed_count;
	size_t closed_flushed;
	size_t closed_capacity;
	struct head **dirty; /* whose conversations are being written */
	size_t dirty_capacity;

	struct value *values; /* the rows of the statement that is being run */
	size_t value_capacity;
	struct value *fact_values; /* those of the facts, made while the keys are written */
	size_t fact_value_capacity;
	uint64_t channel; /* whose unit is known: new customers mostly share it; 0: none */
	uint64_t channel_unit;
	struct field *fields; /* that the house defined, read once a batch; NULL: not yet */
	size_t field_count;
	bool outbox_known; /* whether any channel uses the outbox was looked up */
	bool outbox_used;
	bool mailbox_known; /* whether there is one to answer visitors from was looked up */
	uint64_t mailbox;   /* 0: none */
	const char *mailbox_address;
	struct buf body; /* of the fact that is being built */
	struct json_writer json;
	uint8_t *salts; /* random bytes in stock */
	size_t salt_count;
};

void batch_init(struct batch *b, const struct store_conf *conf, struct heads *heads,
	struct id_source *ids, struct dedupe_recent *recent, struct mark_cache *marks,
	struct map *visitors);
void batch_fini(struct batch *b);

MUST_CHECK enum err
batch_begin(struct batch *b, struct store_conn *db, const struct position *start);
/* While the batch before is on its way. */
void batch_begin_behind(struct batch *b, const struct batch *before, batch_turn *turn,
	void *ctx);
/* Has the batch before ended; nothing if it is. A failure is kept in b->failed. */
MUST_CHECK enum err batch_take_turn(struct batch *b);
/* Flushes all. The answer to the last statement is still to come: other batches may be begun
 * behind this one meanwhile. */
MUST_CHECK enum err batch_send(struct batch *b);
/* Afterwards: counts the transaction in the feed row and commits. */
MUST_CHECK enum err batch_commit(struct batch *b);

/* Says that another process writes under our number; ERR_CORRUPT. */
enum err batch_refuse_number(struct batch *b);

/* Statements of the transaction; a failure is kept in b->failed. `args` has one row. */
MUST_CHECK enum err batch_run(struct batch *b, enum statement s, const struct value *args,
	uint64_t *affected);
MUST_CHECK enum err
batch_read(struct batch *b, enum statement s, const struct value *args, struct rows *out);
/* Makes what has gathered visible to the statements that follow. */
MUST_CHECK enum err batch_flush(struct batch *b);

uint64_t batch_id(struct batch *b);
void batch_key(struct batch *b, struct job *j, const uint8_t *key, uint64_t fact);
/* A conversation that leaves its head. */
void batch_close_conversation(struct batch *b, const struct conversation *c);
/* Strings must live as long as the job. */
void batch_audit(struct batch *b, const struct job *j, const char *action,
	const char *subject_kind, uint64_t subject, const char *detail);

/* Begins the JSON body of the next fact; the writer is b->json, inside the object. */
struct json_writer *batch_body(struct batch *b);

void audit_hash(const struct audit_row *row, const uint8_t previous[static DIGEST_SIZE],
	uint8_t out[static DIGEST_SIZE]);

#endif
