/* Walks every history and compares it with what was signed outside of the database. Safe beside a
 * running server: what is written meanwhile may be looked at or not. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/heads_key.h"
#include "store/verify_private.h"

enum {
	MEMBERS_MAX = 200,
	PROGRESS_EVERY = 10000,
};

void
verify_broken(struct verification *v, uint64_t timeline, uint64_t seq, uint64_t fact,
	const char *fmt, ...)
{
	struct verify_report *r = &v->report;
	va_list args;

	if (r->broken++ > 0) {
		return;
	}
	r->first_timeline = timeline;
	r->first_seq = seq;
	r->first_fact = fact;
	va_start(args, fmt);
	vsnprintf(r->first_reason, sizeof(r->first_reason), fmt, args);
	va_end(args);
}

void
verify_count(struct verification *v)
{
	if (v->progress != NULL && v->report.facts % PROGRESS_EVERY == 0) {
		v->progress(v->ctx, v->report.facts, v->total);
	}
}

static enum err
number(struct verification *v, enum statement s, const struct value *args, uint64_t *out,
	struct error *e)
{
	struct arena *a = arena_create();
	struct rows r = {0};
	enum err err = v->db->driver->read(v->db, s, args, a, &r, e);

	if (err == ERR_OK) {
		*out = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
	}
	arena_destroy(a);
	return err;
}

static enum err
verify_customer(struct verification *v, uint64_t customer, struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {value_id(customer), value_i64(MEMBERS_MAX)};
	struct rows r = {0};
	enum err err = v->db->driver->read(v->db, STATEMENT_CUSTOMER_MEMBERS, args, a, &r, e);

	if (err == ERR_OK && r.count == 0) {
		err = error_set(e, ERR_NOT_FOUND, "there is no such customer");
	}
	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		err = verify_timeline(v, value_as_id(rows_at(&r, i)), e);
	}
	arena_destroy(a);
	return err;
}

static void
verify_vanished(struct verification *v)
{
	size_t position = 0;
	uint64_t timeline;
	void *seq;

	while (map_next(&v->signed_seq, &position, &timeline, &seq)) {
		verify_broken(v, timeline, 1, 0,
			"the whole timeline is gone: %llu facts were signed",
			(unsigned long long)(uintptr_t)seq);
	}
}

static enum err
verify_all(struct verification *v, struct error *e)
{
	uint64_t timeline = 0;
	enum err err = number(v, STATEMENT_COUNT_FACTS, NULL, &v->total, e);

	while (err == ERR_OK) {
		struct value args[] = {value_id(timeline)};

		err = number(v, STATEMENT_NEXT_TIMELINE, args, &timeline, e);
		if (err != ERR_OK || timeline == 0) {
			break;
		}
		err = verify_timeline(v, timeline, e);
	}
	if (err != ERR_OK) {
		return err;
	}
	verify_vanished(v);
	err = verify_feed(v, e);
	if (err == ERR_OK) {
		err = verify_late(v, e);
	}
	if (err == ERR_OK) {
		err = verify_steps(v, e);
	}
	return err == ERR_OK ? verify_audit(v, e) : err;
}

static enum err
conclude(const struct verification *v, struct error *e)
{
	const struct verify_report *r = &v->report;

	if (r->broken == 0) {
		return ERR_OK;
	}
	return error_set(e, ERR_CORRUPT, "timeline %llu, number %llu, fact %llu: %s",
		(unsigned long long)r->first_timeline, (unsigned long long)r->first_seq,
		(unsigned long long)r->first_fact, r->first_reason);
}

static enum err
run(struct verification *v, uint64_t only_customer, struct error *e)
{
	enum err err = ERR_OK;

	if (v->conf->data_dir != NULL) {
		err = heads_key_open_public(v->conf->data_dir, &v->key, e);
		err = err == ERR_NOT_FOUND ? ERR_OK : err;
	}
	if (err == ERR_OK) {
		verify_logs(v);
		err = only_customer != 0 ? verify_customer(v, only_customer, e)
								 : verify_all(v, e);
	}
	return err == ERR_OK ? conclude(v, e) : err;
}

enum err
store_verify(const struct store_conf *conf, uint64_t only_customer,
	verify_progress *progress, void *ctx, struct verify_report *out, struct error *e)
{
	struct verification *v = xcalloc(1, sizeof(*v));
	const struct store_driver *driver = store_driver_of(conf);
	enum err err = driver->connect(conf, CONNECTION_READS, &v->db, e);

	v->conf = conf;
	v->progress = progress;
	v->ctx = ctx;
	map_init(&v->signed_seq);
	if (err == ERR_OK) {
		err = run(v, only_customer, e);
	}
	if (v->db != NULL) {
		driver->disconnect(v->db);
	}
	*out = v->report;
	map_fini(&v->signed_seq);
	heads_key_close(v->key);
	free(v);
	return err;
}
