#include "store/warm_up.h"

#include "base/arena.h"
#include "store/apply.h"
#include "store/records.h"

enum {
	AT_ONCE = 32, /* as many parameters as the statements have */
	WORTH_IT = 4, /* fewer are loaded as well one by one */
	PUB_PAIR = 2,
};

/* Numbers without doubles, in the batch's arena. */
struct ids {
	uint64_t *items;
	size_t count;
	struct map known;
};

static struct ids
ids_for(struct batch *b, size_t capacity)
{
	struct ids ids = {.items = arena_alloc(b->arena, capacity * sizeof(uint64_t))};

	map_init(&ids.known);
	return ids;
}

static void
ids_add(struct ids *ids, uint64_t id)
{
	if (map_put(&ids->known, id, ids) == NULL) {
		ids->items[ids->count++] = id;
	}
}

static void
ids_end(struct ids *ids)
{
	map_fini(&ids->known);
}

/* Reads the rows of up to AT_ONCE ids; a shorter list repeats its last. */
static enum err
read_many(struct batch *b, enum statement s, const uint64_t *ids, size_t count,
	struct rows *out)
{
	struct value args[AT_ONCE];

	for (size_t i = 0; i < AT_ONCE; i++) {
		args[i] = value_id(ids[i < count ? i : count - 1]);
	}
	return batch_read(b, s, args, out);
}

typedef enum err read_ids(struct batch *b, const uint64_t *ids, size_t n, struct ids *to);

static enum err
in_portions(struct batch *b, const struct ids *ids, read_ids *read, struct ids *found)
{
	enum err err = ERR_OK;

	if (ids->count < WORTH_IT) {
		return ERR_OK;
	}
	for (size_t i = 0; err == ERR_OK && i < ids->count; i += AT_ONCE) {
		size_t left = ids->count - i;

		err = read(b, ids->items + i, left < AT_ONCE ? left : AT_ONCE, found);
	}
	return err;
}

/* --- whose timelines ---------------------------------------------------------------------- */

static const struct party *
party_of(const struct job *j)
{
	return j->change->kind == CHANGE_POST ? &j->change->post.party : NULL;
}

static uint64_t
conversation_of(const struct job *j)
{
	const struct party *p = party_of(j);

	if (j->change->kind == CHANGE_CONVERSATION) {
		return j->change->conversation.conversation;
	}
	return p != NULL ? p->conversation : 0;
}

static enum err
read_visitors(struct batch *b, const uint64_t *ids, size_t count, struct ids *found)
{
	struct rows r;

	(void)found;
	if (read_many(b, STATEMENT_VISITORS_BY_ID, ids, count, &r) != ERR_OK) {
		return b->failed;
	}
	for (size_t i = 0; i < r.count; i++) {
		const struct value *row = rows_at(&r, i);

		if (value_as_id(&row[2]) != 0) {
			visitor_remember(b, value_as_id(&row[0]), value_as_id(&row[1]),
				value_as_id(&row[2]));
		}
	}
	return ERR_OK;
}

static enum err
know_visitors(struct batch *b, struct job *const *jobs, size_t count)
{
	struct ids unknown = ids_for(b, count);
	enum err err;

	for (size_t i = 0; i < count; i++) {
		const struct party *p = party_of(jobs[i]);

		if (p != NULL && p->visitor != 0 && map_get(b->visitors, p->visitor) == NULL) {
			ids_add(&unknown, p->visitor);
		}
	}
	err = in_portions(b, &unknown, read_visitors, NULL);
	ids_end(&unknown);
	return err;
}

static void
want_timeline(struct batch *b, struct ids *wanted, uint64_t timeline)
{
	if (timeline != 0 && heads_get(b->heads, timeline) == NULL) {
		ids_add(wanted, timeline);
	}
}

static enum err
read_conversations(struct batch *b, const uint64_t *ids, size_t count,
	struct ids *timelines)
{
	struct rows r;

	if (read_many(b, STATEMENT_TIMELINES_OF_CONVERSATIONS, ids, count, &r) != ERR_OK) {
		return b->failed;
	}
	for (size_t i = 0; i < r.count; i++) {
		want_timeline(b, timelines, value_as_id(rows_at(&r, i)));
	}
	return ERR_OK;
}

static enum err
want_conversations(struct batch *b, struct job *const *jobs, size_t count,
	struct ids *timelines)
{
	struct ids unknown = ids_for(b, count);
	enum err err;

	for (size_t i = 0; i < count; i++) {
		uint64_t conversation = conversation_of(jobs[i]);

		if (conversation != 0 &&
			heads_get_by_conversation(b->heads, conversation) == NULL) {
			ids_add(&unknown, conversation);
		}
	}
	err = in_portions(b, &unknown, read_conversations, timelines);
	ids_end(&unknown);
	return err;
}

static void
want_parties(struct batch *b, struct job *const *jobs, size_t count,
	struct ids *timelines)
{
	for (size_t i = 0; i < count; i++) {
		const struct party *p = party_of(jobs[i]);
		const struct visitor_entry *visitor;

		if (p == NULL || p->conversation != 0) {
			continue;
		}
		visitor = p->customer == 0 ? map_get(b->visitors, p->visitor) : NULL;
		want_timeline(b, timelines, visitor != NULL ? visitor->customer : p->customer);
	}
}

/* --- their heads ------------------------------------------------------------------------- */

struct portion {
	const uint64_t *timelines;
	size_t count;
	struct head_state states[AT_ONCE];
};

/* NULL: nobody asked for it. */
static struct head_state *
state_of(struct portion *p, const struct value *timeline)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->timelines[i] == value_as_id(timeline)) {
			return &p->states[i];
		}
	}
	return NULL;
}

typedef void take_row(struct head_state *s, const struct value *row);

/* The timeline is the first column of each of them; what follows it is taken. */
static void
take_rows(struct portion *p, const struct rows *r, take_row *take)
{
	for (size_t i = 0; i < r->count; i++) {
		struct head_state *state = state_of(p, rows_at(r, i));

		if (state != NULL) {
			take(state, rows_at(r, i) + 1);
		}
	}
}

static enum err
read_rows(struct batch *b, struct portion *p, enum statement s, take_row *take)
{
	struct rows r;

	if (read_many(b, s, p->timelines, p->count, &r) != ERR_OK) {
		return b->failed;
	}
	take_rows(p, &r, take);
	return ERR_OK;
}

static void
take_pub(struct head_state *s, const struct value *row)
{
	uint64_t pub = value_as_id(&row[0]);

	s->pub = pub > s->pub ? pub : s->pub;
}

/* Behind the last step of each timeline, which its newest fact tells. */
static enum err
read_pubs_behind_steps(struct batch *b, struct portion *p)
{
	struct value args[AT_ONCE * PUB_PAIR];
	struct rows r;

	for (size_t i = 0; i < AT_ONCE; i++) {
		size_t from = i < p->count ? i : p->count - 1;
		uint64_t seq = p->states[from].seq;

		args[i * PUB_PAIR] = value_id(p->timelines[from]);
		args[i * PUB_PAIR + 1] = value_id(seq - seq % FACT_STEP);
	}
	if (batch_read(b, STATEMENT_HEAD_PUBS, args, &r) != ERR_OK) {
		return b->failed;
	}
	take_rows(p, &r, take_pub);
	return ERR_OK;
}

static enum err
load_heads(struct batch *b, const uint64_t *timelines, size_t count, struct ids *found)
{
	struct portion p = {.timelines = timelines, .count = count};

	(void)found;
	if (read_rows(b, &p, STATEMENT_HEAD_CUSTOMERS, record_head_customer) != ERR_OK ||
		read_rows(b, &p, STATEMENT_HEAD_FACTS, record_head_fact) != ERR_OK ||
		read_pubs_behind_steps(b, &p) != ERR_OK ||
		read_rows(b, &p, STATEMENT_HEAD_STEPS, take_pub) != ERR_OK ||
		read_rows(b, &p, STATEMENT_HEAD_CONVERSATIONS, record_head_conversation) !=
			ERR_OK) {
		return b->failed;
	}
	for (size_t i = 0; i < count; i++) {
		if (p.states[i].customer != 0) { /* there is such a timeline */
			heads_add(b->heads, timelines[i], &p.states[i]);
		}
	}
	return ERR_OK;
}

enum err
warm_up(struct batch *b, struct job *const *jobs, size_t count)
{
	struct ids timelines;
	enum err err;

	if (count < WORTH_IT) {
		return ERR_OK;
	}
	timelines = ids_for(b, count);
	err = know_visitors(b, jobs, count);
	if (err == ERR_OK) {
		err = want_conversations(b, jobs, count, &timelines);
	}
	if (err == ERR_OK) {
		want_parties(b, jobs, count, &timelines);
		err = in_portions(b, &timelines, load_heads, NULL);
	}
	ids_end(&timelines);
	return err;
}
