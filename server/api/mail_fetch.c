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

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"
#include "base/worker.h"

enum {
	OPENERS = 4, /* threads that open lines */
	OPENERS_JOBS = 1000,
	POLL_MAX_MS = 10000,
	READ_SIZE = 64 * 1024,
	READS_AT_ONCE = 32, /* of one line, before the others have their turn */
	PAUSE_MAX_MS = 10 * 60 * 1000,
	PASSWORD_PAUSE_MS = 60 * 1000,
	PASSWORD_PAUSE_MAX_MS = 30 * 60 * 1000,
	HOPELESS = 3, /* times that one mail broke the line */
};

enum order_kind { ORDER_SET, ORDER_REMOVE, ORDER_GO_ON };

struct order {
	struct queue_node node; /* first */
	enum order_kind kind;
	uint64_t channel;
	uint64_t generation;
	struct mail_source *source;
};

enum box_state { BOX_WAITING, BOX_OPENING, BOX_RUNNING };

/* A mailbox, of the thread alone. */
struct box {
	struct mail_source *source;
	enum box_state state;
	bool removed;  /* while a line is being opened: it ends when that is over */
	bool holding;  /* a mail of it is being put away */
	bool answered; /* it got into the folder since the line was opened */
	unsigned failures;
	int64_t next_try; /* monotonic */
	struct mail_link *link;
	struct imap *imap;
	uint32_t stumbled; /* the mail at which the line broke last */
	unsigned stumbles;
	size_t place; /* among what is polled */
	struct box *next;
};

struct opening {
	struct job job; /* first */
	struct mail_fetch *fetch;
	struct box *box;
	struct mail_link *link;
	struct mail_trouble trouble;
};

struct mail_fetch {
	struct mail_fetch_conf conf;
	pthread_t thread;
	int wakeup;
	struct queue *orders; /* loop → thread */
	struct queue *news;   /* thread → loop */
	struct workers *openers;
	mail_fetch_wake *wake;
	void *ctx;
	struct box *boxes;
	size_t box_count;
	struct pollfd *polled;
	char *bytes;
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

static struct mail_news *
news_create(const struct box *box, enum mail_news_kind kind)
{
	struct mail_news *n = xcalloc(1, sizeof(*n));

	n->kind = kind;
	n->channel = box->source->channel;
	n->generation = box->source->generation;
	return n;
}

static void
tell(struct mail_fetch *f, struct mail_news *n)
{
	queue_push_always(f->news, &n->node);
	f->wake(f->ctx);
}

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
	return (struct mail_news *)queue_take(f->news, 1, 0); /* its first member */
}

/* --- lines ------------------------------------------------------------------------------------ */

static double
chance(void)
{
	uint16_t bits;

	random_bytes(&bits, sizeof(bits));
	return bits / 65536.0;
}

static void
close_line(struct box *box)
{
	imap_destroy(box->imap);
	mail_link_close(box->link);
	box->imap = NULL;
	box->link = NULL;
}

static void
failed(struct mail_fetch *f, struct box *box, const struct mail_trouble *trouble)
{
	bool password = trouble->advice == MAIL_ADVICE_PASSWORD;
	struct mail_news *n = news_create(box, MAIL_NEWS_FAILED);
	int64_t pause;

	close_line(box);
	box->failures = box->answered ? 1 : box->failures + 1;
	pause = mail_fetch_pause(f->conf.retry_ms, box->failures, password, chance());
	box->state = BOX_WAITING;
	box->next_try = clock_monotonic_ms() + pause;
	n->trouble = *trouble;
	n->next_try_at = clock_now_ms() + pause;
	tell(f, n);
}

/* The line broke; if again at the same mail, that one is given up so that the others come. */
static void
broken(struct mail_fetch *f, struct box *box, enum mail_step step, const char *words)
{
	uint32_t at = imap_fetching(box->imap);
	struct mail_trouble trouble = {.step = step,
		.advice = step == MAIL_STEP_FOLDER ? MAIL_ADVICE_FOLDER : MAIL_ADVICE_REFUSED};

	if (at != 0) {
		box->stumbles = at == box->stumbled ? box->stumbles + 1 : 1;
		box->stumbled = at;
		box->source->imap.hopeless = box->stumbles >= HOPELESS ? at : 0;
	}
	str_copy(trouble.words, sizeof(trouble.words), words);
	failed(f, box, &trouble);
}

static void
run_opening(struct job *job)
{
	struct opening *o = (struct opening *)job;

	if (mail_link_open(&o->box->source->place, &o->link, &o->trouble) != ERR_OK) {
		o->link = NULL;
	}
}

static void
box_destroy(struct box *box)
{
	close_line(box);
	mail_source_destroy(box->source);
	free(box);
}

static void
unlink_box(struct mail_fetch *f, const struct box *box)
{
	struct box **at = &f->boxes;

	while (*at != box) {
		at = &(*at)->next;
	}
	*at = box->next;
	f->box_count--;
}

static void
opened(struct job *job)
{
	struct opening *o = (struct opening *)job;
	struct mail_fetch *f = o->fetch;
	struct box *box = o->box;

	if (box->removed || atomic_load(&f->stopping)) {
		mail_link_close(o->link);
		box->state = BOX_WAITING;
		if (box->removed) {
			unlink_box(f, box);
			box_destroy(box);
		}
	} else if (o->link == NULL) {
		box->answered = false;
		failed(f, box, &o->trouble);
	} else {
		box->link = o->link;
		box->imap = imap_create(&box->source->imap, clock_monotonic_ms());
		box->state = BOX_RUNNING;
		box->answered = false;
	}
	free(o);
}

static void
open_line(struct mail_fetch *f, struct box *box)
{
	struct opening *o = xcalloc(1, sizeof(*o));

	o->job.run = run_opening;
	o->job.done = opened;
	o->fetch = f;
	o->box = box;
	if (workers_submit(f->openers, &o->job) != ERR_OK) {
		free(o);
		box->next_try = clock_monotonic_ms() + POLL_MAX_MS;
		return;
	}
	box->state = BOX_OPENING;
	tell(f, news_create(box, MAIL_NEWS_CONNECTING));
}

/* --- dialogue --------------------------------------------------------------------------------- */

static void
keep_cursor(struct box *box, const struct imap_event *event)
{
	box->source->imap.uidvalidity = event->uidvalidity;
	box->source->imap.uid = event->uid;
}

static void
hand_over(struct mail_fetch *f, struct box *box, enum mail_news_kind kind,
	const struct imap_event *event)
{
	struct mail_news *n = news_create(box, kind);

	n->event = *event;
	tell(f, n);
}

/* False: the line is closed. */
static bool
take_events(struct mail_fetch *f, struct box *box)
{
	struct imap_event event;

	for (imap_next(box->imap, &event); event.kind != IMAP_NOTHING;
		 imap_next(box->imap, &event)) {
		switch (event.kind) {
		case IMAP_OPENED:
			box->answered = true;
			hand_over(f, box, MAIL_NEWS_CONNECTED, &event);
			break;
		case IMAP_MAIL:
			keep_cursor(box, &event);
			box->holding = true;
			hand_over(f, box, MAIL_NEWS_MAIL, &event);
			break;
		case IMAP_CAUGHT_UP:
			keep_cursor(box, &event);
			box->failures = 0;
			hand_over(f, box, MAIL_NEWS_CAUGHT_UP, &event);
			break;
		case IMAP_REFUSED:
			broken(f, box, MAIL_STEP_FOLDER, event.words);
			return false;
		case IMAP_ENDED:
			broken(f, box, MAIL_STEP_READY, event.words);
			return false;
		case IMAP_NOTHING:
			break;
		}
	}
	return true;
}

static bool
send_some(struct mail_fetch *f, struct box *box)
{
	struct slice out = imap_output(box->imap);
	size_t sent = 0;

	while (out.length > 0) {
		if (mail_link_send(box->link, out.data, out.length, &sent) != ERR_OK) {
			broken(f, box, MAIL_STEP_READY, "the connection is lost");
			return false;
		}
		if (sent == 0) {
			break;
		}
		imap_sent(box->imap, sent);
		out = imap_output(box->imap);
	}
	return true;
}

/* All that is there, but not so much that others starve. True: there may be more. */
static bool
receive_some(struct mail_fetch *f, struct box *box)
{
	for (int i = 0; i < READS_AT_ONCE; i++) {
		size_t length = 0;

		if (mail_link_receive(box->link, f->bytes, READ_SIZE, &length) != ERR_OK) {
			broken(f, box, MAIL_STEP_READY, "the server closed the connection");
			return false;
		}
		if (length == 0) {
			return false;
		}
		imap_receive(box->imap, f->bytes, length, clock_monotonic_ms());
		if (!take_events(f, box) || !send_some(f, box)) {
			return false;
		}
	}
	return true;
}

/* True: it wants another turn at once. */
static bool
turn(struct mail_fetch *f, struct box *box)
{
	int64_t now = clock_monotonic_ms();

	if (box->state == BOX_WAITING && now >= box->next_try && !box->holding) {
		open_line(f, box);
	}
	if (box->state != BOX_RUNNING) {
		return false;
	}
	imap_tick(box->imap, now);
	if (!take_events(f, box) || !send_some(f, box)) {
		return false;
	}
	return receive_some(f, box);
}

/* --- orders ----------------------------------------------------------------------------------- */

static struct box *
find_box(const struct mail_fetch *f, uint64_t channel)
{
	for (struct box *box = f->boxes; box != NULL; box = box->next) {
		if (box->source->channel == channel && !box->removed) {
			return box;
		}
	}
	return NULL;
}

static void
remove_box(struct mail_fetch *f, uint64_t channel)
{
	struct box *box = find_box(f, channel);

	if (box == NULL) {
		return;
	}
	if (box->state == BOX_OPENING) {
		box->removed = true;
		return;
	}
	unlink_box(f, box);
	box_destroy(box);
}

static void
add_box(struct mail_fetch *f, struct mail_source *source)
{
	struct box *box = xcalloc(1, sizeof(*box));

	box->source = source;
	source->place.stop = &f->stopping;
	box->next_try = clock_monotonic_ms();
	box->next = f->boxes;
	f->boxes = box;
	f->box_count++;
}

static void
go_on(struct mail_fetch *f, const struct order *o)
{
	struct box *box = find_box(f, o->channel);

	if (box == NULL || box->source->generation != o->generation) {
		return;
	}
	box->holding = false;
	box->stumbled = 0;
	if (box->imap != NULL) {
		imap_go_on(box->imap, clock_monotonic_ms());
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

	for (const struct box *box = f->boxes; box != NULL; box = box->next) {
		int64_t at = box->state == BOX_RUNNING           ? imap_deadline(box->imap)
			: box->state == BOX_WAITING && !box->holding ? box->next_try
														 : next;

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
	for (const struct box *box = f->boxes; box != NULL; box = box->next) {
		if (box->state == BOX_RUNNING) {
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

static void *
run(void *ctx)
{
	struct mail_fetch *f = ctx;

	while (!atomic_load(&f->stopping)) {
		bool again = false;

		follow_orders(f);
		workers_drain(f->openers);
		for (struct box *box = f->boxes; box != NULL; box = box->next) {
			again = turn(f, box) || again;
		}
		if (!again) {
			wait_for_something(f);
		}
	}
	workers_stop(f->openers);
	while (f->boxes != NULL) {
		struct box *box = f->boxes;

		unlink_box(f, box);
		box_destroy(box);
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

	f->conf = *conf;
	f->wake = wake;
	f->ctx = ctx;
	f->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->orders = queue_create(SIZE_MAX);
	f->news = queue_create(SIZE_MAX);
	f->bytes = xmalloc(READ_SIZE);
	if (f->wakeup < 0) {
		f->stopped = true;
		mail_fetch_destroy(f);
		return error_set(e, ERR_UNAVAILABLE, "cannot make an event: %s", strerror(errno));
	}
	f->openers = workers_create(OPENERS, OPENERS_JOBS, wake_thread, f);
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
	while ((node = queue_take(f->news, 1, 0)) != NULL) {
		mail_news_destroy((struct mail_news *)node);
	}
	workers_destroy(f->openers);
	queue_destroy(f->orders);
	queue_destroy(f->news);
	free(f->polled);
	free(f->bytes);
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
