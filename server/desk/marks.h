/* Watermarks on their way to the store. People scroll and messages are many, so only the
 * newest mark of a (timeline, party) is written, after a short while; that an entry was
 * delivered to the house may wait longest. Lost ones come again with the next.
 * Loop thread only. */
#ifndef DESK_MARKS_H
#define DESK_MARKS_H

#include <stddef.h>
#include <stdint.h>

struct actor;
struct marks;
struct outcome;
struct store;
struct wheel;

/* After the commit; `o` has the watermarks as they are now. */
typedef void marks_committed(void *ctx, uint64_t customer, uint64_t timeline,
	uint64_t party, const struct outcome *o);

struct marks *marks_create(struct store *store, struct wheel *wheel,
	marks_committed *committed, void *ctx);
/* What was not written yet is dropped. No committed callback comes after this, so destroy it
 * after the store. NULL is fine. */
void marks_destroy(struct marks *m);
/* As in struct mark_change; customer is the primary, for whoever is told later. */
void marks_put(struct marks *m, const struct actor *actor, uint64_t customer,
	uint64_t timeline, uint64_t party, uint64_t delivered, uint64_t seen);
/* What waits to be written of it: newer than what the store says. 0: nothing. */
uint64_t marks_delivered(const struct marks *m, uint64_t timeline, uint64_t party);
void marks_flush(struct marks *m); /* now: before stopping */
size_t marks_waiting(const struct marks *m);

#endif
