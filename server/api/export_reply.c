#include "api/export_reply.h"

#include "api/app.h"
#include "api/exchange.h"
#include "base/arena.h"
#include "base/str.h"

const char *
export_wishes(struct exchange *x, struct arena *a, const char *const *names, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++) {
		const char *value = http_query(x->http, names[i]);

		if (!str_empty(value)) {
			text = arena_printf(a, "%s%s=%.200s ", text, names[i], value);
		}
	}
	return text[0] != '\0' ? text : "all";
}

static void
audited(struct exchange *x, const struct outcome *o)
{
	const struct export_reply *reply = x->state;
	struct http_request *rq;

	(void)o;
	rq = exchange_release(x);
	http_set_header(rq, "content-disposition", reply->disposition);
	http_set_header(rq, "x-content-type-options", "nosniff");
	http_set_header(rq, "cache-control", "no-store");
	http_reply_file(rq, reply->path, reply->type);
}

void
export_finish(struct exchange *x, struct change *audit, const struct export_reply *reply)
{
	struct export_reply *copy = arena_alloc(x->arena, sizeof(*copy));

	copy->path = arena_strdup(x->arena, reply->path);
	copy->disposition = arena_strdup(x->arena, reply->disposition);
	copy->type = arena_strdup(x->arena, reply->type);
	x->state = copy;
	exchange_submit(x, audit, audited, NULL);
}
