/* Phrases that must not leave the house (保本, 稳赚 ...), all found in one pass. Immutable,
 * counted by references; any thread reads. */
#ifndef KNOWLEDGE_PHRASE_SET_H
#define KNOWLEDGE_PHRASE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct phrase_set;

enum phrase_action {
	PHRASE_FLAG = 1,  /* sent; the supervisor sees it */
	PHRASE_WARN = 2,  /* sent only when the agent says so again; that is recorded */
	PHRASE_BLOCK = 3, /* never sent */
};

struct phrase {
	uint64_t id;
	const char *text;
	enum phrase_action action;
	const char *advice; /* shown to the agent; "" none */
	const char *const
		*except; /* not where it is part of one of these: 不保本; may be none */
	size_t except_count;
};

struct phrase_hit {
	const struct phrase *phrase; /* lives as long as the set */
	size_t begin;                /* bytes of the text that was checked */
	size_t end;
};

MUST_CHECK enum err phrase_set_create(const struct phrase *phrases, size_t count,
	struct phrase_set **out, struct error *e);
struct phrase_set *phrase_set_get(struct phrase_set *s);
void phrase_set_put(struct phrase_set *s); /* NULL is fine */

/* In order of place; the strictest action of them in *action (0: none found). Sees through
 * white space, full width, traditional characters and zero-width characters within a phrase. */
void
phrase_check(const struct phrase_set *s, const char *text, size_t length, struct arena *a,
	const struct phrase_hit **hits, size_t *count, enum phrase_action *action);

#endif
