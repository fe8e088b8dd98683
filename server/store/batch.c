#include "store/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "model/change.h"
#include "store/apply.h"
#include "store/dedupe.h"
#include "store/mark_cache.h"
#include "store/records.h"
#include "store/store.h"

enum {
	AUDIT_DETAIL_BYTES = 1000,
	BODY_BYTES = FACT_BODY_MAX,
	FACT_VALUES = 18,
	CONVERSATION_VALUES = CONVERSATION_COLUMN_COUNT + 1, /* and the open key */
};

void
batch_init(struct batch *b, const struct store_conf *conf, struct heads *heads,
	struct id_source *ids, struct dedupe_recent *recent, struct mark_cache *marks,
	struct map *visitors)
{
	*b = (struct batch){
		.conf = conf,
		.heads = heads,
		.ids = ids,
		.recent = recent,
		.marks = marks,
		.visitors = visitors,
		.arena = arena_create(),
	};
	map_init(&b->key_map);
	buf_init(&b->body, BODY_BYTES);
}

void
batch_fini(struct batch *b)
{
	arena_destroy(b->arena);
	map_fini(&b->key_map);
	buf_fini(&b->body);
	free(b->facts);
	free(b->keys);
	free(b->audits);
	free(b->closed);
	free(b->dirty);
	free(b->values);
	free(b->fact_values);
	free(b->salts);
}

static void
reset(struct batch *b, const struct position *start)
{
	arena_reset(b->arena);
	map_fini(&b->key_map);
	map_init(&b->key_map);
	b->db = NULL;
	b->before = NULL;
	b->now = clock_now_ms();
	b->start = *start;
	b->position = *start;
	b->position.tick = start->tick + 1;
	b->facts_started = false;
	b->channel = 0;
	b->fields = NULL;
	b->outbox_known = false;
	b->mailbox_known = false;
	b->duplicates = false;
	b->failed = ERR_OK;
	b->error = (struct error){0};
	b->fact_count = b->fact_flushed = 0;
	b->key_count = b->key_flushed = 0;
	b->audit_count = b->audit_flushed = 0;
	b->closed_count = b->closed_flushed = 0;
}

enum err
batch_begin(struct batch *b, struct store_conn *db, const struct position *start)
{
	reset(b, start);
	b->db = db;
	return db->driver->begin(db, &b->error);
}

void
batch_begin_behind(struct batch *b, const struct batch *before, batch_turn *turn,
	void *ctx)
{
	reset(b, &before->position);
	b->before = before;
	b->turn = turn;
	b->turn_ctx = ctx;
}

enum err
batch_take_turn(struct batch *b)
{
	if (b->failed == ERR_OK && b->before != NULL) {
		b->before = NULL;
		b->failed = b->turn(b->turn_ctx, b);
	}
	return b->failed;
}

enum err
batch_run(struct batch *b, enum statement s, const struct value *args, uint64_t *affected)
{
	uint64_t count = 0;
	enum err err = batch_take_turn(b);

	if (err == ERR_OK) {
		err = b->db->driver->run(b->db, s, args, 1, &count, &b->error);
	}
	if (err != ERR_OK) {
		b->failed = err;
	} else if (affected != NULL) {
		*affected = count;
	}
	return err;
}

enum err
batch_read(struct batch *b, enum statement s, const struct value *args, struct rows *out)
{
	enum err err = batch_take_turn(b);

	if (err == ERR_OK) {
		err = b->db->driver->read(b->db, s, args, b->arena, out, &b->error);
	}
	if (err != ERR_OK) {
		b->failed = err;
	}
	return err;
}

static void *
grow(void *items, size_t *capacity, size_t count, size_t size)
{
	if (count < *capacity) {
		return items;
	}
	*capacity = *capacity == 0 ? 64 : *capacity * 2;
	return xrealloc(items, *capacity * size);
}

static struct value *
values_for(struct batch *b, size_t count)
{
	if (count > b->value_capacity) {
		b->values = xrealloc(b->values, count * sizeof(*b->values));
		b->value_capacity = count;
	}
	return b->values;
}

/* Runs what stands in b->values. */
static enum err
run_rows(struct batch *b, enum statement s, size_t rows, uint64_t *affected)
{
	enum err err = b->db->driver->run(b->db, s, b->values, rows, affected, &b->error);

	if (err != ERR_OK) {
		b->failed = err;
	}
	return err;
}

enum err
batch_refuse_number(struct batch *b)
{
	return error_set(&b->error, ERR_CORRUPT,
		"another process writes as node %lld: give each its own store.node",
		(long long)b->conf->node);
}

/* Last, when the database has the processors for itself: right after a commit the loop and the
 * clients are busy with its entries, and each answer that is waited for takes longest. */
static enum err
count_transaction(struct batch *b)
{
	struct value args[] = {
		value_id(b->position.n),
		value_id(b->position.tick),
		value_i64(b->conf->node),
		value_id(b->start.tick),
	};
	uint64_t affected = 0;

	if (batch_run(b, STATEMENT_FEED_UPDATE, args, &affected) != ERR_OK) {
		return b->failed;
	}
	if (affected != 1) {
		b->failed = batch_refuse_number(b);
		return b->failed;
	}
	return ERR_OK;
}

static enum err
mark_duplicates(struct batch *b)
{
	for (size_t i = b->key_flushed; i < b->key_count; i++) {
		const struct pending_key *k = &b->keys[i];
		struct value args[] = {value_blob(k->key, DEDUPE_KEY_SIZE)};
		struct rows r;
		uint64_t fact;

		if (batch_read(b, STATEMENT_DEDUPE_READ, args, &r) != ERR_OK) {
			return b->failed;
		}
		fact = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
		if (fact != 0 && fact != k->fact && k->job != NULL) {
			k->job->duplicate_of = fact;
			b->duplicates = true;
		}
	}
	b->failed = error_set(&b->error, ERR_CONFLICT, "the batch has duplicates");
	return b->failed;
}

static struct value *
put_fact(struct value *v, const struct pending_fact *p)
{
	const struct fact *f = p->fact;

	*v++ = value_id(f->id);
	*v++ = value_id(f->timeline);
	*v++ = value_id(f->seq);
	*v++ = f->pub != 0 ? value_id(f->pub) : value_null();
	*v++ = value_id(f->conversation);
	*v++ = value_i64((int64_t)f->kind);
	*v++ = value_id(f->channel);
	*v++ = value_text(f->channel_kind);
	*v++ = value_i64((int64_t)f->author_kind);
	*v++ = value_id(f->author);
	*v++ = value_i64(f->at);
	*v++ = value_i64(f->committed_at);
	*v++ = value_text_or_null(f->ref);
	*v++ = value_text_n(f->body, f->body_length);
	*v++ = value_text_or_null(f->files);
	*v++ = value_blob(p->salt, sizeof(p->salt));
	*v++ = value_blob(p->body_digest, sizeof(p->body_digest));
	*v++ = value_blob(p->hash, sizeof(p->hash));
	return v;
}

/* All that can be done for the facts without the database. */
static void
prepare_facts(struct batch *b)
{
	size_t count = (b->fact_count - b->fact_flushed) * FACT_VALUES;
	struct value *v;

	facts_link(b);
	if (count > b->fact_value_capacity) {
		b->fact_values = xrealloc(b->fact_values, count * sizeof(*b->fact_values));
		b->fact_value_capacity = count;
	}
	v = b->fact_values;
	for (size_t i = b->fact_flushed; i < b->fact_count; i++) {
		v = put_fact(v, &b->facts[i]);
	}
}

/* The facts are prepared while the database writes the keys. */
static enum err
write_keys_beside(struct batch *b, size_t count, uint64_t *affected)
{
	if (count == 0) {
		prepare_facts(b);
		return ERR_OK;
	}
	b->failed = b->db->driver->start(b->db, STATEMENT_DEDUPE_INSERT, b->values, count,
		&b->error);
	if (b->failed == ERR_OK) {
		prepare_facts(b);
		b->failed = b->db->driver->await(b->db, affected, &b->error);
	}
	return b->failed;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct pending_key *left = a;
	const struct pending_key *right = b;

	return memcmp(left->key, right->key, DEDUPE_KEY_SIZE);
}

/* In their order each row finds its place beside the one before. */
static enum err
flush_keys(struct batch *b)
{
	size_t count = b->key_count - b->key_flushed;
	struct value *v = values_for(b, count * 2);
	uint64_t affected = 0;

	if (count > 1) {
		qsort(b->keys + b->key_flushed, count, sizeof(*b->keys), compare_keys);
	}
	for (size_t i = 0; i < count; i++) {
		const struct pending_key *k = &b->keys[b->key_flushed + i];

		*v++ = value_blob(k->key, DEDUPE_KEY_SIZE);
		*v++ = value_id(k->fact);
	}
	if (write_keys_beside(b, count, &affected) != ERR_OK) {
		return b->failed;
	}
	if (affected < count) {
		return mark_duplicates(b);
	}
	b->key_flushed = b->key_count;
	return ERR_OK;
}

/* Readers find facts by their number, and late ones by this. */
static enum err
flush_late(struct batch *b)
{
	struct value *v = values_for(b, (b->fact_count - b->fact_flushed) * 3);
	size_t count = 0;

	for (size_t i = b->fact_flushed; i < b->fact_count; i++) {
		const struct fact *f = b->facts[i].fact;

		if (f->at != f->committed_at) {
			*v++ = value_id(f->timeline);
			*v++ = value_i64(f->at);
			*v++ = value_id(f->id);
			count++;
		}
	}
	return count > 0 ? run_rows(b, STATEMENT_LATE_INSERT, count, NULL) : ERR_OK;
}

/* Readers find a customer's entries by these. */
static enum err
flush_steps(struct batch *b)
{
	struct value *v = values_for(b, (b->fact_count - b->fact_flushed) * 3);
	size_t count = 0;

	for (size_t i = b->fact_flushed; i < b->fact_count; i++) {
		const struct pending_fact *p = &b->facts[i];

		if (p->fact->seq % FACT_STEP == 0) {
			*v++ = value_id(p->fact->timeline);
			*v++ = value_id(p->pub);
			*v++ = value_id(p->fact->seq);
			count++;
		}
	}
	return count > 0 ? run_rows(b, STATEMENT_STEP_INSERT, count, NULL) : ERR_OK;
}

/* Their rows were made by prepare_facts. */
static enum err
start_facts(struct batch *b)
{
	size_t count = b->fact_count - b->fact_flushed;

	if (count == 0) {
		return ERR_OK;
	}
	b->failed = b->db->driver->start(b->db, STATEMENT_FACT_INSERT, b->fact_values, count,
		&b->error);
	b->facts_started = b->failed == ERR_OK;
	b->fact_flushed = b->fact_count;
	return b->failed;
}

static enum err
await_facts(struct batch *b)
{
	uint64_t affected;

	if (b->facts_started) {
		b->facts_started = false;
		b->failed = b->db->driver->await(b->db, &affected, &b->error);
	}
	return b->failed;
}

static struct value *
put_conversation(struct value *v, const struct conversation *c)
{
	bool open = c->state != CONVERSATION_RESOLVED;

	*v++ = value_id(c->id);
	*v++ = value_id(c->timeline);
	*v++ = value_id(c->customer);
	*v++ = value_id(c->unit);
	*v++ = value_id(c->owner);
	*v++ = value_i64((int64_t)c->state);
	*v++ = value_id(c->assignee);
	*v++ = value_id(c->channel);
	*v++ = value_text(c->channel_kind);
	*v++ = value_id(c->version);
	*v++ = value_i64(c->opened_at);
	*v++ = value_i64(c->resolved_at);
	*v++ = value_i64(c->waiting_since);
	*v++ = value_id(c->inbound);
	*v++ = value_id(c->missed_calls);
	*v++ = value_id(c->last_fact);
	*v++ = value_id(c->last_seq);
	*v++ = value_i64(c->last_at);
	*v++ = value_i64((int64_t)c->last_kind);
	*v++ = value_i64((int64_t)c->last_author_kind);
	*v++ = value_text(c->preview);
	*v++ = value_i64((int64_t)c->bot);
	*v++ = value_id(c->flags);
	*v++ = value_i64(c->listed_at);
	*v++ = open ? value_id(c->timeline) : value_null();
	return v;
}

/* Conversations that only went on need fewer columns and indexes than those that changed
 * their state, their assignee, their customer or their place in the lists. */
struct gathering {
	struct batch *b;
	bool moved; /* which of the two kinds is gathered */
	size_t count;
};

static bool
same_place(const struct conversation *a, const struct conversation *b)
{
	return a->id == b->id && a->customer == b->customer && a->unit == b->unit &&
		a->owner == b->owner && a->state == b->state && a->assignee == b->assignee &&
		a->resolved_at == b->resolved_at && a->listed_at == b->listed_at;
}

static void
gather_dirty(void *ctx, struct head *head)
{
	struct gathering *g = ctx;
	struct batch *b = g->b;

	if (!head->state.conversation_dirty) {
		return;
	}
	head->conversation_moved |= !head->before.has_conversation ||
		!same_place(&head->before.conversation, &head->state.conversation);
	if (head->conversation_moved == g->moved) {
		b->dirty = grow(b->dirty, &b->dirty_capacity, g->count, sizeof(*b->dirty));
		b->dirty[g->count++] = head;
	}
}

static int
compare_conversations(const void *a, const void *b)
{
	uint64_t left = (*(struct head *const *)a)->state.conversation.id;
	uint64_t right = (*(struct head *const *)b)->state.conversation.id;

	return (left > right) - (left < right);
}

/* In their order each row is found beside the one before. */
static size_t
gather(struct batch *b, bool moved)
{
	struct gathering g = {.b = b, .moved = moved};

	heads_each_touched(b->heads, gather_dirty, &g);
	if (g.count > 1) {
		qsort(b->dirty, g.count, sizeof(*b->dirty), compare_conversations);
	}
	return g.count;
}

static void
put_dirty(struct batch *b, size_t count, struct value *v)
{
	for (size_t i = 0; i < count; i++) {
		v = put_conversation(v, &b->dirty[i]->state.conversation);
		b->dirty[i]->state.conversation_dirty = false;
	}
}

/* Those that left their heads first: they free the key of the open one. */
static enum err
flush_moved(struct batch *b)
{
	size_t count = gather(b, true);
	size_t closed = b->closed_count - b->closed_flushed;
	struct value *v = values_for(b, (count + closed) * CONVERSATION_VALUES);

	if (count + closed == 0) {
		return ERR_OK;
	}
	for (size_t i = 0; i < closed; i++) {
		v = put_conversation(v, &b->closed[b->closed_flushed + i]);
	}
	put_dirty(b, count, v);
	b->closed_flushed = b->closed_count;
	return run_rows(b, STATEMENT_CONVERSATION_UPSERT, count + closed, NULL);
}

static enum err
flush_progress(struct batch *b)
{
	size_t count = gather(b, false);
	uint64_t affected = 0;

	if (count == 0) {
		return ERR_OK;
	}
	put_dirty(b, count, values_for(b, count * CONVERSATION_VALUES));
	if (run_rows(b, STATEMENT_CONVERSATION_PROGRESS, count, &affected) != ERR_OK) {
		return b->failed;
	}
	if (affected < count) {
		b->failed = error_set(&b->error, ERR_CONFLICT,
			"a conversation was changed by others");
	}
	return b->failed;
}

static enum err
flush_conversations(struct batch *b)
{
	enum err err = flush_moved(b);

	return err == ERR_OK ? flush_progress(b) : err;
}

static enum err
flush_audits(struct batch *b)
{
	size_t count = b->audit_count - b->audit_flushed;
	struct value *v = values_for(b, count * 10);

	if (count == 0) {
		return ERR_OK;
	}
	for (size_t i = 0; i < count; i++) {
		const struct pending_audit *p = &b->audits[b->audit_flushed + i];

		*v++ = value_id(p->id);
		*v++ = value_i64(p->at);
		*v++ = value_i64((int64_t)p->change->actor.kind);
		*v++ = value_id(p->change->actor.id);
		*v++ = value_text(p->action);
		*v++ = value_text(p->subject_kind);
		*v++ = value_id(p->subject);
		*v++ = value_text(p->change->actor.address);
		*v++ = value_text(p->detail);
		*v++ = value_blob(p->hash, sizeof(p->hash));
	}
	b->audit_flushed = b->audit_count;
	return run_rows(b, STATEMENT_AUDIT_INSERT, count, NULL);
}

static enum err
flush_marks(struct batch *b)
{
	size_t count = mark_cache_dirty(b->marks);
	struct value *v = values_for(b, count * 7);
	const struct mark_entry *m;

	if (count == 0) {
		return ERR_OK;
	}
	while ((m = mark_cache_take_dirty(b->marks)) != NULL) {
		*v++ = value_id(m->timeline);
		*v++ = value_id(m->party);
		*v++ = value_id(m->mark.delivered);
		*v++ = value_id(m->mark.seen);
		*v++ = value_id(m->mark.conversation);
		*v++ = value_id(m->mark.inbound_read);
		*v++ = value_i64(b->now);
	}
	return run_rows(b, STATEMENT_MARK_UPSERT, count, NULL);
}

/* The facts come last: they take longest, and what follows in memory need not wait for them. */
enum err
batch_send(struct batch *b)
{
	enum err err = batch_take_turn(b);

	if (err == ERR_OK) {
		err = flush_keys(b);
	}
	if (err == ERR_OK) {
		err = flush_late(b);
	}
	if (err == ERR_OK) {
		err = flush_steps(b);
	}
	if (err == ERR_OK) {
		err = flush_conversations(b);
	}
	if (err == ERR_OK) {
		err = flush_audits(b);
	}
	if (err == ERR_OK) {
		err = flush_marks(b);
	}
	return err == ERR_OK ? start_facts(b) : err;
}

enum err
batch_flush(struct batch *b)
{
	enum err err = batch_send(b);

	return err == ERR_OK ? await_facts(b) : err;
}

enum err
batch_commit(struct batch *b)
{
	enum err err = await_facts(b);

	if (err == ERR_OK) {
		err = count_transaction(b);
	}
	return err == ERR_OK ? b->db->driver->commit(b->db, &b->error) : err;
}

uint64_t
batch_id(struct batch *b)
{
	return id_next(b->ids);
}

void
batch_key(struct batch *b, struct job *j, const uint8_t *key, uint64_t fact)
{
	uint64_t number;

	b->keys = grow(b->keys, &b->key_capacity, b->key_count, sizeof(*b->keys));
	b->keys[b->key_count++] = (struct pending_key){.job = j, .key = key, .fact = fact};
	if (j != NULL) {
		memcpy(&number, key + 8, sizeof(number));
		map_put(&b->key_map, number, j);
	}
}

void
batch_close_conversation(struct batch *b, const struct conversation *c)
{
	b->closed = grow(b->closed, &b->closed_capacity, b->closed_count, sizeof(*b->closed));
	b->closed[b->closed_count++] = *c;
}

void
batch_audit(struct batch *b, const struct job *j, const char *action,
	const char *subject_kind, uint64_t subject, const char *detail)
{
	const char *text = detail != NULL ? detail : "";
	size_t length = utf8_truncate(text, strlen(text), AUDIT_DETAIL_BYTES);
	struct pending_audit *p;
	struct audit_row row;

	b->audits = grow(b->audits, &b->audit_capacity, b->audit_count, sizeof(*b->audits));
	p = &b->audits[b->audit_count++];
	*p = (struct pending_audit){
		.id = batch_id(b),
		.at = b->now,
		.change = j->change,
		.action = action,
		.subject_kind = subject_kind != NULL ? subject_kind : "",
		.subject = subject,
		.detail = arena_strndup(b->arena, text, length),
	};
	row = (struct audit_row){
		.id = p->id,
		.at = p->at,
		.actor_kind = j->change->actor.kind,
		.actor = j->change->actor.id,
		.action = p->action,
		.subject_kind = p->subject_kind,
		.subject = subject,
		.address = j->change->actor.address,
		.detail = p->detail,
	};
	audit_hash(&row, b->position.audit_hash, p->hash);
	memcpy(b->position.audit_hash, p->hash, sizeof(p->hash));
	b->position.audit = p->id;
}

void
visitors_clear(struct map *visitors)
{
	size_t position = 0;
	uint64_t key;
	void *value;

	while (map_next(visitors, &position, &key, &value)) {
		free(value);
	}
	map_fini(visitors);
	map_init(visitors);
}

struct json_writer *
batch_body(struct batch *b)
{
	buf_clear(&b->body);
	jw_init(&b->json, &b->body);
	jw_object(&b->json);
	return &b->json;
}
