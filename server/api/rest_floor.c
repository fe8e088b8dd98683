/* /api/v1/floor: what waits now and at whom, for those who lead. Who is there is told by the
 * socket. */
#include "api/app.h"
#include "api/conversation_item.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/clock.h"
#include "store/read.h"

enum { WAITING_LIMIT = 50 };

static void
write_shares(struct json_writer *w, const struct floor *floor)
{
	jw_key(w, "agents");
	jw_array(w);
	for (size_t i = 0; i < floor->share_count; i++) {
		const struct floor_share *share = &floor->shares[i];

		jw_object(w);
		jw_kid(w, "staff", share->assignee);
		jw_ki64(w, "open", (int64_t)share->open);
		jw_ki64(w, "waiting", (int64_t)share->waiting);
		jw_ktime(w, "waiting_since", share->waiting_since);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static enum err
run_floor(struct reading *r, struct reader *reader, struct error *e)
{
	const size_t *limit = r->parameters;
	struct json_writer *w = &r->json;
	struct floor floor;
	enum err rc = read_floor(reader, &r->scope, *limit, r->arena, &floor, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(w);
	jw_ktime(w, "time", clock_now_ms());
	write_shares(w, &floor);
	jw_key(w, "waiting");
	jw_array(w);
	for (size_t i = 0; i < floor.waiting_count; i++) {
		conversation_item_write(w, &floor.waiting[i]);
	}
	jw_array_end(w);
	jw_object_end(w);
	return ERR_OK;
}

static void
start_floor(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(size_t));
	size_t *limit = r->parameters;
	struct input in;

	input_init(&in, x, r->arena);
	*limit = query_limit(&in, WAITING_LIMIT);
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	r->run = run_floor;
	reading_start(r);
}

static void
floor_now(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_floor);
}

const struct http_route floor_routes[] = {
	{"GET", "/api/v1/floor", floor_now, 0},
	{0},
};
