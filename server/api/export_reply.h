/* How every export ends: it is written in the audit, then its file is sent. Loop thread. */
#ifndef API_EXPORT_REPLY_H
#define API_EXPORT_REPLY_H

#include <stddef.h>

struct arena;
struct change;
struct exchange;

struct export_reply {
	const char *path;
	const char *disposition; /* header: attachment, and what the file is called */
	const char *type;
};

/* What was asked for, of these parameters of the query, for the audit; "all" when nothing. */
const char *export_wishes(struct exchange *x, struct arena *a, const char *const *names,
	size_t count);
/* Owns `audit`, a CHANGE_AUDIT; the texts of `reply` are copied. */
void
export_finish(struct exchange *x, struct change *audit, const struct export_reply *reply);

#endif
