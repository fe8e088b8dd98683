#include "api/mail_fetch.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/mail_box.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/worker.h"

enum {
	OPENERS = 4, /* threads that open lines */
	OPENERS_JOBS = 1000,
	POLL_MAX_MS = 10000,
	PAUSE_MAX_MS = 10 * 60 * 1000,
	PASSWORD_PAUSE_MS = 60 * 1000,
	PASSWORD_PAUSE_MAX_MS = 30 * 60 * 1000,
};

enum order_kind { ORDER_SET, ORDER_REMOVE, ORDER_GO_ON };

struct order {
	struct queue_node node; /* first */
	enum order_kind kind;
	uint64_t channel;
	uint64_t generation;
	struct mail_source *source;
};

struct mail_fetch {
	struct mail_boxes shared;
	pthread_t thread;
	int wakeup;
	struct queue *orders; /* loop → thread */
	struct mail_box *boxes;
	size_t box_count;
	struct pollfd *polled;
	atomic_bool stopping;
	bool stopped;
};

int64_t
mail_fetch_pause(int64_t retry_ms, unsigned failures, bool password, double chance)
{
	int64_t pause = password ? PASSWORD_PAUSE_MS : retry_ms;
	int64_t most = password ? PASSWORD_PAUSE_MAX_MS : PAUSE_MAX_MS;

	for (unsigned i = 1; i < failures && pause < most; i++) {
		pause *= 2;
	}
	pause = pause < most ? pause : most;
	return pause / 2 + (int64_t)((double)pause / 2 * chance);
}

struct mail_source *
mail_source_create(void)
{
	struct arena *a = arena_create();
	struct mail_source *s = arena_alloc(a, sizeof(*s));

	s->arena = a;
	return s;
}

void
mail_source_destroy(struct mail_source *s)
{
	if (s == NULL) {
		return;
	}
	if (s->password != NULL) {
		explicit_bzero(s->password, strlen(s->password));
	}
	arena_destroy(s->arena);
}

/* --- news ------------------------------------------------------------------------------------ */

void
mail_news_destroy(struct mail_news *n)
{
	if (n != NULL) {
		free(n->event.bytes);
		free(n);
	}
}

struct mail_news *
mail_fetch_news(struct mail_fetch *f)
{
	return (struct mail_news *)queue_take(f->shared.news, 1, 0); /* its first member */
}

/* --- orders ----------------------------------------------------------------------------------- */

static void
unlink_box(struct mail_fetch *f, const struct mail_box *box)
{
	struct mail_box **at = &f->boxes;

	while (*at != box) {
		at = &(*at)->next;
	}
	*at = box->next;
	f->box_count--;
}

static struct mail_box *
find_box(const struct mail_fetch *f, uint64_t channel)
{
	for (struct mail_box *box = f->boxes; box != NULL; box = box->next) {
		if (box->source->channel == channel && !box->removed) {
			return box;
		}
	}
	return NULL;
}

static void
remove_box(struct mail_fetch *f, uint64_t channel)
{
	struct mail_box *box = find_box(f, channel);

	if (box != NULL) {
		box->removed = true; /* and goes before the next turn */
	}
}

static void
add_box(struct mail_fetch *f, struct mail_source *source)
{
	struct mail_box *box = mail_box_create(&f->shared, source);

	box->next = f->boxes;
	f->boxes = box;
	f->box_count++;
}

static void
go_on(struct mail_fetch *f, const struct order *o)
{
	struct mail_box *box = find_box(f, o->channel);

	if (box != NULL && box->source->generation == o->generation) {
		mail_box_go_on(box);
	}
}

static void
follow_orders(struct mail_fetch *f)
{
	struct order *o;

	while ((o = (struct order *)queue_take(f->orders, 1, 0)) != NULL) {
		switch (o->kind) {
		case ORDER_SET:
			remove_box(f, o->channel);
			add_box(f, o->source);
			break;
		case ORDER_REMOVE:
			remove_box(f, o->channel);
			break;
		case ORDER_GO_ON:
			go_on(f, o);
			break;
		}
		free(o);
	}
}

/* --- the thread ------------------------------------------------------------------------------- */

static void
wake_thread(void *ctx)
{
	const struct mail_fetch *f = ctx;
	uint64_t one = 1;

	while (write(f->wakeup, &one, sizeof(one)) < 0 && errno == EINTR) {
		;
	}
}

static int
time_until(const struct mail_fetch *f, int64_t now)
{
	int64_t next = now + POLL_MAX_MS;

	for (const struct mail_box *box = f->boxes; box != NULL; box = box->next) {
		int64_t at = mail_box_due(box, next);

		next = at < next ? at : next;
	}
	return next > now ? (int)(next - now) : 0;
}

static void
wait_for_something(struct mail_fetch *f)
{
	size_t count = 1;
	uint64_t ignored;

	f->polled = xrealloc(f->polled, (f->box_count + 1) * sizeof(*f->polled));
	f->polled[0] = (struct pollfd){.fd = f->wakeup, .events = POLLIN};
	for (const struct mail_box *box = f->boxes; box != NULL; box = box->next) {
		if (box->state == MAIL_BOX_RUNNING) {
			bool sends = imap_output(box->imap).length > 0;

			f->polled[count++] = (struct pollfd){
				.fd = mail_link_socket(box->link),
				.events = (short)(POLLIN | (sends ? POLLOUT : 0)),
			};
		}
	}
	if (poll(f->polled, count, time_until(f, clock_monotonic_ms())) > 0 &&
		f->polled[0].revents != 0 &&
		read(f->wakeup, &ignored, sizeof(ignored)) != (ssize_t)sizeof(ignored)) {
		return; /* somebody else's wake was taken already */
	}
}

static void
drop_removed(struct mail_fetch *f)
{
	struct mail_box *next;

	for (struct mail_box *box = f->boxes; box != NULL; box = next) {
		next = box->next;
		if (box->removed && box->state != MAIL_BOX_OPENING) {
			unlink_box(f, box);
			mail_box_destroy(box);
		}
	}
}

static void *
run(void *ctx)
{
	struct mail_fetch *f = ctx;

	while (!atomic_load(&f->stopping)) {
		bool again = false;

		follow_orders(f);
		workers_drain(f->shared.openers);
		drop_removed(f);
		for (struct mail_box *box = f->boxes; box != NULL; box = box->next) {
			again = mail_box_turn(box) || again;
		}
		if (!again) {
			wait_for_something(f);
		}
	}
	workers_stop(f->shared.openers);
	while (f->boxes != NULL) {
		struct mail_box *box = f->boxes;

		unlink_box(f, box);
		mail_box_destroy(box);
	}
	return NULL;
}

/* Signals belong to the loop thread. */
static bool
start_thread(struct mail_fetch *f)
{
	sigset_t all;
	sigset_t before;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&f->thread, NULL, run, f) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

/* --- life --------------------------------------------------------------------------------------- */

enum err
mail_fetch_create(struct mail_fetch **out, const struct mail_fetch_conf *conf,
	mail_fetch_wake *wake, void *ctx, struct error *e)
{
	struct mail_fetch *f = xcalloc(1, sizeof(*f));

	f->shared = (struct mail_boxes){
		.retry_ms = conf->retry_ms,
		.news = queue_create(SIZE_MAX),
		.wake = wake,
		.ctx = ctx,
		.bytes = xmalloc(MAIL_BOX_READ_SIZE),
		.stopping = &f->stopping,
	};
	f->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->orders = queue_create(SIZE_MAX);
	if (f->wakeup < 0) {
		f->stopped = true;
		mail_fetch_destroy(f);
		return error_set(e, ERR_UNAVAILABLE, "cannot make an event: %s", strerror(errno));
	}
	f->shared.openers = workers_create(OPENERS, OPENERS_JOBS, wake_thread, f);
	if (!start_thread(f)) {
		f->stopped = true;
		mail_fetch_destroy(f);
		return error_set(e, ERR_UNAVAILABLE, "cannot start a thread");
	}
	*out = f;
	return ERR_OK;
}

void
mail_fetch_stop(struct mail_fetch *f)
{
	if (f->stopped) {
		return;
	}
	f->stopped = true;
	atomic_store(&f->stopping, true);
	wake_thread(f);
	pthread_join(f->thread, NULL);
}

void
mail_fetch_destroy(struct mail_fetch *f)
{
	struct queue_node *node;

	if (f == NULL) {
		return;
	}
	mail_fetch_stop(f);
	while ((node = queue_take(f->orders, 1, 0)) != NULL) {
		struct order *o = (struct order *)node; /* its first member */

		mail_source_destroy(o->source);
		free(o);
	}
	while ((node = queue_take(f->shared.news, 1, 0)) != NULL) {
		mail_news_destroy((struct mail_news *)node);
	}
	workers_destroy(f->shared.openers);
	queue_destroy(f->orders);
	queue_destroy(f->shared.news);
	free(f->polled);
	free(f->shared.bytes);
	if (f->wakeup >= 0) {
		close(f->wakeup);
	}
	free(f);
}

static void
order(struct mail_fetch *f, enum order_kind kind, uint64_t channel, uint64_t generation,
	struct mail_source *source)
{
	struct order *o = xcalloc(1, sizeof(*o));

	o->kind = kind;
	o->channel = channel;
	o->generation = generation;
	o->source = source;
	queue_push_always(f->orders, &o->node);
	wake_thread(f);
}

void
mail_fetch_set(struct mail_fetch *f, struct mail_source *source)
{
	order(f, ORDER_SET, source->channel, source->generation, source);
}

void
mail_fetch_remove(struct mail_fetch *f, uint64_t channel)
{
	order(f, ORDER_REMOVE, channel, 0, NULL);
}

void
mail_fetch_go_on(struct mail_fetch *f, uint64_t channel, uint64_t generation)
{
	order(f, ORDER_GO_ON, channel, generation, NULL);
}
