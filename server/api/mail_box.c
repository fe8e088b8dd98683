#include "api/mail_box.h"

#include <stdlib.h>
#include <string.h>

#include "api/mail_fetch.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"
#include "base/worker.h"

enum {
	READS_AT_ONCE = 32, /* of one line, before the others have their turn */
	AGAIN_MS = 10000,   /* when too many lines are being opened */
	HOPELESS = 3,       /* times that one mail broke the line */
};

struct opening {
	struct job job; /* first */
	struct mail_box *box;
	struct mail_link *link;
	struct mail_trouble trouble;
};

/* --- news ----------------------------------------------------------------------------------- */

static struct mail_news *
news_create(const struct mail_box *box, enum mail_news_kind kind)
{
	struct mail_news *n = xcalloc(1, sizeof(*n));

	n->kind = kind;
	n->channel = box->source->channel;
	n->generation = box->source->generation;
	return n;
}

static void
tell(const struct mail_box *box, struct mail_news *n)
{
	queue_push_always(box->shared->news, &n->node);
	box->shared->wake(box->shared->ctx);
}

/* --- the line ------------------------------------------------------------------------------- */

static double
chance(void)
{
	uint16_t bits;

	random_bytes(&bits, sizeof(bits));
	return bits / 65536.0;
}

static void
close_line(struct mail_box *box)
{
	imap_destroy(box->imap);
	mail_link_close(box->link);
	box->imap = NULL;
	box->link = NULL;
}

static void
failed(struct mail_box *box, const struct mail_trouble *trouble)
{
	bool password = trouble->advice == MAIL_ADVICE_PASSWORD;
	struct mail_news *n = news_create(box, MAIL_NEWS_FAILED);
	int64_t pause;

	close_line(box);
	box->failures = box->answered ? 1 : box->failures + 1;
	pause = mail_fetch_pause(box->shared->retry_ms, box->failures, password, chance());
	box->state = MAIL_BOX_WAITING;
	box->next_try = clock_monotonic_ms() + pause;
	n->trouble = *trouble;
	n->next_try_at = clock_now_ms() + pause;
	tell(box, n);
}

/* The line broke; if again at the same mail, that one is given up so that the others come. */
static void
broken(struct mail_box *box, enum mail_step step, const char *words)
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
	failed(box, &trouble);
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
opened(struct job *job)
{
	struct opening *o = (struct opening *)job;
	struct mail_box *box = o->box;

	if (box->removed || atomic_load(box->shared->stopping)) {
		mail_link_close(o->link);
		box->state = MAIL_BOX_WAITING;
	} else if (o->link == NULL) {
		box->answered = false;
		failed(box, &o->trouble);
	} else {
		box->link = o->link;
		box->imap = imap_create(&box->source->imap, clock_monotonic_ms());
		box->state = MAIL_BOX_RUNNING;
		box->answered = false;
	}
	free(o);
}

static void
open_line(struct mail_box *box)
{
	struct opening *o = xcalloc(1, sizeof(*o));

	o->job.run = run_opening;
	o->job.done = opened;
	o->box = box;
	if (workers_submit(box->shared->openers, &o->job) != ERR_OK) {
		free(o);
		box->next_try = clock_monotonic_ms() + AGAIN_MS;
		return;
	}
	box->state = MAIL_BOX_OPENING;
	tell(box, news_create(box, MAIL_NEWS_CONNECTING));
}

/* --- the dialogue --------------------------------------------------------------------------- */

static void
keep_cursor(struct mail_box *box, const struct imap_event *event)
{
	box->source->imap.uidvalidity = event->uidvalidity;
	box->source->imap.uid = event->uid;
}

static void
hand_over(struct mail_box *box, enum mail_news_kind kind, const struct imap_event *event)
{
	struct mail_news *n = news_create(box, kind);

	n->event = *event;
	tell(box, n);
}

/* False: the line is closed. */
static bool
take_events(struct mail_box *box)
{
	struct imap_event event;

	for (imap_next(box->imap, &event); event.kind != IMAP_NOTHING;
		 imap_next(box->imap, &event)) {
		switch (event.kind) {
		case IMAP_OPENED:
			box->answered = true;
			hand_over(box, MAIL_NEWS_CONNECTED, &event);
			break;
		case IMAP_MAIL:
			keep_cursor(box, &event);
			box->holding = true;
			hand_over(box, MAIL_NEWS_MAIL, &event);
			break;
		case IMAP_CAUGHT_UP:
			keep_cursor(box, &event);
			box->failures = 0;
			hand_over(box, MAIL_NEWS_CAUGHT_UP, &event);
			break;
		case IMAP_REFUSED:
			broken(box, MAIL_STEP_FOLDER, event.words);
			return false;
		case IMAP_ENDED:
			broken(box, MAIL_STEP_READY, event.words);
			return false;
		case IMAP_NOTHING:
			break;
		}
	}
	return true;
}

static bool
send_some(struct mail_box *box)
{
	struct slice out = imap_output(box->imap);
	size_t sent = 0;

	while (out.length > 0) {
		if (mail_link_send(box->link, out.data, out.length, &sent) != ERR_OK) {
			broken(box, MAIL_STEP_READY, "the connection is lost");
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
receive_some(struct mail_box *box)
{
	for (int i = 0; i < READS_AT_ONCE; i++) {
		size_t length = 0;

		if (mail_link_receive(box->link, box->shared->bytes, MAIL_BOX_READ_SIZE,
				&length) != ERR_OK) {
			broken(box, MAIL_STEP_READY, "the server closed the connection");
			return false;
		}
		if (length == 0) {
			return false;
		}
		imap_receive(box->imap, box->shared->bytes, length, clock_monotonic_ms());
		if (!take_events(box) || !send_some(box)) {
			return false;
		}
	}
	return true;
}

/* True: it wants another turn at once. */
bool
mail_box_turn(struct mail_box *box)
{
	int64_t now = clock_monotonic_ms();

	if (box->state == MAIL_BOX_WAITING && now >= box->next_try && !box->holding) {
		open_line(box);
	}
	if (box->state != MAIL_BOX_RUNNING) {
		return false;
	}
	imap_tick(box->imap, now);
	if (!take_events(box) || !send_some(box)) {
		return false;
	}
	return receive_some(box);
}

void
mail_box_go_on(struct mail_box *box)
{
	box->holding = false;
	box->stumbled = 0;
	if (box->imap != NULL) {
		imap_go_on(box->imap, clock_monotonic_ms());
	}
}

/* --- life ----------------------------------------------------------------------------------- */

int64_t
mail_box_due(const struct mail_box *box, int64_t otherwise)
{
	if (box->state == MAIL_BOX_RUNNING) {
		return imap_deadline(box->imap);
	}
	return box->state == MAIL_BOX_WAITING && !box->holding ? box->next_try : otherwise;
}

struct mail_box *
mail_box_create(const struct mail_boxes *shared, struct mail_source *source)
{
	struct mail_box *box = xcalloc(1, sizeof(*box));

	box->shared = shared;
	box->source = source;
	source->place.stop = shared->stopping;
	box->next_try = clock_monotonic_ms();
	return box;
}

void
mail_box_destroy(struct mail_box *box)
{
	close_line(box);
	mail_source_destroy(box->source);
	free(box);
}
