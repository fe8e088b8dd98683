/* Events of calls, in any order and any number of times. A call is its channel's id for it; each
 * of its events is one fact, keyed by (call, event). */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/call_row.h"
#include "store/dedupe.h"
#include "store/records.h"

static const char *const event_names[] = {
	[CALL_EVENT_START] = "start",
	[CALL_EVENT_ANSWER] = "answer",
	[CALL_EVENT_END] = "end",
};

static const enum fact_kind event_facts[] = {
	[CALL_EVENT_START] = FACT_CALL_STARTED,
	[CALL_EVENT_ANSWER] = FACT_CALL_ANSWERED,
	[CALL_EVENT_END] = FACT_CALL_ENDED,
};

static enum err
check(struct job *j, const struct call_change *change)
{
	const struct call *c = &change->call;

	if (change->event < CALL_EVENT_START || change->event > CALL_EVENT_END) {
		return job_refuse(j, ERR_INVALID, "no such event of a call");
	}
	if (c->direction == CALL_INTERNAL) {
		return job_refuse(j, ERR_INVALID, "internal call");
	}
	if (str_empty(c->external_id) || strlen(c->external_id) > CALL_EXTERNAL_ID_MAX) {
		return job_refuse(j, ERR_INVALID, "a call needs an id of 1 to %d bytes",
			CALL_EXTERNAL_ID_MAX);
	}
	return ERR_OK;
}

/* An extension belongs to one member of staff at most. */
static enum err
find_staff(struct batch *b, const struct call_change *change, uint64_t *out)
{
	struct value args[] = {value_text(change->staff_extension)};
	struct staff staff;
	struct rows r;

	*out = change->call.staff;
	if (*out != 0 || str_empty(change->staff_extension)) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_STAFF_BY_EXTENSION, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_staff(rows_at(&r, 0), &staff);
		*out = staff.active ? staff.id : 0;
	}
	return ERR_OK;
}

/* A caller who hides her number is a new stranger each time: to give all of them one customer
 * would put strangers into one history. She is not in the list of customers (there is nothing to
 * find her by) and is attached, once somebody knows who she is. */
static enum err
find_timeline(struct batch *b, struct job *j, const struct call_change *change,
	struct head **out)
{
	struct party p = {
		.contact_kind = "phone",
		.contact_value = change->call.customer_number,
		.name = change->call.caller_name,
	};
	struct new_customer n = {.name = change->call.caller_name};

	if (!str_empty(p.contact_value)) {
		return party_resolve(b, j, &p, change->channel, out);
	}
	n.unit = channel_unit(b, change->channel);
	*out = b->failed == ERR_OK ? customer_begin(b, &n) : NULL;
	return b->failed;
}

static enum err
begin_call(struct batch *b, struct job *j, const struct call_change *change,
	struct call_row *row, struct head **out)
{
	struct call *c = &row->call;
	enum err err;

	if (change->call.direction != CALL_IN && change->call.direction != CALL_OUT) {
		return job_refuse(j, ERR_INVALID,
			"the first event of a call needs its direction");
	}
	err = find_timeline(b, j, change, out);
	if (err != ERR_OK) {
		return err;
	}
	*row = (struct call_row){0};
	c->id = batch_id(b);
	c->channel = change->channel;
	c->timeline = (*out)->timeline;
	c->imported = j->change->imported || change->whole;
	return ERR_OK;
}

static int64_t
event_time(const struct call_change *change, const struct call *c)
{
	if (change->whole || change->event == CALL_EVENT_START) {
		return c->started_at;
	}
	return change->event == CALL_EVENT_ANSWER ? c->answered_at : c->ended_at;
}

static bool
has_ended(const struct call *c)
{
	return c->result != CALL_RINGING && c->result != CALL_TALKING;
}

/* Moves the call on; what came too late fills gaps and changes no result, except one that was
 * only concluded. */
static void
advance(struct batch *b, const struct call_change *change, uint64_t staff,
	struct call_row *row)
{
	struct call *c = &row->call;
	struct call event = change->call;

	event.staff = staff;
	call_merge(b, c, &event);
	c->version++;
	switch (change->event) {
	case CALL_EVENT_START:
		c->started_at = c->started_at > 0 ? c->started_at : b->now;
		break;
	case CALL_EVENT_ANSWER:
		c->answered_at = c->answered_at > 0 ? c->answered_at : b->now;
		if (!has_ended(c)) {
			c->result = CALL_TALKING;
		} else if (!row->settled) {
			call_conclude(row, CALL_RINGING);
		}
		break;
	case CALL_EVENT_END:
		c->ended_at = c->ended_at > 0 ? c->ended_at : b->now;
		call_conclude(row, change->call.result);
		break;
	}
	if (c->started_at == 0) {
		c->started_at = c->answered_at > 0 ? c->answered_at : c->ended_at;
	}
}

static void
set_author(struct draft *d, const struct call *c, enum call_event event)
{
	bool hers = c->direction == CALL_IN &&
		(event == CALL_EVENT_START || (event == CALL_EVENT_END && call_missed(c)));

	d->author_kind = AUTHOR_SYSTEM;
	d->author = 0;
	if (hers) {
		d->author_kind = AUTHOR_CUSTOMER;
	} else if (c->staff != 0) {
		d->author_kind = AUTHOR_STAFF;
		d->author = c->staff;
	}
}

static bool
belongs_here(const struct head *h, const struct call *c)
{
	return c->conversation != 0 && episode_open(h) &&
		h->state.conversation.id == c->conversation;
}

/* Somebody waits from the first ring until somebody talks to her. */
static void
note_event(struct head *h, const struct fact *f, const struct call *before,
	const struct call *c)
{
	struct conversation *v = &h->state.conversation;
	bool talked = c->result == CALL_TALKING || c->result == CALL_COMPLETED;

	if (call_missed(before) && !call_missed(c) && v->missed_calls > 0) {
		v->missed_calls--; /* answered after all: the events came in another order */
		v->inbound -= v->inbound > 0;
	}
	if (f->author_kind == AUTHOR_CUSTOMER) {
		v->channel = f->channel;
		str_copy(v->channel_kind, sizeof(v->channel_kind), f->channel_kind);
	}
	if (f->kind == FACT_CALL_STARTED && c->direction == CALL_IN && !has_ended(c) &&
		!talked && v->waiting_since == 0) {
		v->waiting_since = f->at;
	}
	if (f->kind == FACT_CALL_ENDED && call_missed(c)) {
		v->inbound++;
		v->missed_calls++;
		v->waiting_since = v->waiting_since == 0 ? f->at : v->waiting_since;
	}
	if (talked && f->kind != FACT_CALL_STARTED) {
		v->waiting_since = 0;
		v->missed_calls = 0;
	}
	episode_note(h, f, "");
}

static enum err
append(struct batch *b, struct job *j, struct head *h, const struct call_row *row,
	const struct call *before, const uint8_t *key)
{
	const struct call_change *change = &j->change->call;
	const struct call *c = &row->call;
	struct draft d = draft_of(j, event_facts[change->event]);
	struct json_writer *w = batch_body(b);
	struct fact *f;
	enum err err;

	jw_key(w, "call");
	jw_object(w);
	call_encode(c, w);
	jw_object_end(w);
	set_author(&d, c, change->event);
	d.conversation = c->conversation;
	d.channel = c->channel;
	d.channel_kind = "phone";
	d.at = event_time(change, c);
	d.imported = c->imported;
	err = fact_append(b, j, h, &d, &f);
	if (err != ERR_OK) {
		return err;
	}
	batch_key(b, NULL, key, f->id);
	if (belongs_here(h, c)) {
		note_event(h, f, before, c);
		fact_settle(h, f, h->state.conversation.assignee);
	}
	return ERR_OK;
}

/* The one who talks has the conversation, and so has the one who calls. */
static enum err
assign(struct batch *b, struct job *j, struct head *h, const struct call *c)
{
	bool talks = c->result == CALL_TALKING || c->result == CALL_COMPLETED;

	if (!belongs_here(h, c) || c->staff == 0 || h->state.conversation.assignee != 0 ||
		(!talks && c->direction == CALL_IN)) {
		return ERR_OK;
	}
	return episode_assign(b, j, h, c->staff, 0, 0);
}

/* Which events may open a conversation: history never; the end of a call that was talked only
 * when nothing was heard of it before. */
static bool
opens(const struct call_change *change, const struct call *c, bool is_new)
{
	if (c->imported) {
		return false;
	}
	return is_new || (change->event != CALL_EVENT_END && !has_ended(c)) ||
		(change->event == CALL_EVENT_END && call_missed(c));
}

static enum err
apply_event(struct batch *b, struct job *j, struct head *h, struct call_row *row,
	bool is_new, const uint8_t *key)
{
	const struct call_change *change = &j->change->call;
	struct call before = row->call;
	enum fact_kind opened = 0;
	uint64_t staff;
	int64_t at;
	enum err err = find_staff(b, change, &staff);

	if (err != ERR_OK) {
		return err;
	}
	advance(b, change, staff, row);
	at = event_time(change, &row->call);
	if (opens(change, &row->call, is_new)) {
		err = episode_ensure(b, h, change->channel, "phone", at, false, &opened);
		row->call.conversation = h->state.conversation.id;
	}
	if (err == ERR_OK) {
		err = append(b, j, h, row, &before, key);
	}
	if (err == ERR_OK) {
		err = is_new ? call_insert(b, row) : call_update(b, row);
	}
	if (err == ERR_OK) {
		err = episode_announce(b, j, h, opened, at);
	}
	if (err == ERR_OK) {
		err = assign(b, j, h, &row->call);
	}
	return err;
}

static enum err
answer_known(struct batch *b, struct job *j, uint64_t fact, const struct call *c)
{
	struct value args[] = {value_id(fact)};
	struct head *h = timeline_head(b, c->timeline);
	struct rows r;

	if (b->failed != ERR_OK || batch_read(b, STATEMENT_FACT_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	j->outcome.duplicate = true;
	j->outcome.id = c->id;
	if (r.count > 0) {
		job_add_fact(j, record_fact(rows_at(&r, 0)));
	}
	if (h != NULL) {
		outcome_of(j, h);
	}
	return ERR_OK;
}

/* The event's key within its call; 0 in *known: it is new. */
static enum err
look_up(struct batch *b, const struct job *j, const struct call *c, const uint8_t **key,
	uint64_t *known)
{
	const struct call_change *change = &j->change->call;
	uint8_t *k = arena_alloc(j->change->arena, DEDUPE_KEY_SIZE);
	const char *scope = arena_printf(b->arena, "call:%llu",
		(unsigned long long)change->channel);
	const char *id = arena_printf(b->arena, "%s:%s", change->call.external_id,
		event_names[change->event]);
	struct value args[] = {value_blob(k, DEDUPE_KEY_SIZE)};
	struct rows r;

	dedupe_key_of(c->id, scope, id, k);
	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_DEDUPE_READ, args, &r) != ERR_OK) {
		return b->failed;
	}
	*key = k;
	*known = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
	return ERR_OK;
}

enum err
apply_call(struct batch *b, struct job *j)
{
	const struct call_change *change = &j->change->call;
	struct call_row row = {0};
	struct head *h = NULL;
	const uint8_t *key = NULL;
	uint64_t known = 0;
	bool found = false;
	enum err err = check(j, change);

	if (err == ERR_OK) {
		err = call_find(b, change->channel, change->call.external_id, &row, &found);
	}
	if (err == ERR_OK && !found) {
		err = begin_call(b, j, change, &row, &h);
	}
	if (err == ERR_OK) {
		err = look_up(b, j, &row.call, &key, &known);
	}
	if (err == ERR_OK && known != 0) {
		return answer_known(b, j, known, &row.call);
	}
	if (err == ERR_OK && found) {
		h = timeline_head(b, row.call.timeline);
		err = b->failed;
	}
	if (err != ERR_OK || h == NULL) {
		return err != ERR_OK ? err
							 : job_refuse(j, ERR_CORRUPT, "the call has no timeline");
	}
	err = apply_event(b, j, h, &row, !found, key);
	if (err == ERR_OK) {
		outcome_of(j, h);
		j->outcome.id = row.call.id;
	}
	return err;
}

static enum err
append_outcome(struct batch *b, struct job *j, struct head *h, const struct call *c)
{
	struct draft d = draft_of(j, FACT_CALL_OUTCOME);
	struct json_writer *w = batch_body(b);
	struct fact *f;
	enum err err;

	jw_kid(w, "call", c->id);
	jw_kstring(w, "outcome", c->outcome);
	jw_kstring(w, "note", c->outcome_note);
	d.conversation = c->conversation;
	d.channel = c->channel;
	d.channel_kind = "phone";
	err = fact_append(b, j, h, &d, &f);
	if (err != ERR_OK) {
		return err;
	}
	if (c->conversation != 0 && h->state.conversation.id == c->conversation) {
		episode_note(h, f, c->outcome_note);
		fact_settle(h, f, h->state.conversation.assignee);
	}
	return ERR_OK;
}

enum err
apply_call_outcome(struct batch *b, struct job *j)
{
	const struct call_outcome *o = &j->change->call_outcome;
	struct call_row row = {0};
	struct head *h = NULL;
	bool found = false;
	enum err err = call_load(b, o->call, &row, &found);

	if (err != ERR_OK) {
		return err;
	}
	if (!found) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such call");
	}
	h = timeline_head(b, row.call.timeline);
	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL || j->change->actor.kind == AUTHOR_CUSTOMER || !head_allowed(j, h)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	if ((o->outcome != NULL && strlen(o->outcome) > 40) ||
		(o->note != NULL && strlen(o->note) > 2000)) {
		return job_refuse(j, ERR_INVALID, "the note is too long");
	}
	row.call.outcome = o->outcome != NULL ? o->outcome : "";
	row.call.outcome_note = o->note != NULL ? o->note : "";
	row.call.version++;
	err = append_outcome(b, j, h, &row.call);
	if (err == ERR_OK) {
		err = call_update(b, &row);
	}
	if (err == ERR_OK) {
		outcome_of(j, h);
		j->outcome.id = row.call.id;
	}
	return err;
}
