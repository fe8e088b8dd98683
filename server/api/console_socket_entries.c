/* What a member of staff writes and reads in a thread: send, act, mark, range. */
#include "api/console_socket.h"

#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/console_rights.h"
#include "base/arena.h"
#include "desk/marks.h"
#include "model/change.h"
#include "model/conversation.h"
#include "model/fact.h"
#include "store/read.h"

enum { RANGE_FRAME_MAX = 800 * 1024 };

/* --- send, act ----------------------------------------------------------------------------- */

static struct json_writer *
ack_start(struct socket *s, const char *ref, const struct outcome *o)
{
	struct json_writer *w = frame_start(s->app->sockets, "ack");
	const struct fact *f = o->fact_count > 0 ? o->facts[0] : NULL;

	jw_kstring(w, "ref", ref);
	jw_kid(w, "id", f != NULL ? f->id : 0);
	jw_ki64(w, "seq", f != NULL ? (int64_t)f->seq : 0);
	jw_kid(w, "timeline", f != NULL ? f->timeline : o->timeline);
	jw_ktime(w, "at", f != NULL ? f->at : o->at);
	jw_kbool(w, "duplicate", o->duplicate);
	return w;
}

static void
sent(struct socket *s, const char *ref, const struct outcome *o)
{
	ack_start(s, ref, o);
	socket_finish(s);
	console_announce_mentions(s->app, o);
}

static void
acted(struct socket *s, const char *ref, const struct outcome *o)
{
	struct json_writer *w = ack_start(s, ref, o);

	jw_key(w, "conversation");
	if (o->conversation != NULL) {
		jw_object(w);
		conversation_encode(o->conversation, w);
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	socket_finish(s);
}

void
console_send(struct console *c, const struct frame *f)
{
	const struct send_frame *send = &f->send;
	struct actor actor = console_actor(c);
	struct change *change = change_create(CHANGE_POST, &actor);
	struct post *post = &change->post;
	*post = (struct post){
		.party = {.conversation = send->conversation},
		.kind = send->note ? FACT_NOTE : FACT_MESSAGE,
		.text = arena_strdup(change->arena, send->text),
		.files = frame_ids(&send->files, change->arena),
		.file_count = send->files.count,
		.mentions = frame_ids(&send->mentions, change->arena),
		.mention_count = send->mentions.count,
		.quick_replies = frame_ids(&send->quick_replies, change->arena),
		.quick_reply_count = send->quick_replies.count,
		.acknowledged = frame_ids(&send->acknowledged, change->arena),
		.acknowledged_count = send->acknowledged.count,
		.seen_seq = send->seen_seq,
		.stale_check = send->check,
	};
	if (send->conversation == 0) {
		post->party.customer = send->customer;
	}
	socket_submit(&c->socket, change, f->ref, send->check, sent);
}

void
console_act(struct console *c, const struct frame *f)
{
	struct actor actor = console_actor(c);
	struct change *change = change_create(CHANGE_CONVERSATION, &actor);

	change->conversation = (struct conversation_change){
		.conversation = f->act.conversation,
		.action = f->act.action,
		.assignee = f->act.assignee,
		.version = f->act.version,
		.note = f->act.note != NULL ? arena_strdup(change->arena, f->act.note) : NULL,
	};
	socket_submit(&c->socket, change, f->ref, false, acted);
}

/* --- mark ---------------------------------------------------------------------------------- */

void
console_mark(struct console *c, const struct mark_frame *f)
{
	struct actor actor = console_actor(c);

	marks_put(c->socket.app->marks, &actor, f->customer, f->timeline, c->staff, f->seen,
		f->seen);
}

/* --- range --------------------------------------------------------------------------------- */

struct range {
	struct socket_query query; /* first */
	struct range_frame asked;
	struct scope scope;
	struct buf out;
};

static void
encode_range(struct range *r, const struct fact_list *facts, bool more)
{
	struct json_writer w;

	jw_init(&w, &r->out);
	jw_object(&w);
	jw_kstring(&w, "t", "range");
	jw_kstring(&w, "id", r->asked.id);
	jw_kid(&w, "timeline", r->asked.timeline);
	jw_key(&w, "entries");
	jw_array(&w);
	for (size_t i = 0; i < facts->count && i < r->asked.limit; i++) {
		/* Whole entries as far as they fit; the client asks for the rest. */
		if (i > 0 && r->out.length > RANGE_FRAME_MAX / 2) {
			more = true;
			break;
		}
		jw_object(&w);
		fact_encode_staff(facts->items[i], &w);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_kbool(&w, "more", more);
	jw_object_end(&w);
}

static enum err
read_range(struct query *query, struct reader *reader, struct error *e)
{
	struct range *r = (struct range *)query;
	struct fact_list facts = {0};
	struct customer customer;
	/* A timeline has the id of the customer with whom it began. */
	enum err rc = console_check_customer(reader, &r->scope, r->asked.timeline,
		r->query.arena, &customer, e);

	if (rc == ERR_OK) {
		rc = read_timeline(reader, r->asked.timeline, r->asked.after, r->asked.limit + 1,
			r->query.arena, &facts, e);
	}
	if (rc == ERR_OK) {
		encode_range(r, &facts, facts.count > r->asked.limit);
	}
	fact_list_release(&facts);
	return rc;
}

static void
range_done(struct socket_query *q)
{
	struct range *r = (struct range *)q;

	if (q->query.code == ERR_OK) {
		socket_send_bytes(q->socket, r->out.data, r->out.length);
	} else if (socket_alive(q->socket)) {
		socket_error(q->socket, err_name(q->query.code), q->query.error.text);
	}
	buf_fini(&r->out);
}

void
console_range(struct console *c, const struct range_frame *f)
{
	struct range *r = socket_query_create(&c->socket, sizeof(*r), read_range, range_done);

	r->asked = *f;
	r->scope = c->scope;
	buf_init(&r->out, RANGE_FRAME_MAX);
	socket_query_start(&r->query);
}
