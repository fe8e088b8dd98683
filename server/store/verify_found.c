/* What readers find facts by, beside their numbers. */
#include "base/arena.h"
#include "store/verify_private.h"

/* The statement gives timeline, seq and id of what is wrong. */
static enum err
report(struct verification *v, enum statement s, const char *reason, struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {value_i64(VERIFY_PAGE)};
	struct rows r = {0};
	enum err err = v->db->driver->read(v->db, s, args, a, &r, e);

	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		const struct value *row = rows_at(&r, i);

		verify_broken(v, value_as_id(&row[0]), value_as_id(&row[1]), value_as_id(&row[2]),
			"%s", reason);
	}
	arena_destroy(a);
	return err;
}

enum err
verify_late(struct verification *v, struct error *e)
{
	return report(v, STATEMENT_LATE_MISSING,
		"it is not shown: its time differs from its commit, but late_fact lacks it", e);
}

enum err
verify_steps(struct verification *v, struct error *e)
{
	enum err err = report(v, STATEMENT_STEPS_MISSING,
		"public_step lacks it: the customer's numbers may come twice", e);

	return err == ERR_OK
		? report(v, STATEMENT_STEPS_WRONG,
			  "public_step is wrong: the customer may not see entries", e)
		: err;
}
