/* Finds the timeline of a customer, a conversation, a visitor or a phone number, and makes the
 * customer when there is none yet. Only proven contact points resolve. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/records.h"

enum {
	VISITORS_MAX = 32768,
	NAME_MAX_BYTES = 200,
	LANGUAGE_MAX_BYTES = 12,
};

void
record_head_customer(struct head_state *s, const struct value *row)
{
	s->customer = value_as_id(&row[0]);
	s->unit = value_as_id(&row[1]);
	s->owner = value_as_id(&row[2]);
}

void
record_head_fact(struct head_state *s, const struct value *row)
{
	s->seq = value_as_id(&row[0]);
	(void)value_as_bytes(&row[1], s->hash, sizeof(s->hash));
	s->committed_at = value_as_i64(&row[2]);
}

void
record_head_conversation(struct head_state *s, const struct value *row)
{
	s->has_conversation = true;
	record_conversation(row, &s->conversation);
}

static enum err
load_chain(struct batch *b, uint64_t timeline, struct head_state *s)
{
	struct value args[] = {value_id(timeline)};
	struct value newest[3];
	struct rows r;

	if (batch_read(b, STATEMENT_HEAD_FACT, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_head_fact(s, rows_at(&r, 0));
	}
	newest[0] = newest[2] = value_id(timeline);
	newest[1] = value_id(s->seq - s->seq % FACT_STEP);
	if (batch_read(b, STATEMENT_HEAD_PUB, newest, &r) != ERR_OK) {
		return b->failed;
	}
	s->pub = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
	return ERR_OK;
}

struct head *
timeline_head(struct batch *b, uint64_t timeline)
{
	struct head *h = heads_get(b->heads, timeline);
	struct value args[] = {value_id(timeline)};
	struct head_state s = {0};
	struct rows r;

	if (h != NULL || timeline == 0) {
		return h;
	}
	/* Heads are forgotten only after a flush: nothing of this timeline waits in memory. */
	if (batch_read(b, STATEMENT_HEAD_CUSTOMER, args, &r) != ERR_OK || r.count == 0) {
		return NULL;
	}
	record_head_customer(&s, rows_at(&r, 0));
	if (load_chain(b, timeline, &s) != ERR_OK ||
		batch_read(b, STATEMENT_HEAD_CONVERSATION, args, &r) != ERR_OK) {
		return NULL;
	}
	if (r.count > 0) {
		record_head_conversation(&s, rows_at(&r, 0));
	}
	return heads_add(b->heads, timeline, &s);
}

struct head *
conversation_head(struct batch *b, uint64_t conversation)
{
	struct head *h = heads_get_by_conversation(b->heads, conversation);
	struct value args[] = {value_id(conversation)};
	struct conversation found;
	struct rows r;

	if (h != NULL || conversation == 0) {
		return h;
	}
	if (b->closed_count > b->closed_flushed && batch_flush(b) != ERR_OK) {
		return NULL;
	}
	if (batch_read(b, STATEMENT_CONVERSATION_BY_ID, args, &r) != ERR_OK || r.count == 0) {
		return NULL;
	}
	record_conversation(rows_at(&r, 0), &found);
	h = timeline_head(b, found.timeline);
	if (h != NULL && h->state.conversation.id == conversation) {
		heads_index_conversation(b->heads, h);
	}
	return h;
}

uint64_t
channel_unit(struct batch *b, uint64_t channel)
{
	struct value args[] = {value_id(channel)};
	struct channel_row row;
	struct rows r;

	if (channel != 0 && channel == b->channel) {
		return b->channel_unit;
	}
	if (channel == 0 || batch_read(b, STATEMENT_CHANNEL_BY_ID, args, &r) != ERR_OK ||
		r.count == 0) {
		return UNIT_ROOT;
	}
	record_channel(rows_at(&r, 0), &row);
	b->channel = channel;
	b->channel_unit = row.unit != 0 ? row.unit : UNIT_ROOT;
	return b->channel_unit;
}

/* Names come from outside, from telephone exchanges too. */
static struct value
cut(struct batch *b, const char *text, size_t max_bytes)
{
	size_t length = text != NULL ? strlen(text) : 0;

	if (length <= max_bytes) {
		return value_text(text);
	}
	length = utf8_truncate(text, length, max_bytes);
	return value_text_n(arena_strndup(b->arena, text, length), length);
}

/* Nobody has named her yet: no fact is written, her first entry is the beginning. */
struct head *
customer_begin(struct batch *b, const struct new_customer *n)
{
	uint64_t id = batch_id(b);
	struct head_state s = {.customer = id, .unit = n->unit};
	struct value args[] = {
		value_id(id),
		value_id(id),
		value_id(n->unit),
		value_id(0),
		value_i64(1),
		cut(b, n->name, NAME_MAX_BYTES),
		value_null(),
		cut(b, n->language, LANGUAGE_MAX_BYTES),
		value_text(""),
		value_text(""),
		value_text(""),
		value_i64(0),
		value_i64(b->now),
		value_i64(b->now),
		value_i64(1),
	};

	if (batch_run(b, STATEMENT_CUSTOMER_INSERT, args, NULL) != ERR_OK) {
		return NULL;
	}
	return heads_add(b->heads, id, &s);
}

const char *
contact_key(struct batch *b, const char *kind, const char *value)
{
	return arena_printf(b->arena, "%s:%s", kind, value);
}

enum err
contact_add(struct batch *b, const struct job *j, uint64_t customer,
	const struct contact_point *p, uint64_t *id)
{
	uint64_t mine = batch_id(b);
	bool by_staff = j->change->actor.kind == AUTHOR_STAFF;
	uint64_t who = by_staff ? j->change->actor.id : 0;
	struct value args[] = {
		value_id(mine),
		value_id(customer),
		value_text(p->kind),
		value_text(p->value),
		p->proven ? value_text(contact_key(b, p->kind, p->value)) : value_null(),
		value_text(p->label),
		value_text(p->source),
		value_id(who),
		value_i64(b->now),
		value_id(p->proven ? who : 0),
		value_i64(p->proven ? b->now : 0),
		value_text(p->proven ? p->proven_reason : ""),
	};

	if (batch_run(b, STATEMENT_CONTACT_INSERT, args, NULL) != ERR_OK) {
		return b->failed;
	}
	*id = mine;
	return ERR_OK;
}

/* Whoever writes under an address says that it is hers, which proves nothing. */
static enum err
claim_address(struct batch *b, const struct job *j, uint64_t customer,
	const struct party *p)
{
	struct contact_point claim = {
		.kind = "email",
		.value = p->contact_value,
		.source = "channel",
	};
	uint64_t id;

	if (strcmp(p->contact_kind, "sender") != 0) {
		return ERR_OK;
	}
	return contact_add(b, j, customer, &claim, &id);
}

static enum err
resolve_contact(struct batch *b, struct job *j, const struct party *p, uint64_t channel,
	struct head **out)
{
	struct value args[] = {value_text(contact_key(b, p->contact_kind, p->contact_value))};
	struct contact_point point = {
		.kind = p->contact_kind,
		.value = p->contact_value,
		.proven = true,
		.source = "channel",
	};
	struct new_customer n = {.name = p->name};
	struct head *h;
	struct rows r;
	uint64_t id;

	if (batch_read(b, STATEMENT_CONTACT_BY_KEY, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		*out = timeline_head(b, value_as_id(rows_at(&r, 0)));
		return ERR_OK;
	}
	n.unit = channel_unit(b, channel);
	h = customer_begin(b, &n);
	if (h == NULL || contact_add(b, j, h->timeline, &point, &id) != ERR_OK ||
		claim_address(b, j, h->timeline, p) != ERR_OK) {
		return b->failed;
	}
	*out = h;
	return ERR_OK;
}

void
visitor_remember(struct batch *b, uint64_t visitor, uint64_t channel, uint64_t customer)
{
	struct visitor_entry *v = map_get(b->visitors, visitor);

	if (v == NULL) {
		if (b->visitors->count >= VISITORS_MAX) {
			visitors_clear(b->visitors);
		}
		v = xcalloc(1, sizeof(*v));
		map_put(b->visitors, visitor, v);
	}
	v->channel = channel;
	v->customer = customer;
}

/* Her first entry makes her a customer; the visitor is her contact point. */
static enum err
begin_visitor(struct batch *b, struct job *j, const struct party *p,
	const struct value *visitor, struct head **out)
{
	uint64_t channel = value_as_id(&visitor[0]);
	struct new_customer n = {
		.unit = channel_unit(b, channel),
		.name = p->name,
		.language = value_as_text(&visitor[3]),
	};
	struct contact_point point = {
		.kind = "visitor",
		.value = arena_printf(b->arena, "%llu", (unsigned long long)p->visitor),
		.proven = true,
		.source = "channel",
	};
	struct head *h = b->failed == ERR_OK ? customer_begin(b, &n) : NULL;
	struct value args[2];
	uint64_t id;

	if (h == NULL || contact_add(b, j, h->timeline, &point, &id) != ERR_OK) {
		return b->failed;
	}
	args[0] = value_id(h->timeline);
	args[1] = value_id(p->visitor);
	if (batch_run(b, STATEMENT_VISITOR_CUSTOMER, args, NULL) != ERR_OK) {
		return b->failed;
	}
	visitor_remember(b, p->visitor, channel, h->timeline);
	*out = h;
	return ERR_OK;
}

static enum err
resolve_visitor(struct batch *b, struct job *j, const struct party *p, struct head **out)
{
	const struct visitor_entry *known = map_get(b->visitors, p->visitor);
	struct value args[] = {value_id(p->visitor)};
	const struct value *row;
	struct rows r;

	if (known != NULL) {
		*out = timeline_head(b, known->customer);
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_VISITOR_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such visitor");
	}
	row = rows_at(&r, 0);
	if (value_as_id(&row[1]) == 0) {
		return begin_visitor(b, j, p, row, out);
	}
	visitor_remember(b, p->visitor, value_as_id(&row[0]), value_as_id(&row[1]));
	*out = timeline_head(b, value_as_id(&row[1]));
	return ERR_OK;
}

/* Notes go to the one under whom she is read. */
static struct head *
resolve_customer(struct batch *b, uint64_t customer)
{
	struct head *h = timeline_head(b, customer);

	if (h != NULL && h->state.customer != h->timeline) {
		h = timeline_head(b, h->state.customer);
	}
	return h;
}

enum err
party_resolve(struct batch *b, struct job *j, const struct party *p, uint64_t channel,
	struct head **out)
{
	const char *what = "customer";
	struct head *h = NULL;
	enum err err = ERR_OK;

	if (p->conversation != 0) {
		what = "conversation";
		h = conversation_head(b, p->conversation);
	} else if (p->customer != 0) {
		h = resolve_customer(b, p->customer);
	} else if (p->visitor != 0) {
		err = resolve_visitor(b, j, p, &h);
	} else if (!str_empty(p->contact_kind) && !str_empty(p->contact_value)) {
		err = resolve_contact(b, j, p, channel, &h);
	}
	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (err != ERR_OK) {
		return err;
	}
	if (h == NULL) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such %s", what);
	}
	*out = h;
	return ERR_OK;
}

bool
head_allowed(const struct job *j, const struct head *h)
{
	const struct actor *a = &j->change->actor;
	uint64_t assignee = h->state.has_conversation ? h->state.conversation.assignee : 0;
	struct scope scope;

	if (a->kind != AUTHOR_STAFF) {
		return true;
	}
	scope = actor_scope(a);
	return scope_allows(&scope, h->state.unit, h->state.owner, assignee);
}

enum err
staff_find(struct batch *b, uint64_t id, struct staff *out, bool *found)
{
	struct value args[] = {value_id(id)};
	struct rows r;

	if (batch_read(b, STATEMENT_STAFF_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	*found = r.count > 0;
	if (*found) {
		record_staff(rows_at(&r, 0), out);
	}
	return ERR_OK;
}
