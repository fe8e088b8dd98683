#include "api/mailboxes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/mail_fetch.h"
#include "api/mailbox_settings.h"
#include "api/mailbox_take.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/map.h"
#include "base/str.h"
#include "base/wheel.h"
#include "model/change.h"
#include "net/address.h"
#include "store/read.h"

enum { AGAIN_MS = 2000 };

enum mailbox_state {
	MAILBOX_OFF,
	MAILBOX_CONNECTING,
	MAILBOX_CONNECTED,
	MAILBOX_WAITING
};

struct mailbox {
	struct mailboxes *all;
	uint64_t channel;
	uint64_t generation;
	char *settings; /* that it is read by; NULL: it is off */
	char *place;    /* server, user and folder: what the cursor belongs to */
	enum mailbox_state state;
	bool idle;
	int64_t connected_at;
	int64_t failed_at;
	int64_t next_try_at;
	struct mail_trouble trouble; /* the last one */
	struct mailbox_row row;      /* as it stands in the database */
	char told[MAILBOX_TOLD_MAX + 1];
	char address[200];
	char trusted_host[MAILBOX_HOST_MAX + 1];
	enum mailbox_answering answering;
	int64_t since;
	struct taking *taking;         /* NULL: none */
	struct mailbox_change unsaved; /* the cursor's next place, until it is committed */
	char unsaved_told[MAILBOX_TOLD_MAX + 1];
	bool saving;
	uint64_t saving_generation;
	struct timer timer;
};

struct mailboxes {
	struct app *app;
	struct mail_fetch *fetch;
	struct network_list networks;
	struct map boxes; /* channel → struct mailbox; none is ever removed */
	struct timer timer;
	uint64_t generations;
	bool started; /* the cursors are known */
	bool stopped;
	struct mailbox_counts counts;
};

struct load {
	struct query query; /* first */
	struct mailboxes *all;
	struct arena *arena;
	struct mailbox_row *rows;
	size_t count;
};

static void sync_all(void *ctx);
static void save(struct mailbox *box);

/* --- the cursor -------------------------------------------------------------------------------- */

static void
again_later(struct mailbox *box)
{
	if (!box->all->stopped) {
		wheel_add(net_wheel(box->all->app->net), &box->timer,
			clock_monotonic_ms() + AGAIN_MS);
	}
}

static void
save_due(struct timer *timer)
{
	save(list_item(timer, struct mailbox, timer));
}

static void
keep_saved(struct mailbox *box, int64_t at)
{
	const struct mailbox_change *now = &box->unsaved;

	box->row.uidvalidity = now->uidvalidity;
	box->row.uid = now->uid;
	if (now->taken) {
		box->row.taken++;
		box->row.last_at = at;
		box->all->counts.taken++;
	}
	if (now->told != NULL) {
		box->row.told++;
		box->row.told_at = at;
		str_copy(box->told, sizeof(box->told), now->told);
		box->all->counts.told++;
	}
}

static void
saved(void *ctx, const struct outcome *o)
{
	struct mailbox *box = ctx;

	if (o->code != ERR_OK) {
		again_later(box);
		return;
	}
	keep_saved(box, o->at);
	box->saving = false;
	if (box->unsaved.taken || box->unsaved.told != NULL) {
		mail_fetch_go_on(box->all->fetch, box->channel, box->saving_generation);
	}
}

static void
save(struct mailbox *box)
{
	struct actor system = {.kind = AUTHOR_SYSTEM};
	struct change *c = change_create(CHANGE_MAILBOX, &system);

	c->mailbox = box->unsaved;
	if (box->unsaved.told != NULL) {
		c->mailbox.told = arena_strdup(c->arena, box->unsaved.told);
	}
	box->saving = true;
	if (store_submit(box->all->app->store, c, saved, box) != ERR_OK) {
		again_later(box);
	}
}

/* --- what the fetching thread says ------------------------------------------------------------ */

static void
taken(void *ctx, uint64_t channel, uint64_t generation, const struct imap_event *event,
	const struct mail_fate *fate)
{
	struct mailboxes *m = ctx;
	struct mailbox *box = map_get(&m->boxes, channel);
	struct log_quoted q;

	if (fate->told != NULL) {
		log_event(LOG_WARN, "mail_told", "channel=%" PRIu64 " reason=%s", channel,
			log_quote(&q, fate->told));
	}
	if (box == NULL || box->generation != generation) {
		return; /* other settings now: it will come again and die as a duplicate */
	}
	box->taking = NULL;
	m->counts.copies += fate->copy;
	m->counts.dropped += fate->dropped;
	box->unsaved = (struct mailbox_change){
		.channel = channel,
		.uidvalidity = event->uidvalidity,
		.uid = event->uid,
		.taken = fate->told == NULL,
	};
	if (fate->told != NULL) {
		str_copy(box->unsaved_told, sizeof(box->unsaved_told), fate->told);
		box->unsaved.told = box->unsaved_told;
	}
	box->saving_generation = generation;
	save(box);
}

static void
take(struct mailbox *box, struct mail_news *n)
{
	struct taking_conf conf = {
		.app = box->all->app,
		.channel = box->channel,
		.generation = box->generation,
		.address = box->address,
		.trusted_host = box->trusted_host,
		.answering = box->answering,
		.since = box->since,
		.trouble = box->trouble.words,
		.done = taken,
		.ctx = box->all,
	};

	box->taking = taking_start(&conf, &n->event);
	n->event.bytes = NULL;
}

static void
failed(struct mailbox *box, const struct mail_news *n)
{
	struct log_quoted q;

	box->state = MAILBOX_WAITING;
	box->failed_at = clock_now_ms();
	box->next_try_at = n->next_try_at;
	box->trouble = n->trouble;
	box->all->counts.failures++;
	log_event(LOG_WARN, "mailbox_failed", "channel=%" PRIu64 " step=%s reason=%s",
		box->channel, mail_step_name(n->trouble.step), log_quote(&q, n->trouble.words));
}

/* Where nothing was taken the cursor moves too: past mail that is too old. */
static void
caught_up(struct mailbox *box, const struct imap_event *event)
{
	if (box->saving || box->taking != NULL ||
		(event->uidvalidity == box->row.uidvalidity && event->uid == box->row.uid)) {
		return;
	}
	box->unsaved = (struct mailbox_change){
		.channel = box->channel,
		.uidvalidity = event->uidvalidity,
		.uid = event->uid,
	};
	save(box);
}

static void
hear(struct mailboxes *m, struct mail_news *n)
{
	struct mailbox *box = map_get(&m->boxes, n->channel);

	if (box == NULL || box->generation != n->generation || m->stopped) {
		return;
	}
	switch (n->kind) {
	case MAIL_NEWS_CONNECTING:
		box->state = MAILBOX_CONNECTING;
		break;
	case MAIL_NEWS_CONNECTED:
		box->state = MAILBOX_CONNECTED;
		box->idle = n->event.idle;
		box->connected_at = clock_now_ms();
		log_event(LOG_INFO, "mailbox_connected", "channel=%" PRIu64 " idle=%s",
			box->channel, box->idle ? "true" : "false");
		break;
	case MAIL_NEWS_FAILED:
		failed(box, n);
		break;
	case MAIL_NEWS_MAIL:
		take(box, n);
		break;
	case MAIL_NEWS_CAUGHT_UP:
		caught_up(box, &n->event);
		break;
	}
}

void
mailboxes_drain(struct mailboxes *m)
{
	struct mail_news *n;

	if (m == NULL) {
		return;
	}
	while ((n = mail_fetch_news(m->fetch)) != NULL) {
		hear(m, n);
		mail_news_destroy(n);
	}
}

/* --- settings ----------------------------------------------------------------------------------- */

static struct mailbox *
box_of(struct mailboxes *m, uint64_t channel)
{
	struct mailbox *box = map_get(&m->boxes, channel);

	if (box == NULL) {
		box = xcalloc(1, sizeof(*box));
		box->all = m;
		box->channel = channel;
		timer_init(&box->timer, save_due);
		map_put(&m->boxes, channel, box);
	}
	return box;
}

static void
switch_off(struct mailbox *box)
{
	if (box->settings == NULL) {
		return;
	}
	free(box->settings);
	box->settings = NULL;
	box->state = MAILBOX_OFF;
	box->generation = ++box->all->generations;
	box->taking = NULL; /* what is under way is finished; its cursor is not kept */
	mail_fetch_remove(box->all->fetch, box->channel);
}

static void
set_source(struct mailbox *box, const struct mailbox_settings *s,
	struct mail_source *source)
{
	const struct app_conf *conf = box->all->app->conf;

	source->channel = box->channel;
	source->generation = box->generation;
	source->place = (struct mail_place){
		.scheme = "imap",
		.host = arena_strdup(source->arena, s->imap.host),
		.port = s->imap.port,
		.secure = (enum mail_secure)s->imap.security,
		.user = arena_strdup(source->arena, s->imap.user),
		.password = source->password,
		.timeout_ms = conf->outbox_timeout_ms,
		.private_networks = &box->all->networks,
		.ca_file = conf->outbox_ca_file,
	};
	source->imap = (struct imap_conf){
		.folder = arena_strdup(source->arena, s->folder),
		.since = s->since,
		.uidvalidity = box->row.uidvalidity,
		.uid = box->row.uid,
		.mail_max = (size_t)conf->mail_max,
	};
}

/* The numbers of another server, or of another folder, mean something else. */
static void
look_at_place(struct mailbox *box, const struct mailbox_settings *s, struct arena *a)
{
	char *place = arena_printf(a, "%s %s %s", s->imap.host, s->imap.user, s->folder);

	if (box->place != NULL && strcmp(box->place, place) != 0) {
		box->row.uidvalidity = 0;
		box->row.uid = 0;
		box->unsaved = (struct mailbox_change){.channel = box->channel};
		save(box);
	}
	free(box->place);
	box->place = xstrdup(place);
}

static void
switch_on(struct mailbox *box, const struct channel_row *c,
	const struct mailbox_settings *s, struct arena *a)
{
	struct app *app = box->all->app;
	struct mail_source *source;
	char password[MAILBOX_PASSWORD_MAX + 1];
	enum err rc = mailbox_password(&s->imap, app->secret, c->public_key, password);

	switch_off(box);
	box->settings = xstrdup(c->settings);
	box->generation = ++box->all->generations;
	str_copy(box->address, sizeof(box->address), s->address);
	str_copy(box->trusted_host, sizeof(box->trusted_host), s->trusted_host);
	box->answering = s->smtp.host[0] != '\0' ? s->answering : MAILBOX_ANSWERS_NOBODY;
	box->since = s->since;
	look_at_place(box, s, a);
	if (rc != ERR_OK) {
		struct mail_news n = {.trouble = {MAIL_STEP_LOGIN, MAIL_ADVICE_PASSWORD, ""}};

		str_copy(n.trouble.words, sizeof(n.trouble.words),
			rc == ERR_NOT_FOUND ? "there is no password"
								: "the password was sealed by another server's key");
		failed(box, &n);
		return;
	}
	source = mail_source_create();
	source->password = arena_strdup(source->arena, password);
	explicit_bzero(password, sizeof(password));
	set_source(box, s, source);
	box->state = MAILBOX_CONNECTING;
	mail_fetch_set(box->all->fetch, source);
}

static void
sync_one(struct mailboxes *m, const struct channel_row *c, struct arena *a)
{
	struct mailbox *box = box_of(m, c->id);
	struct mailbox_settings s;

	if (!c->enabled || mailbox_settings_parse(c->settings, a, &s) != ERR_OK ||
		s.imap.host[0] == '\0') {
		switch_off(box);
	} else if (box->settings == NULL || strcmp(box->settings, c->settings) != 0) {
		switch_on(box, c, &s, a);
	}
}

/* Channels are switched off, not removed. */
static void
sync_all(void *ctx)
{
	struct mailboxes *m = ctx;
	const struct directory *d = m->app->directory;
	struct arena *a;

	if (!m->started || m->stopped) {
		return;
	}
	a = arena_create();
	for (size_t i = 0; i < directory_channel_count(d); i++) {
		const struct channel_row *c = directory_channel_at(d, i);

		if (strcmp(c->kind, "email") == 0) {
			sync_one(m, c, a);
		}
	}
	arena_destroy(a);
}

/* --- start ---------------------------------------------------------------------------------------- */

static enum err
run_load(struct query *query, struct reader *r, struct error *e)
{
	struct load *l = (struct load *)query;

	return read_mailboxes(r, l->arena, &l->rows, &l->count, e);
}

static void
load_later(struct mailboxes *m)
{
	if (!m->stopped) {
		wheel_add(net_wheel(m->app->net), &m->timer, clock_monotonic_ms() + AGAIN_MS);
	}
}

static void
loaded(struct query *query)
{
	struct load *l = (struct load *)query;
	struct mailboxes *m = l->all;

	for (size_t i = 0; query->code == ERR_OK && i < l->count; i++) {
		struct mailbox *box = box_of(m, l->rows[i].channel);

		box->row = l->rows[i];
		str_copy(box->told, sizeof(box->told), l->rows[i].told_text);
		box->row.told_text = "";
	}
	if (query->code == ERR_OK) {
		m->started = true;
		sync_all(m);
	} else {
		load_later(m);
	}
	arena_destroy(l->arena);
	free(l);
}

void
mailboxes_start(struct mailboxes *m)
{
	struct load *l = xcalloc(1, sizeof(*l));

	l->query.run = run_load;
	l->query.done = loaded;
	l->all = m;
	l->arena = arena_create();
	if (store_query(m->app->store, &l->query) != ERR_OK) {
		arena_destroy(l->arena);
		free(l);
		load_later(m);
	}
}

static void
start_due(struct timer *timer)
{
	mailboxes_start(list_item(timer, struct mailboxes, timer));
}

enum err
mailboxes_create(struct mailboxes **out, struct app *app, mailboxes_wake *wake, void *ctx,
	struct error *e)
{
	struct mailboxes *m = xcalloc(1, sizeof(*m));
	struct mail_fetch_conf conf = {.retry_ms = app->conf->outbox_retry_ms};
	enum err rc;

	m->app = app;
	map_init(&m->boxes);
	timer_init(&m->timer, start_due);
	rc = network_list_parse(&m->networks,
		app->conf->outbox_private != NULL ? app->conf->outbox_private : "", e);
	if (rc == ERR_OK) {
		rc = mail_fetch_create(&m->fetch, &conf, wake, ctx, e);
	}
	if (rc != ERR_OK) {
		mailboxes_destroy(m);
		return rc;
	}
	directory_on_reload(app->directory, sync_all, m);
	*out = m;
	return ERR_OK;
}

/* --- the end ---------------------------------------------------------------------------------------- */

void
mailboxes_stop(struct mailboxes *m)
{
	size_t position = 0;
	uint64_t channel;
	void *box;

	if (m->stopped) {
		return;
	}
	m->stopped = true;
	timer_cancel(&m->timer);
	if (m->fetch != NULL) {
		mail_fetch_stop(m->fetch);
	}
	while (map_next(&m->boxes, &position, &channel, &box)) {
		struct mailbox *one = box;

		timer_cancel(&one->timer);
		if (one->taking != NULL) {
			taking_end(one->taking);
			one->taking = NULL;
		}
	}
}

void
mailboxes_destroy(struct mailboxes *m)
{
	size_t position = 0;
	uint64_t channel;
	void *box;

	if (m == NULL) {
		return;
	}
	mailboxes_stop(m);
	while (map_next(&m->boxes, &position, &channel, &box)) {
		free(((struct mailbox *)box)->settings);
		free(((struct mailbox *)box)->place);
		free(box);
	}
	map_fini(&m->boxes);
	mail_fetch_destroy(m->fetch);
	network_list_fini(&m->networks);
	free(m);
}

/* --- showing ---------------------------------------------------------------------------------------- */

void
mailboxes_write_state(const struct mailboxes *m, uint64_t channel, struct json_writer *w)
{
	static const char *const names[] = {"off", "connecting", "connected", "waiting"};
	static const struct mailbox none = {0};
	const struct mailbox *box = map_get(&m->boxes, channel);

	box = box != NULL ? box : &none;
	jw_key(w, "mailbox_state");
	jw_object(w);
	jw_kstring(w, "state", names[box->state]);
	jw_kbool(w, "idle", box->idle);
	jw_ktime(w, "connected_at", box->connected_at);
	jw_ktime(w, "last_mail_at", box->row.last_at);
	jw_ki64(w, "taken", box->row.taken);
	jw_ki64(w, "told", box->row.told);
	jw_ktime(w, "told_at", box->row.told_at);
	jw_kstring(w, "told_text", box->told);
	jw_ktime(w, "failed_at", box->failed_at);
	jw_kstring(w, "step", mail_step_name(box->trouble.step));
	jw_kstring(w, "error", box->trouble.words);
	jw_kstring(w, "advice", mail_advice_name(box->trouble.advice));
	jw_ktime(w, "next_try_at", box->state == MAILBOX_WAITING ? box->next_try_at : 0);
	jw_object_end(w);
}

struct mailbox_counts
mailboxes_count(const struct mailboxes *m)
{
	struct mailbox_counts counts = m->counts;
	size_t position = 0;
	uint64_t channel;
	void *box;

	counts.connected = 0;
	counts.failing = 0;
	while (map_next(&m->boxes, &position, &channel, &box)) {
		counts.connected += ((struct mailbox *)box)->state == MAILBOX_CONNECTED;
		counts.failing += ((struct mailbox *)box)->state == MAILBOX_WAITING;
	}
	return counts;
}
