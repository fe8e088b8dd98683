#include "api/tidy.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

#include "api/app.h"
#include "api/sockets.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/wheel.h"
#include "base/worker.h"
#include "net/net.h"
#include "store/store.h"

enum {
	LOOK_MS = 1000,
	BURST = 500, /* requests, hellos and entries since the last time that it was tidied */
	KEPT_BYTES = 64 * 1024 * 1024,
	PIECE_BYTES = 1024 * 1024, /* larger ones are the system's, each by itself */
};

struct tidy {
	struct job job; /* first */
	struct timer timer;
	struct app *app;
	uint64_t activity; /* as last seen */
	uint64_t tidied;   /* as it was then */
	bool busy;
};

/* On a worker: it may take some milliseconds of a large heap. */
static void
run(struct job *job)
{
	(void)job;
	malloc_trim(0);
}

static void
done(struct job *job)
{
	((struct tidy *)job)->busy = false;
}

static uint64_t
activity(const struct app *app)
{
	struct net_stats net;
	struct store_stats store;

	net_statistics(app->net, &net);
	store_stats(app->store, &store);
	return net.requests + app->sockets->hellos + store.facts;
}

/* Only once it is quiet again: during a burst the memory is needed. */
static void
look(struct timer *timer)
{
	struct tidy *t = list_item(timer, struct tidy, timer);
	uint64_t now = activity(t->app);

	if (now == t->activity && now - t->tidied >= BURST && !t->busy) {
		net_free_spares(t->app->net);
		t->busy = workers_submit(t->app->workers, &t->job) == ERR_OK;
		t->tidied = now;
	}
	t->activity = now;
	wheel_add(net_wheel(t->app->net), timer, clock_monotonic_ms() + LOOK_MS);
}

struct tidy *
tidy_create(struct app *app)
{
	struct tidy *t = xcalloc(1, sizeof(*t));

	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	(void)mallopt(M_MMAP_THRESHOLD, PIECE_BYTES);
	t->job.run = run;
	t->job.done = done;
	t->app = app;
	timer_init(&t->timer, look);
	wheel_add(net_wheel(app->net), &t->timer, clock_monotonic_ms() + LOOK_MS);
	return t;
}

void
tidy_destroy(struct tidy *t)
{
	if (t != NULL) {
		timer_cancel(&t->timer);
		free(t);
	}
}
