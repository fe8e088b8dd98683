/* Reads about who is who: merges, look-alikes, what stands on each side of a merge. As read.h:
 * on a reader thread, results in the caller's arena. */
#ifndef STORE_READ_IDENTITY_H
#define STORE_READ_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/actor.h"
#include "model/customer.h"
#include "model/merge.h"

struct arena;
struct reader;

#define LIKELY_MAX 5

/* Every merge that touched one of those read under this primary, newest first. */
MUST_CHECK enum err read_merges(struct reader *r, uint64_t primary, struct arena *a,
	struct merge **out, size_t *count, struct error *e);
MUST_CHECK enum err read_merge(struct reader *r, uint64_t id, struct arena *a,
	struct merge *out, struct error *e); /* ERR_NOT_FOUND */
/* All that are read under this primary, herself too. */
MUST_CHECK enum err read_members(struct reader *r, uint64_t primary, struct arena *a,
	uint64_t **out, size_t *count, struct error *e);

/* Why two customers may be the same person. */
struct likely_reason {
	const char *kind;  /* "phone" "email" "wechat" "name_company" "name_owner" */
	const char *value; /* the contact value or the name that both have */
	bool ours_proven;
	bool theirs_proven;
};
struct likely {
	struct customer customer; /* a primary within the scope */
	struct likely_reason *reasons;
	size_t reason_count;
};
/* By indexes alone: the ways to reach her and her name. Not those whom somebody called another
 * person, nor those with another customer number. At most LIKELY_MAX. */
MUST_CHECK enum err
read_likely(struct reader *r, const struct scope *scope, const struct customer *primary,
	struct arena *a, struct likely **out, size_t *count, struct error *e);

/* Whether somebody said that these two are not the same. */
MUST_CHECK enum err read_distinct(struct reader *r, uint64_t primary, uint64_t other,
	struct arena *a, bool *out, struct error *e);

struct side_counts {
	uint64_t conversations;
	uint64_t open;
	uint64_t calls;
	uint64_t files;
	int64_t last_at; /* 0: never */
};
MUST_CHECK enum err read_side_counts(struct reader *r, uint64_t primary, struct arena *a,
	struct side_counts *out, struct error *e);

#endif
