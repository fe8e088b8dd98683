#include "api/rows.h"

#include "api/input.h"
#include "base/arena.h"
#include "net/net.h"

static void
begin(struct http_request *rq, void *app, const struct row_resource *rows, bool json,
	exchange_step *start)
{
	struct exchange *x = exchange_create(rq, app, start);
	struct access *access = arena_alloc(x->arena, sizeof(*access));

	access->role = rows->role;
	access->json = json;
	x->rows = rows;
	exchange_identify(x, access);
}

static void
submit_read(struct exchange *x, struct change *c)
{
	struct input in;

	input_init(&in, x, c->arena);
	x->rows->read(x, &in, c);
	if (!exchange_refused(x, &in)) {
		exchange_submit(x, c, x->rows->stored, NULL);
	}
}

static void
start_create(struct exchange *x)
{
	struct change *c = exchange_change(x, x->rows->kind);

	x->status = 201;
	x->rows->mark(c, ROW_ADD, 0);
	submit_read(x, c);
}

/* A change of the row of the path; NULL: replied. */
static struct change *
change_of_path(struct exchange *x, enum row_action action)
{
	uint64_t id = exchange_id(x, "id");
	struct change *c;

	if (id == 0) {
		return NULL;
	}
	c = exchange_change(x, x->rows->kind);
	x->rows->mark(c, action, id);
	return c;
}

static void
start_edit(struct exchange *x)
{
	struct change *c = change_of_path(x, ROW_EDIT);

	if (c != NULL) {
		submit_read(x, c);
	}
}

static void
start_remove(struct exchange *x)
{
	struct change *c = change_of_path(x, ROW_REMOVE);

	if (c != NULL) {
		exchange_submit(x, c, x->rows->removed, NULL);
	}
}

static void
start_restore(struct exchange *x)
{
	struct change *c = change_of_path(x, ROW_EDIT);

	if (c != NULL) {
		x->rows->restore(c);
		exchange_submit(x, c, x->rows->stored, NULL);
	}
}

void
rows_create(struct http_request *rq, void *app, const struct row_resource *rows)
{
	begin(rq, app, rows, true, start_create);
}

void
rows_edit(struct http_request *rq, void *app, const struct row_resource *rows)
{
	begin(rq, app, rows, true, start_edit);
}

void
rows_remove(struct http_request *rq, void *app, const struct row_resource *rows)
{
	begin(rq, app, rows, false, start_remove);
}

void
rows_restore(struct http_request *rq, void *app, const struct row_resource *rows)
{
	begin(rq, app, rows, false, start_restore);
}
