/* What leaves the house is checked here, in one place for all ways: agents' messages, those of
 * programs, mails, automatic answers. The phrases are compiled by a worker and swapped in; a
 * check takes microseconds on the loop. Loop thread only. */
#ifndef FLOW_OUTGOING_H
#define FLOW_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/phrase.h"

struct arena;
struct change;
struct outgoing;
struct store;
struct store_conf;
struct workers;

struct outgoing *outgoing_create(struct store *store, struct workers *workers);
void outgoing_destroy(struct outgoing *o); /* NULL is fine */
/* Before the loop runs: nothing leaves unchecked. */
MUST_CHECK enum err
outgoing_load(struct outgoing *o, const struct store_conf *conf, struct error *e);
/* Reads and compiles the phrases anew, after each change of them. */
void outgoing_reload(struct outgoing *o);
typedef void outgoing_ready(void *ctx);
/* The same; `ready` is called once what is in the database now is what is checked. */
void outgoing_reload_then(struct outgoing *o, outgoing_ready *ready, void *ctx);

enum outgoing_verdict {
	OUTGOING_FREE = 0, /* may leave; what was found is noted in the change */
	OUTGOING_WARNED,   /* not before its author has acknowledged */
	OUTGOING_BLOCKED,
};

struct outgoing_result {
	enum outgoing_verdict verdict;
	const struct phrase_found *found; /* in the arena of the change */
	size_t found_count;
	const char *text; /* that was checked */
};

/* Of any change: only messages of the house that are no history are looked at. Sets post.found
 * of those that may leave. */
void outgoing_check(struct outgoing *o, struct change *c, struct outgoing_result *out);
/* For a person: what is wrong. */
void outgoing_explain(const struct outgoing_result *r, char *out, size_t size);

/* Of a text that nobody sends: what would be found in it; at most OUTGOING_FOUND_MAX. */
#define OUTGOING_FOUND_MAX 50
size_t outgoing_find(struct outgoing *o, const char *text, struct arena *a,
	const struct phrase_found **out);
/* Of what is said without anybody to ask: false when something in it is to be blocked; else
 * each phrase that is to be noted, once. */
bool outgoing_unasked(struct outgoing *o, const char *text, struct arena *a,
	const struct phrase_found **out, size_t *count);

#endif
