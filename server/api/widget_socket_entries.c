/* What a visitor writes and reads: send, mark, range. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/app.h"
#include "api/limits.h"
#include "api/widget_socket.h"
#include "base/arena.h"
#include "desk/marks.h"
#include "model/change.h"
#include "model/fact.h"
#include "store/read.h"

enum { RANGE_BYTES_MAX = 400 * 1024 };

/* --- send ---------------------------------------------------------------------------------- */

void
widgets_follow(struct app *app, uint64_t visitor, uint64_t timeline, uint64_t customer)
{
	struct widget *each = map_get(&app->sockets->visitors, visitor);

	for (; each != NULL; each = each->next) {
		if (each->timeline == 0) {
			widget_attach(each, timeline, customer);
			if (each->socket.ready) {
				widget_catch_up(each);
			}
		}
	}
}

static void
sent(struct socket *s, const char *ref, const struct outcome *o)
{
	struct widget *w = (struct widget *)s;
	const struct fact *f = o->fact_count > 0 ? o->facts[0] : NULL;
	struct json_writer *json = frame_start(s->app->sockets, "ack");

	jw_kstring(json, "ref", ref);
	jw_ki64(json, "pub", f != NULL ? (int64_t)f->pub : 0);
	jw_ktime(json, "at", f != NULL ? f->at : o->at);
	jw_kbool(json, "duplicate", o->duplicate);
	socket_finish(s);
	if (f != NULL && f->pub > w->acked) {
		w->acked = f->pub;
	}
	if (w->timeline == 0 && o->timeline != 0) {
		/* Her first message made her a customer. */
		widgets_follow(s->app, w->visitor, o->timeline, o->customer);
	}
}

static bool
within_limit(struct widget *w, const char *ref)
{
	struct app *app = w->socket.app;
	char key[24];
	int64_t retry_ms = 0;

	if (app->conf->send_per_minute == 0) {
		return true;
	}
	snprintf(key, sizeof(key), "%" PRIu64, w->visitor);
	if (limits_take(app->limits, "visitor_send", key, app->conf->send_per_minute,
			&retry_ms)) {
		return true;
	}
	socket_nack(&w->socket, ref, "busy", "Please write a little slower.",
		retry_ms > 0 ? retry_ms : RETRY_BUSY_MS);
	return false;
}

void
widget_send(struct widget *w, const struct frame *f)
{
	const struct send_frame *send = &f->send;
	struct actor actor = widget_actor(w);
	struct change *change;

	if (!within_limit(w, f->ref)) {
		return;
	}
	change = change_create(CHANGE_POST, &actor);
	change->post = (struct post){
		.party = {.visitor = w->visitor},
		.kind = FACT_MESSAGE,
		.channel = w->channel,
		.channel_kind = arena_strdup(change->arena, w->channel_kind),
		.text = arena_strdup(change->arena, send->text),
		.files = frame_ids(&send->files, change->arena),
		.file_count = send->files.count,
		.ask_human = send->human,
	};
	socket_submit(&w->socket, change, f->ref, false, sent);
}

/* --- feedback ------------------------------------------------------------------------------ */

/* She does not see what became of it: no number of hers. */
static void
said(struct socket *s, const char *ref, const struct outcome *o)
{
	struct json_writer *json = frame_start(s->app->sockets, "ack");

	jw_kstring(json, "ref", ref);
	jw_ki64(json, "pub", 0);
	jw_ktime(json, "at", o->at);
	jw_kbool(json, "duplicate", o->duplicate);
	socket_finish(s);
}

/* Of each answer once, however often she presses. */
void
widget_feedback(struct widget *w, const struct frame *f)
{
	struct actor actor = widget_actor(w);
	struct change *change;

	if (!within_limit(w, f->ref)) {
		return;
	}
	change = change_create(CHANGE_FEEDBACK, &actor);
	change->feedback.visitor = w->visitor;
	change->feedback.pub = f->feedback.pub;
	change->feedback.helpful = f->feedback.helpful;
	change->dedupe_scope = "feedback";
	change->dedupe_id = arena_printf(change->arena, "%" PRIu64 ":%" PRIu64, w->visitor,
		f->feedback.pub);
	socket_submit(&w->socket, change, f->ref, false, said);
}

/* --- mark ---------------------------------------------------------------------------------- */

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* She cannot have got what was never sent to her. */
void
widget_mark(struct widget *w, const struct mark_frame *f)
{
	uint64_t newest = w->sent > w->acked ? w->sent : w->acked;
	struct actor actor = widget_actor(w);

	if (w->timeline != 0) {
		marks_put(w->socket.app->marks, &actor, place_customer(&w->place), w->timeline,
			PARTY_CUSTOMER, smaller(f->delivered, newest), smaller(f->seen, newest));
	}
}

/* --- range --------------------------------------------------------------------------------- */

struct range {
	struct socket_query query; /* first */
	struct range_frame asked;
	uint64_t timeline;
	struct fact_list entries; /* one more than asked for, when there is more */
};

static enum err
read_range(struct query *query, struct reader *r, struct error *e)
{
	struct range *range = (struct range *)query;
	const struct range_frame *asked = &range->asked;
	uint64_t before = asked->before > 0 ? asked->before : INT64_MAX;

	if (range->timeline == 0) {
		return ERR_OK;
	}
	return read_public(r, range->timeline, asked->backwards ? 0 : asked->after,
		asked->backwards ? before : 0, asked->limit + 1, range->query.arena,
		&range->entries, e);
}

struct span {
	size_t first;
	size_t end;
};

/* As many as were asked for and fit into a frame, beginning at the side that was asked for. */
static struct span
fitting(const struct range *range)
{
	const struct fact_list *l = &range->entries;
	size_t count = 0;
	size_t bytes = 0;

	while (count < l->count && count < range->asked.limit) {
		size_t i = range->asked.backwards ? l->count - 1 - count : count;
		const struct fact *f = l->items[i];

		bytes += f->body_length + (f->files != NULL ? strlen(f->files) : 0);
		if (count > 0 && bytes > RANGE_BYTES_MAX) {
			break;
		}
		count++;
	}
	return range->asked.backwards ? (struct span){l->count - count, l->count}
								  : (struct span){0, count};
}

static void
send_range(struct widget *w, const struct range *range)
{
	struct app *app = w->socket.app;
	struct span span = fitting(range);
	struct json_writer *json = frame_start(app->sockets, "range");

	jw_kstring(json, "id", range->asked.id);
	jw_key(json, "entries");
	jw_array(json);
	for (size_t i = span.first; i < span.end; i++) {
		const struct fact *f = range->entries.items[i];

		jw_object(json);
		fact_encode_public(f, widget_author_name(app, f), json);
		jw_object_end(json);
	}
	jw_array_end(json);
	jw_kbool(json, "more", span.end - span.first < range->entries.count);
	socket_finish(&w->socket);
}

static void
range_done(struct socket_query *q)
{
	struct range *range = (struct range *)q;

	if (socket_alive(q->socket)) {
		if (q->query.code == ERR_OK) {
			send_range((struct widget *)q->socket, range);
		} else {
			socket_error(q->socket, err_name(q->query.code), "Please ask again.");
		}
	}
	fact_list_release(&range->entries);
}

void
widget_range(struct widget *w, const struct range_frame *f)
{
	struct range *range = socket_query_create(&w->socket, sizeof(*range), read_range,
		range_done);

	range->asked = *f;
	range->timeline = w->timeline;
	socket_query_start(&range->query);
}
