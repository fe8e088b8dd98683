#include "model/change.h"

#include "base/arena.h"

/* The change lies in its own arena, so that one free ends both. */
struct change *
change_create(enum change_kind kind, const struct actor *actor)
{
	struct arena *a = arena_create();
	struct change *c = arena_alloc(a, sizeof(*c));

	c->kind = kind;
	c->arena = a;
	if (actor != NULL) {
		c->actor = *actor;
	}
	return c;
}

void
change_destroy(struct change *c)
{
	if (c != NULL) {
		arena_destroy(c->arena);
	}
}
