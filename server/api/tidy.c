#include "api/tidy.h"

#include <stdlib.h>

#include "api/app.h"
#include "api/sockets.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/wheel.h"
#include "net/net.h"
#include "store/store.h"

enum {
	LOOK_MS = 1000,
	BURST = 500, /* requests, hellos and entries since the last time that it was tidied */
};

struct tidy {
	struct timer timer;
	struct app *app;
	uint64_t activity; /* as last seen */
	uint64_t tidied;   /* as it was then */
};

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

	if (now == t->activity && now - t->tidied >= BURST) {
		net_free_spares(t->app->net);
		memory_give_back();
		t->tidied = now;
	}
	t->activity = now;
	wheel_add(net_wheel(t->app->net), timer, clock_monotonic_ms() + LOOK_MS);
}

struct tidy *
tidy_create(struct app *app)
{
	struct tidy *t = xcalloc(1, sizeof(*t));

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
