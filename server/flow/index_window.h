/* The facts that this process committed last, for the thread that feeds the search index: what
 * is at hand here need not be read from the database again. A convenience only: whatever is
 * missing is read there, and what nobody takes makes room for newer facts.
 *
 * put: loop thread. take: the thread that feeds. */
#ifndef FLOW_INDEX_WINDOW_H
#define FLOW_INDEX_WINDOW_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct fact;
struct index_window;
struct searchable;

struct index_window *index_window_create(void);
void index_window_destroy(struct index_window *w); /* NULL is fine */

/* As they are published: in the order of their numbers. Copies what it needs. */
void index_window_put(struct index_window *w, const struct fact *f);

/* Where nobody can use what is here, it must not take room. The thread that feeds. */
void index_window_clear(struct index_window *w);

/* Facts whose numbers follow one another, of one block of the index; with the unit that counted
 * when they were committed. */
struct index_run {
	struct searchable *facts;
	size_t count;
	struct arena *texts; /* in which the strings are */
};
/* NULL: the fact `from` is not here. *begins is the oldest that is, 0: none. */
struct index_run *
index_window_take(struct index_window *w, uint64_t from, uint64_t *begins);
void index_run_destroy(struct index_run *r); /* NULL is fine */

#endif
