/* A snapshot is read as a whole on a reader thread and put in the place of the former one on
 * the loop. Of two that overlap the one that was asked for later stays. */
#include "api/directory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/map.h"
#include "base/str.h"
#include "store/read.h"

enum {
	HOOKS_MAX = 8,
	REFRESH_MS = 5000,
	FINGERPRINT_MAX_BYTES = 64 * 1024 * 1024,
};

struct snapshot {
	struct arena *arena;
	uint8_t fingerprint[DIGEST_SIZE];
	struct staff *staff;
	size_t staff_count;
	struct channel_row *channels;
	size_t channel_count;
	struct hours hours;
	struct map staff_by_id;
	struct map channels_by_id;
};

struct hook {
	directory_reloaded *call;
	void *ctx;
};

struct directory {
	struct app *app;
	struct snapshot *now; /* NULL before the first load */
	uint64_t asked;       /* numbers the loads */
	uint64_t shown;       /* the load that `now` came from */
	struct hook hooks[HOOKS_MAX];
	size_t hook_count;
	struct timer refresh;
	bool refreshing;
};

struct load {
	struct query query;
	struct directory *directory;
	struct snapshot *snapshot;
	uint64_t number;
	directory_reloaded *done; /* NULL: nobody waits */
	void *ctx;
};

static struct snapshot *
snapshot_create(void)
{
	struct snapshot *s = xcalloc(1, sizeof(*s));

	s->arena = arena_create();
	map_init(&s->staff_by_id);
	map_init(&s->channels_by_id);
	return s;
}

static void
snapshot_destroy(struct snapshot *s)
{
	if (s == NULL) {
		return;
	}
	map_fini(&s->staff_by_id);
	map_fini(&s->channels_by_id);
	arena_destroy(s->arena);
	free(s);
}

static void
fingerprint(struct snapshot *s)
{
	struct buf text;
	struct json_writer w;

	buf_init(&text, FINGERPRINT_MAX_BYTES);
	jw_init(&w, &text);
	jw_array(&w);
	for (size_t i = 0; i < s->staff_count; i++) {
		jw_object(&w);
		staff_encode(&s->staff[i], &w);
		jw_ki64(&w, "password_at", s->staff[i].password_at);
		jw_object_end(&w);
	}
	for (size_t i = 0; i < s->channel_count; i++) {
		jw_object(&w);
		channel_encode(&s->channels[i], &w);
		jw_kstring(&w, "settings", s->channels[i].settings);
		jw_object_end(&w);
	}
	jw_i64(&w, (int64_t)s->hours.version);
	jw_array_end(&w);
	sha256(text.data, text.length, s->fingerprint);
	buf_fini(&text);
}

static enum err
snapshot_read(struct snapshot *s, struct reader *r, struct error *e)
{
	enum err rc = read_staff_list(r, s->arena, &s->staff, &s->staff_count, e);

	if (rc == ERR_OK) {
		rc = read_channels(r, s->arena, &s->channels, &s->channel_count, e);
	}
	if (rc == ERR_OK) {
		rc = read_hours(r, s->arena, &s->hours, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	for (size_t i = 0; i < s->staff_count; i++) {
		map_put(&s->staff_by_id, s->staff[i].id, &s->staff[i]);
	}
	for (size_t i = 0; i < s->channel_count; i++) {
		map_put(&s->channels_by_id, s->channels[i].id, &s->channels[i]);
	}
	fingerprint(s);
	return ERR_OK;
}

static void
refresh_due(struct timer *t)
{
	struct directory *d = list_item(t, struct directory, refresh);

	directory_reload(d, NULL, NULL);
	wheel_add(net_wheel(d->app->net), t, clock_monotonic_ms() + REFRESH_MS);
}

struct directory *
directory_create(struct app *app)
{
	struct directory *d = xcalloc(1, sizeof(*d));

	d->app = app;
	timer_init(&d->refresh, refresh_due);
	return d;
}

void
directory_destroy(struct directory *d)
{
	if (d == NULL) {
		return;
	}
	timer_cancel(&d->refresh);
	snapshot_destroy(d->now);
	free(d);
}

static void
show(struct directory *d, struct snapshot *s, uint64_t number)
{
	struct snapshot *former = d->now;
	bool changed = former == NULL ||
		memcmp(former->fingerprint, s->fingerprint, sizeof(s->fingerprint)) != 0;

	d->now = s;
	d->shown = number;
	if (changed) {
		for (size_t i = 0; i < d->hook_count; i++) {
			d->hooks[i].call(d->hooks[i].ctx);
		}
	}
	snapshot_destroy(former);
}

enum err
directory_load(struct directory *d, struct error *e)
{
	struct snapshot *s = snapshot_create();
	struct reader *reader;
	enum err rc = store_reader_open(&d->app->conf->store, &reader, e);

	if (rc == ERR_OK) {
		rc = snapshot_read(s, reader, e);
		store_reader_close(reader);
	}
	if (rc != ERR_OK) {
		snapshot_destroy(s);
		return rc;
	}
	show(d, s, ++d->asked);
	return ERR_OK;
}

static enum err
run_load(struct query *q, struct reader *r, struct error *e)
{
	return snapshot_read(((struct load *)q)->snapshot, r, e);
}

static void
finish_load(struct load *l)
{
	if (l->done != NULL) {
		l->done(l->ctx);
	}
	free(l);
}

static void
load_done(struct query *q)
{
	struct load *l = (struct load *)q;
	struct directory *d = l->directory;

	d->refreshing = l->done == NULL ? false : d->refreshing;
	if (q->code != ERR_OK) {
		struct log_quoted quoted;

		/* The next refresh tries again; until then the former rows stand. */
		log_event(LOG_WARN, "directory_not_loaded", "reason=%s",
			log_quote(&quoted, q->error.text));
		snapshot_destroy(l->snapshot);
	} else if (l->number < d->shown) {
		snapshot_destroy(l->snapshot);
	} else {
		show(d, l->snapshot, l->number);
	}
	finish_load(l);
}

void
directory_reload(struct directory *d, directory_reloaded *done, void *ctx)
{
	struct load *l;

	if (done == NULL && d->refreshing) {
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->query.run = run_load;
	l->query.done = load_done;
	l->directory = d;
	l->snapshot = snapshot_create();
	l->number = ++d->asked;
	l->done = done;
	l->ctx = ctx;
	d->refreshing = done == NULL ? true : d->refreshing;
	if (store_query(d->app->store, &l->query) != ERR_OK) {
		d->refreshing = done == NULL ? false : d->refreshing;
		snapshot_destroy(l->snapshot);
		finish_load(l);
	}
}

void
directory_on_reload(struct directory *d, directory_reloaded *hook, void *ctx)
{
	if (d->hook_count == HOOKS_MAX) {
		abort(); /* a mistake of ours: raise HOOKS_MAX */
	}
	d->hooks[d->hook_count++] = (struct hook){hook, ctx};
}

void
directory_refresh(struct directory *d)
{
	if (!timer_pending(&d->refresh)) {
		wheel_add(net_wheel(d->app->net), &d->refresh, clock_monotonic_ms() + REFRESH_MS);
	}
}

const struct hours *
directory_hours(const struct directory *d)
{
	return d->now == NULL ? &hours_always : &d->now->hours;
}

const struct staff *
directory_staff(const struct directory *d, uint64_t id)
{
	return d->now == NULL ? NULL : map_get(&d->now->staff_by_id, id);
}

const struct staff *
directory_staff_by_extension(const struct directory *d, const char *ext)
{
	if (str_empty(ext)) {
		return NULL;
	}
	for (size_t i = 0; i < directory_staff_count(d); i++) {
		if (d->now->staff[i].active && str_equals(d->now->staff[i].extension, ext)) {
			return &d->now->staff[i];
		}
	}
	return NULL;
}

size_t
directory_staff_count(const struct directory *d)
{
	return d->now == NULL ? 0 : d->now->staff_count;
}

const struct staff *
directory_staff_at(const struct directory *d, size_t index)
{
	return &d->now->staff[index];
}

const struct channel_row *
directory_channel(const struct directory *d, uint64_t id)
{
	return d->now == NULL ? NULL : map_get(&d->now->channels_by_id, id);
}

const struct channel_row *
directory_channel_by_key(const struct directory *d, const char *key)
{
	for (size_t i = 0; i < directory_channel_count(d); i++) {
		if (str_equals(d->now->channels[i].public_key, key)) {
			return &d->now->channels[i];
		}
	}
	return NULL;
}

const struct channel_row *
directory_first_channel(const struct directory *d, const char *kind)
{
	for (size_t i = 0; i < directory_channel_count(d); i++) {
		if (d->now->channels[i].enabled && str_equals(d->now->channels[i].kind, kind)) {
			return &d->now->channels[i];
		}
	}
	return NULL;
}

size_t
directory_channel_count(const struct directory *d)
{
	return d->now == NULL ? 0 : d->now->channel_count;
}

const struct channel_row *
directory_channel_at(const struct directory *d, size_t index)
{
	return &d->now->channels[index];
}
