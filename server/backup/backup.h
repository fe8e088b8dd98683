/* Everything that an installation is made of in one archive, and back. Works beside a running
 * server: the database is read as of one moment, in one transaction that nobody waits for.
 *
 * In the archive, in this order: the head; the signed heads as they were before that moment (so
 * that they never promise more than the database holds); all tables, in pieces; the uploaded
 * files; the keys; the closing member with what must be there. The private keys are in it only
 * when it is sealed by a passphrase: a file that somebody finds then opens nothing. Who is logged
 * in is never in it.
 *
 * Blocking; for commands. */
#ifndef BACKUP_BACKUP_H
#define BACKUP_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct store_conf;

/* Now and then; `total` is 0 where it is not known. */
typedef void
backup_progress(void *ctx, uint64_t rows, uint64_t files, uint64_t bytes, uint64_t total);

/* What an archive says of itself, or what was put into it. */
struct backup_facts {
	int schema;
	int64_t created_at;
	char program[24]; /* "0.1.0" */
	char driver[16];  /* "sqlite" */
	bool sealed;
	bool has_keys;
	uint64_t rows;
	uint64_t entries; /* rows of table fact */
	uint64_t files;
	uint64_t damaged; /* files whose bytes are not those that were uploaded */
	uint64_t bytes;   /* of the archive */
};

struct backup_plan {
	const struct store_conf *store; /* with its data_dir */
	const char *path;               /* the archive; nothing may be there */
	const char *passphrase;         /* NULL: not sealed */
	const char *program;
	backup_progress *progress; /* may be NULL */
	void *ctx;
};

/* ERR_CONFLICT: the name is taken. ERR_UNAVAILABLE: database or disk; nothing is left then. */
MUST_CHECK enum err
backup_make(const struct backup_plan *plan, struct backup_facts *out, struct error *e);

/* Reads all of an archive and compares every digest. ERR_CORRUPT names the file. */
MUST_CHECK enum err backup_check(const char *path, const char *passphrase,
	backup_progress *progress, void *ctx, struct backup_facts *out, struct error *e);

struct restore_plan {
	const struct store_conf *store; /* the target, with its data_dir */
	const char *path;
	const char *passphrase;
	const char *keys; /* a folder with the keys, for an archive without; NULL: none */
	bool new_keys;    /* or go on with new ones */
	bool force;       /* empty the target first: what was there is set aside or dropped */
	backup_progress *progress;
	void *ctx;
};

/* Into an empty data folder and database, which no server uses; `facts` are those of
 * backup_check(). ERR_CONFLICT: there is something already. On failure the target is empty
 * again. Brings the schema up to date. */
MUST_CHECK enum err restore_load(const struct restore_plan *plan,
	const struct backup_facts *facts, struct error *e);
/* With new keys the old signed heads cannot go on: puts them aside. After verifying. */
MUST_CHECK enum err restore_set_heads_aside(const char *data_dir, struct error *e);

#endif
