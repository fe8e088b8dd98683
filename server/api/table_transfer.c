#include "api/table_transfer.h"

#include <stdlib.h>

#include "api/app.h"
#include "api/reading.h"
#include "api/table_file.h"
#include "base/arena.h"
#include "base/worker.h"
#include "net/net.h"

/* --- one that comes ----------------------------------------------------------------------- */

/* The bytes and the arena are the request's, which stays until its reply. */
struct upload {
	struct job job; /* first */
	struct exchange *exchange;
	struct arena *arena;
	const char *data;
	size_t length;
	table_parse *parse;
	void *out;
	const struct table_report *report;
	exchange_step *next;
};

static void
run_parse(struct job *job)
{
	struct upload *u = (struct upload *)job;

	u->parse(u->arena, u->data, u->length, u->out);
}

static void
parsed(struct job *job)
{
	struct upload *u = (struct upload *)job;
	struct exchange *x = u->exchange;
	const char *problem = u->report->problem;
	exchange_step *next = u->next;

	free(u);
	if (problem != NULL) {
		exchange_fail(x, ERR_INVALID, "file", problem);
		return;
	}
	next(x);
}

void
table_upload(struct exchange *x, table_parse *parse, void *out,
	const struct table_report *report, exchange_step *next)
{
	const struct web_request *rq = http_request(x->http);
	struct upload *u;

	if (rq->body_length == 0) {
		exchange_fail(x, ERR_INVALID, "file", "is empty");
		return;
	}
	u = xcalloc(1, sizeof(*u));
	u->job.run = run_parse;
	u->job.done = parsed;
	u->exchange = x;
	u->arena = x->arena;
	u->data = rq->body;
	u->length = rq->body_length;
	u->parse = parse;
	u->out = out;
	u->report = report;
	u->next = next;
	if (workers_submit(x->app->workers, &u->job) != ERR_OK) {
		free(u);
		exchange_fail(x, ERR_BUSY, NULL, "too much is going on; try again soon");
	}
}

void
table_write_outcome(struct json_writer *w, struct table_report *report, bool tried,
	const struct table_counts *counts)
{
	jw_kstring(w, "charset", report->charset);
	if (report->format != NULL) {
		jw_kstring(w, "format", report->format);
	}
	jw_kbool(w, "tried", tried);
	jw_ki64(w, "created", counts->created);
	jw_ki64(w, "changed", counts->changed);
	jw_ki64(w, "unchanged", counts->unchanged);
	table_write_bad(report, w);
}

/* --- one that goes ------------------------------------------------------------------------ */

struct download {
	const char *file_name;
	const char *type;
	const char *data;
	size_t length;
};

static void
audited(struct exchange *x, const struct outcome *o)
{
	const struct download *d = x->state;
	const char *disposition = arena_printf(x->arena, "attachment; filename=\"%s\"",
		d->file_name);
	struct http_request *rq = exchange_release(x);

	(void)o;
	http_set_header(rq, "content-disposition", disposition);
	http_set_header(rq, "x-content-type-options", "nosniff");
	http_set_header(rq, "cache-control", "no-store");
	http_reply(rq, 200, d->type, d->data, d->length);
}

void
table_download(struct reading *r, struct change *audit, const char *file_name,
	const char *type)
{
	struct exchange *x = r->exchange;
	struct download *d = arena_alloc(x->arena, sizeof(*d));

	*d = (struct download){
		.file_name = file_name,
		.type = type,
		.data = arena_strndup(x->arena, r->out.data, r->out.length),
		.length = r->out.length,
	};
	x->state = d;
	reading_destroy(r);
	exchange_submit(x, audit, audited, NULL);
}
