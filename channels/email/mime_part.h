/* The skeleton of a mail: its header fields and its tree of parts, as slices of the bytes as
 * they came. Ours instead of GMime's parser because the bounds must hold before memory is
 * spent: a mail of 25 MB may name millions of fields or parts. Whatever is broken is taken the
 * way mail programs take it: a boundary that never closes, one that is missing, a header
 * without its end. Everything lives in the arena, the slices in the caller's bytes. */
#ifndef CHANNELS_EMAIL_MIME_PART_H
#define CHANNELS_EMAIL_MIME_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

#define MIME_FIELDS_MAX 500              /* of one header; later ones are ignored */
#define MIME_FIELD_BYTES_MAX (64 * 1024) /* of one field; the rest of it is ignored */

struct mime_field {
	struct slice name;
	struct slice value; /* with its folds, without the last line end */
};

struct mime_part {
	struct mime_part *parent;
	struct mime_part *first; /* of a multipart */
	struct mime_part *last;
	struct mime_part *next;
	const struct mime_field *fields;
	size_t field_count;
	struct slice body;       /* encoded as it came */
	const char *type;        /* lower case, always with a slash */
	const char *charset;     /* "" when not given */
	const char *name;        /* the file's, UTF-8, as the sender gives it; "" */
	const char *report_type; /* of multipart/report */
	const char *content_id;  /* without brackets */
	bool attached;           /* Content-Disposition: attachment */
	bool flowed;             /* RFC 3676 */
	bool flowed_delete;
	unsigned depth;
};

struct mime_tree {
	struct mime_part *root;
	bool cut; /* parts beyond a bound were left out */
};

/* False: no header line at all. */
bool
mime_tree_read(const char *bytes, size_t length, struct arena *a, struct mime_tree *out);
/* A header and what follows it, without parameters and parts: for a mail inside a report. */
bool mime_header_read(struct slice bytes, struct arena *a,
	const struct mime_field **fields, size_t *count, struct slice *body);

/* The first (last: the one nearest the body) field of that name; NULL when there is none. */
const struct slice *mime_field(const struct mime_part *part, const char *name);
size_t mime_field_count(const struct mime_part *part, const char *name);
const struct slice *
mime_field_in(const struct mime_field *fields, size_t count, const char *name);
/* The next part in the order of the mail, NULL after the last. */
struct mime_part *mime_part_after(const struct mime_part *part);

#endif
