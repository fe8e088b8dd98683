/* Memory that lives as long as one request: allocate freely, free all at once.
 * Not shared between threads. Allocation failure aborts (we cannot serve without memory). */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_create(void);
void arena_destroy(struct arena *a); /* NULL is fine */
void arena_reset(struct arena *a);   /* keeps the first block for reuse */

void *arena_alloc(struct arena *a, size_t size); /* zeroed, max_align_t aligned */
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t length);
char *
arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Abort on failure; for the few long-lived objects outside an arena. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *text);

#endif
