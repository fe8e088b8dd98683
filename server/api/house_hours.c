#include "api/house_hours.h"

#include <stdlib.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/sockets.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "base/wheel.h"
#include "model/hours.h"

/* A clock that is set right meanwhile must not leave everybody with a wrong sign for days. */
enum { LOOK_MS = 60 * 1000 };

struct house_hours {
	struct app *app;
	struct timer timer;
	bool open; /* what was told last */
	int64_t next_change;
	uint64_t version;
};

const struct hours *
hours_current(const struct app *app)
{
	return directory_hours(app->directory);
}

void
hours_state_encode(const struct hours *h, int64_t now, struct json_writer *w)
{
	const struct hours_special *special = h->always
		? NULL
		: hours_special_at(h, hours_date(h, now));

	jw_kbool(w, "open", hours_open(h, now));
	jw_ktime(w, "next_change", hours_next_change(h, now));
	jw_kstring(w, "zone", h->zone);
	jw_kstring(w, "day", special == NULL ? NULL : special->name);
}

/* The finished frame. */
static void
send_to(struct list *everybody)
{
	list_each(everybody, link) {
		struct socket *s = list_item(link, struct socket, link);

		if (s->ready) {
			socket_send(s);
		}
	}
}

static void
announce(struct house_hours *h)
{
	struct app *app = h->app;
	struct json_writer *json = frame_start(app->sockets, "hours");

	hours_state_encode(hours_current(app), clock_now_ms(), json);
	frame_end(app->sockets);
	send_to(&app->sockets->consoles);
	send_to(&app->sockets->widgets);
}

static void
look(struct house_hours *h, bool tell)
{
	const struct hours *hours = hours_current(h->app);
	int64_t now = clock_now_ms();
	bool open = hours_open(hours, now);
	int64_t next = hours_next_change(hours, now);
	int64_t wait = next == 0 || next - now > LOOK_MS ? LOOK_MS : next - now;

	tell = tell &&
		(open != h->open || next != h->next_change || hours->version != h->version);
	h->open = open;
	h->next_change = next;
	h->version = hours->version;
	timer_cancel(&h->timer);
	wheel_add(net_wheel(h->app->net), &h->timer, clock_monotonic_ms() + wait + 1);
	if (tell) {
		announce(h);
	}
}

static void
look_again(struct timer *t)
{
	look(list_item(t, struct house_hours, timer), true);
}

static void
edited(void *ctx)
{
	look(ctx, true);
}

struct house_hours *
house_hours_create(struct app *app)
{
	struct house_hours *h = xcalloc(1, sizeof(*h));

	h->app = app;
	timer_init(&h->timer, look_again);
	directory_on_reload(app->directory, edited, h);
	look(h, false);
	return h;
}

void
house_hours_destroy(struct house_hours *h)
{
	if (h != NULL) {
		timer_cancel(&h->timer);
		free(h);
	}
}
