#include "base/arena.h"
#include "store/verify_private.h"

enum err
verify_late(struct verification *v, struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {value_i64(VERIFY_PAGE)};
	struct rows r = {0};
	enum err err = v->db->driver->read(v->db, STATEMENT_LATE_MISSING, args, a, &r, e);

	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		const struct value *row = rows_at(&r, i);

		verify_broken(v, value_as_id(&row[0]), value_as_id(&row[1]), value_as_id(&row[2]),
			"it is not shown: its time differs from its commit, but late_fact lacks it");
	}
	arena_destroy(a);
	return err;
}
