#include "flow/index_feed.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/queue.h"
#include "flow/index_fill.h"
#include "flow/index_window.h"
#include "store/store.h"

enum {
	PAUSE_MS = 250,
	POLITE = 19, /* nice(2) */
	/* Times as long as it worked: messages need the processors. A little that is waiting in a rush
	 * can wait for its end. */
	REST = 2,
	LONG_REST = 4,
	LITTLE = 65536, /* facts */
	REST_MAX_MS = 1000,
	SYNC_MS = 30 * 1000, /* what was not written is read once more after a crash */
};

struct index_feed {
	const struct store_conf *conf;
	char folder[INDEX_FOLDER_SIZE];
	pthread_t thread;
	struct queue *stop; /* nothing is ever in it: closing it ends the pause */
	atomic_bool stopping;
	_Atomic uint64_t known;
	_Atomic uint64_t total;
	/* Who searches reads it; the thread alone opens and closes. */
	pthread_rwlock_t changing;
	struct index *index;
	/* The thread's own: */
	struct index_fill fill;
	int64_t synced_at;
	int64_t rested_at;
	bool unsynced;
	bool warm;        /* its newest files were read ahead */
	bool complaining; /* said once, until it works again */
};

enum err
index_feed_folder(const struct store_conf *conf, bool aside,
	char out[static INDEX_FOLDER_SIZE], struct error *e)
{
	int length = snprintf(out, INDEX_FOLDER_SIZE, "%s/search%s", conf->data_dir,
		aside ? ".new" : "");

	if (length < 0 || length >= INDEX_FOLDER_SIZE) {
		return error_set(e, ERR_INVALID, "server.data_dir is too long");
	}
	return ERR_OK;
}

/* --- opening and closing ------------------------------------------------------------------ */

static void
set_index(struct index_feed *f, struct index *ix)
{
	struct index *old;

	pthread_rwlock_wrlock(&f->changing);
	old = f->index;
	f->index = ix;
	f->known = f->fill.known;
	f->total = f->fill.total;
	pthread_rwlock_unlock(&f->changing);
	index_close(old);
	f->fill.index = ix;
	f->warm = false;
}

/* One that nobody searches yet, and how much it lacks. ERR_CORRUPT: to be made anew. */
static enum err
open_index(struct index_feed *f, struct index **out, struct error *e)
{
	struct index_stats stats;
	struct index *ix;
	enum err err = index_open(f->folder, true, &ix, e);

	if (err != ERR_OK) {
		return err;
	}
	index_stats(ix, &stats);
	f->fill.fresh_since = stats.files == 0 ? clock_now_ms() : 0;
	f->fill.index = ix;
	err = index_fill_check(&f->fill, e);
	f->fill.index = f->index;
	if (err != ERR_OK) {
		index_close(ix);
		return err;
	}
	*out = ix;
	return ERR_OK;
}

static enum err
wipe(struct index_feed *f, const struct error *why, struct error *e)
{
	struct log_quoted q;

	log_event(LOG_WARN, "index_rebuilt", "reason=%s", log_quote(&q, why->text));
	set_index(f, NULL);
	return index_wipe(f->folder, e);
}

static enum err
be_ready(struct index_feed *f, struct error *e)
{
	struct index *ix = NULL;
	struct error why = {0};
	enum err err = ERR_OK;

	if (f->fill.reader == NULL) {
		err = store_reader_open(f->conf, &f->fill.reader, e);
	}
	/* What was put in its place is opened before the old one is closed. */
	if (err != ERR_OK || (f->index != NULL && !index_replaced(f->index))) {
		return err;
	}
	err = open_index(f, &ix, &why);
	if (err == ERR_CORRUPT) {
		err = wipe(f, &why, e);
		if (err == ERR_OK) {
			err = open_index(f, &ix, &why);
		}
	}
	if (err != ERR_OK) {
		return error_set(e, err, "%s", why.text);
	}
	set_index(f, ix);
	return ERR_OK;
}

/* --- the thread --------------------------------------------------------------------------- */

static enum err
sync_sometimes(struct index_feed *f, struct error *e)
{
	int64_t now = clock_monotonic_ms();

	enum err err;

	if (!f->unsynced || now - f->synced_at < SYNC_MS) {
		return ERR_OK;
	}
	f->synced_at = now;
	err = index_sync(f->index, e);
	f->unsynced = err != ERR_OK;
	return err;
}

static void
rest(struct index_feed *f)
{
	int64_t worked = clock_monotonic_ms() - f->rested_at;
	int64_t wanted = worked * (f->total - f->known < LITTLE ? LONG_REST : REST);
	int64_t pause = wanted < REST_MAX_MS ? wanted : REST_MAX_MS;

	if (pause > 0 && !f->stopping) {
		(void)queue_take(f->stop, 1, (int)pause);
	}
	f->rested_at = clock_monotonic_ms();
}

static bool
go_on(void *ctx, const struct index_fill *fill)
{
	struct index_feed *f = ctx;
	struct error e;

	f->unsynced = true;
	f->known = fill->known;
	f->total = fill->total;
	rest(f);
	return !f->stopping && sync_sometimes(f, &e) == ERR_OK;
}

static enum err
round_of(struct index_feed *f, struct error *e)
{
	enum err err = be_ready(f, e);

	if (err == ERR_OK && !f->warm) {
		index_warm(f->index);
		f->warm = true;
	}
	f->rested_at = clock_monotonic_ms();
	if (err == ERR_OK) {
		err = index_fill_round(&f->fill, e);
	}
	if (err == ERR_OK) {
		f->known = f->fill.known;
		f->total = f->fill.total;
		err = sync_sometimes(f, e);
	}
	return err;
}

static void
recover(struct index_feed *f, enum err err, const struct error *e)
{
	struct error ignored;
	struct log_quoted q;

	if (!f->complaining) {
		log_event(LOG_WARN, "index_feed_failed", "code=%s reason=%s", err_name(err),
			log_quote(&q, e->text));
	}
	f->complaining = true;
	store_reader_close(f->fill.reader);
	f->fill.reader = NULL;
	if (err == ERR_CORRUPT && f->index != NULL) {
		(void)!wipe(f, e, &ignored);
	}
}

static void *
run(void *ctx)
{
	struct index_feed *f = ctx;
	struct error e = {0};

	pthread_setname_np(pthread_self(), "index-feed");
	/* On Linux of this thread alone: what is said now comes before finding it later. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), POLITE);
	while (!f->stopping) {
		enum err err = round_of(f, &e);

		if (err != ERR_OK) {
			recover(f, err, &e);
		} else {
			f->complaining = false;
		}
		(void)queue_take(f->stop, 1, PAUSE_MS);
	}
	if (f->index != NULL && index_sync(f->index, &e) != ERR_OK) {
		recover(f, ERR_UNAVAILABLE, &e);
	}
	store_reader_close(f->fill.reader);
	store_thread_end(f->conf);
	return NULL;
}

enum err
index_feed_start(const struct store_conf *conf, struct index_feed **out, struct error *e)
{
	struct index_feed *f = xcalloc(1, sizeof(*f));
	enum err err = index_feed_folder(conf, false, f->folder, e);
	struct error later;

	f->conf = conf;
	f->fill.window = index_window_create();
	f->fill.node = (unsigned)conf->node;
	f->fill.go_on = go_on;
	f->fill.ctx = f;
	f->stop = queue_create(1);
	pthread_rwlock_init(&f->changing, NULL);
	/* So that nobody who asks at once is told to wait. What fails here the thread tries again, and
	 * says so. */
	if (err == ERR_OK) {
		(void)be_ready(f, &later);
	}
	if (err == ERR_OK && pthread_create(&f->thread, NULL, run, f) != 0) {
		err = error_set(e, ERR_UNAVAILABLE, "cannot start a thread");
	}
	if (err != ERR_OK) {
		index_window_destroy(f->fill.window);
		queue_destroy(f->stop);
		pthread_rwlock_destroy(&f->changing);
		free(f);
		return err;
	}
	*out = f;
	return ERR_OK;
}

void
index_feed_stop(struct index_feed *f)
{
	if (f == NULL) {
		return;
	}
	f->stopping = true;
	queue_close(f->stop);
	pthread_join(f->thread, NULL);
	index_close(f->index);
	index_window_destroy(f->fill.window);
	queue_destroy(f->stop);
	pthread_rwlock_destroy(&f->changing);
	free(f);
}

void
index_feed_take(struct index_feed *f, const struct fact *fact)
{
	index_window_put(f->fill.window, fact);
}

/* --- searching ---------------------------------------------------------------------------- */

struct index *
index_feed_borrow(struct index_feed *f)
{
	pthread_rwlock_rdlock(&f->changing);
	if (f->index == NULL) {
		pthread_rwlock_unlock(&f->changing);
		return NULL;
	}
	return f->index;
}

void
index_feed_give_back(struct index_feed *f)
{
	pthread_rwlock_unlock(&f->changing);
}

void
index_feed_read_state(struct index_feed *f, struct index_feed_state *out)
{
	struct index *ix = index_feed_borrow(f);
	uint64_t known = f->known;
	uint64_t total = f->total;

	*out = (struct index_feed_state){
		.ready = ix != NULL,
		.known = known,
		.total = total,
		.behind = total > known ? total - known : 0,
	};
	if (ix != NULL) {
		index_stats(ix, &out->stats);
		index_feed_give_back(f);
	}
}

/* --- for a command ------------------------------------------------------------------------ */

struct filling {
	index_feed_progress *progress;
	void *ctx;
};

static bool
tell_progress(void *ctx, const struct index_fill *fill)
{
	const struct filling *f = ctx;

	if (f->progress != NULL) {
		f->progress(f->ctx, fill->known, fill->total);
	}
	return true;
}

enum err
index_feed_fill(struct reader *r, struct index *ix, index_feed_progress *progress,
	void *ctx, struct error *e)
{
	struct filling filling = {progress, ctx};
	struct index_fill fill = {
		.reader = r,
		.index = ix,
		.fresh_since = clock_now_ms(),
		.go_on = tell_progress,
		.ctx = &filling,
	};
	enum err err = index_fill_round(&fill, e);

	return err == ERR_OK ? index_sync(ix, e) : err;
}
