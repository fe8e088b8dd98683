#include "api/standings.h"

#include <stdlib.h>

#include "api/directory.h"
#include "base/arena.h"
#include "base/map.h"

struct standing {
	enum staff_role role;
	uint64_t unit;
	int64_t password_at;
	bool active;
};

struct standings {
	struct map by_staff;
};

struct standings *
standings_create(void)
{
	struct standings *s = xcalloc(1, sizeof(*s));

	map_init(&s->by_staff);
	return s;
}

void
standings_destroy(struct standings *s)
{
	size_t position = 0;
	uint64_t staff;
	void *standing;

	if (s == NULL) {
		return;
	}
	while (map_next(&s->by_staff, &position, &staff, &standing)) {
		free(standing);
	}
	map_fini(&s->by_staff);
	free(s);
}

static bool
same_standing(const struct standing *a, const struct staff *b)
{
	return a->role == b->role && a->unit == b->unit && a->password_at == b->password_at &&
		a->active == b->active;
}

void
standings_read(struct standings *s, const struct directory *d, standing_changed *changed,
	void *ctx)
{
	for (size_t i = 0; i < directory_staff_count(d); i++) {
		const struct staff *staff = directory_staff_at(d, i);
		struct standing *standing = map_get(&s->by_staff, staff->id);
		bool differs = standing != NULL && !same_standing(standing, staff);

		if (standing == NULL) {
			standing = xcalloc(1, sizeof(*standing));
			map_put(&s->by_staff, staff->id, standing);
		}
		*standing = (struct standing){staff->role, staff->unit, staff->password_at,
			staff->active};
		if (differs) {
			changed(ctx, staff->id);
		}
	}
}
