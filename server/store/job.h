/* One change on its way through the writer. Lies in the arena of its change. */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "model/change.h"
#include "store/store.h"

enum { DEDUPE_KEY_SIZE = 24 };

struct job {
	struct queue_node node;
	struct change *change;
	store_done *done;
	void *ctx;
	struct outcome outcome;
	struct fact **facts; /* owned until the drain is over */
	size_t fact_count;
	size_t fact_capacity;
	bool has_key;
	bool key_taken; /* the key was inserted with the first fact of this job */
	uint8_t key[DEDUPE_KEY_SIZE];
	uint64_t duplicate_of; /* found committed: the fact that has our key; 0: not known */
};

/* Takes ownership of the change. */
struct job *job_create(struct change *change, store_done *done, void *ctx);
void job_reset(struct job *j); /* forgets all effects, for another attempt */
void job_add_fact(struct job *j, struct fact *f); /* takes the reference */
void job_destroy(struct job *j);                  /* puts the facts, ends the change */
/* Fills the outcome and returns code. */
enum err job_refuse(struct job *j, enum err code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
