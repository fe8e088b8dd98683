/* The whole history of one customer on its way to a file: what the steps of an export share.
 * Made on the loop thread, then touched by one reader thread at a time. */
#ifndef API_HISTORY_EXPORT_H
#define API_HISTORY_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "model/customer.h"
#include "store/read.h"

struct arena;
struct buf;
struct fact;
struct reader;

struct history_end {
	uint64_t seq; /* of the last fact */
	uint64_t found;
	uint8_t hash[DIGEST_SIZE];
};

struct history_export {
	/* wished */
	uint64_t customer_id;
	bool json;
	bool notes; /* with what customers never see */
	bool english;
	int64_t offset_minutes; /* of the reader's clock, east of UTC */
	const char *data_dir;   /* holds the key that signs */
	const char *path;
	const char *parts; /* HTML: entries as they are read, newest first */
	const char *index; /* HTML: where each begins, 8 bytes */
	const char *by;    /* who asked */
	int64_t at;

	/* read once */
	struct customer customer;
	struct contact_point *contacts;
	size_t contact_count;
	struct staff *staff;
	size_t staff_count;
	struct timeline_end *timelines;
	size_t timeline_count;
	struct history_end *ends; /* of the timelines, as far as they were read */

	/* where it stands */
	bool begun;
	size_t timeline;
	uint64_t seq;
	int64_t before_at;
	uint64_t before_id;
	bool gathered;    /* HTML: all entries lie in `parts` */
	int64_t to_place; /* HTML: entries that are not in the document yet */
	uint64_t entries; /* shown */
	uint64_t withheld;
	uint64_t missing; /* facts that should be there and were not found */
	bool ended;
};

/* Facts that only the house sees: notes, tags, changes of the profile, what was noted about a
 * call or a meeting. */
bool history_internal(const struct fact *f);

/* One step on a reader thread; again until ended. */
MUST_CHECK enum err history_json_step(struct history_export *x, struct reader *reader,
	struct arena *a, struct error *e);
MUST_CHECK enum err history_html_step(struct history_export *x, struct reader *reader,
	struct arena *a, struct error *e);

/* The pieces of the HTML document. Pure. */
void history_html_head(const struct history_export *x, struct buf *out);
void
history_html_entry(const struct history_export *x, const struct fact *f, struct buf *out);
/* In the place of an entry whose text cannot be told. */
void history_html_unreadable(const struct history_export *x, const struct fact *f,
	struct buf *out);
void history_html_tail(const struct history_export *x, struct buf *out);

#endif
