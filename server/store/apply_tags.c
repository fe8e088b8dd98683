/* Tags, topics and the intent of a customer: given and taken away one by one, or as a whole; each
 * change is one fact that says what is new and what is gone. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/tags.h"

struct edit {
	enum tag_kind kind;
	const char *text;
};

/* What differs from what there is. */
struct plan {
	struct customer_tag *now;
	size_t now_count;
	struct edit *added;
	size_t added_count;
	struct edit *removed;
	size_t removed_count;
	size_t capacity;
	enum tag_source source;
	uint64_t rule;
};

static enum err
load(struct batch *b, uint64_t customer, size_t edits, struct plan *p)
{
	struct value args[] = {value_id(customer), value_i64(INT32_MAX)};
	struct rows r;

	if (batch_read(b, STATEMENT_TAGS_OF, args, &r) != ERR_OK) {
		return b->failed;
	}
	p->now = arena_alloc(b->arena, (r.count + 1) * sizeof(*p->now));
	p->now_count = r.count;
	for (size_t i = 0; i < r.count; i++) {
		record_tag(rows_at(&r, i), &p->now[i]);
	}
	p->capacity = edits + r.count + 2;
	p->added = arena_alloc(b->arena, p->capacity * sizeof(*p->added));
	p->removed = arena_alloc(b->arena, p->capacity * sizeof(*p->removed));
	return ERR_OK;
}

static bool
listed(const struct edit *list, size_t count, enum tag_kind kind, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].kind == kind && strcmp(list[i].text, text) == 0) {
			return true;
		}
	}
	return false;
}

static bool
has(const struct plan *p, enum tag_kind kind, const char *text)
{
	for (size_t i = 0; i < p->now_count; i++) {
		if (p->now[i].kind == kind && strcmp(p->now[i].text, text) == 0) {
			return true;
		}
	}
	return false;
}

static void
plan_removal(struct plan *p, enum tag_kind kind, const char *text)
{
	if (has(p, kind, text) && !listed(p->removed, p->removed_count, kind, text)) {
		p->removed[p->removed_count++] = (struct edit){kind, text};
	}
}

static void
plan_addition(struct plan *p, enum tag_kind kind, const char *text)
{
	size_t count = 0;

	if (!tag_valid(text) || has(p, kind, text) ||
		listed(p->added, p->added_count, kind, text)) {
		return;
	}
	for (size_t i = 0; i < p->now_count; i++) {
		count += p->now[i].kind == kind;
	}
	for (size_t i = 0; i < p->added_count; i++) {
		count += p->added[i].kind == kind;
	}
	if (count < TAGS_MAX || kind == TAG_INTENT) {
		p->added[p->added_count++] = (struct edit){kind, text};
	}
}

/* NULL: as it is; "": none. */
static void
plan_intent(struct plan *p, const char *intent)
{
	if (intent == NULL) {
		return;
	}
	for (size_t i = 0; i < p->now_count; i++) {
		if (p->now[i].kind == TAG_INTENT && strcmp(p->now[i].text, intent) != 0) {
			plan_removal(p, TAG_INTENT, p->now[i].text);
		}
	}
	plan_addition(p, TAG_INTENT, intent);
}

/* --- rows and the fact -------------------------------------------------------------------- */

static enum err
store_rows(struct batch *b, const struct job *j, uint64_t customer, const struct plan *p)
{
	for (size_t i = 0; i < p->removed_count; i++) {
		struct value args[] = {
			value_i64((int64_t)p->removed[i].kind),
			value_text(p->removed[i].text),
			value_id(customer),
		};

		if (batch_run(b, STATEMENT_TAG_DELETE, args, NULL) != ERR_OK) {
			return b->failed;
		}
	}
	for (size_t i = 0; i < p->added_count; i++) {
		struct value args[] = {
			value_id(customer),
			value_i64((int64_t)p->added[i].kind),
			value_text(p->added[i].text),
			value_i64((int64_t)p->source),
			value_id(p->rule),
			value_id(p->source == TAG_BY_RULE ? 0 : j->change->actor.id),
			value_i64(b->now),
		};

		if (batch_run(b, STATEMENT_TAG_INSERT, args, NULL) != ERR_OK) {
			return b->failed;
		}
	}
	return ERR_OK;
}

static void
write_list(struct json_writer *w, const char *key, const struct edit *list, size_t count,
	enum tag_kind kind)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		if (list[i].kind == kind) {
			jw_string(w, list[i].text);
		}
	}
	jw_array_end(w);
}

static void
write_intent(struct json_writer *w, const struct plan *p)
{
	for (size_t i = 0; i < p->added_count; i++) {
		if (p->added[i].kind == TAG_INTENT) {
			jw_kstring(w, "intent", p->added[i].text);
			return;
		}
	}
	for (size_t i = 0; i < p->removed_count; i++) {
		if (p->removed[i].kind == TAG_INTENT) {
			jw_kstring(w, "intent", "");
			return;
		}
	}
}

static enum err
append(struct batch *b, struct job *j, struct head *h, const struct plan *p)
{
	struct draft d = draft_of(j, FACT_TAGGED);
	struct json_writer *w = batch_body(b);
	struct fact *f;

	write_intent(w, p);
	write_list(w, "added", p->added, p->added_count, TAG_TAG);
	write_list(w, "removed", p->removed, p->removed_count, TAG_TAG);
	write_list(w, "topics", p->added, p->added_count, TAG_TOPIC);
	write_list(w, "topics_removed", p->removed, p->removed_count, TAG_TOPIC);
	jw_kstring(w, "source", tag_source_name(p->source));
	if (p->rule != 0) {
		jw_kid(w, "rule", p->rule);
	}
	if (p->source == TAG_BY_RULE) {
		d.author_kind = AUTHOR_BOT;
		d.author = 0;
		d.ref = NULL;
	}
	d.at = 0;
	return fact_append(b, j, h, &d, &f);
}

static enum err
carry_out(struct batch *b, struct job *j, struct head *h, const struct plan *p)
{
	enum err err;

	if (p->added_count == 0 && p->removed_count == 0) {
		return ERR_OK;
	}
	err = store_rows(b, j, h->state.customer, p);
	return err == ERR_OK ? append(b, j, h, p) : err;
}

enum err
tags_add(struct batch *b, struct job *j, struct head *h, const struct tag_wish *w)
{
	struct plan p = {.source = w->source, .rule = w->rule};
	enum err err;

	if (str_empty(w->intent) && w->tag_count == 0 && w->topic_count == 0) {
		return ERR_OK;
	}
	err = load(b, h->state.customer, w->tag_count + w->topic_count, &p);
	if (err != ERR_OK) {
		return err;
	}
	plan_intent(&p, str_empty(w->intent) ? NULL : w->intent);
	for (size_t i = 0; i < w->tag_count; i++) {
		plan_addition(&p, TAG_TAG, w->tags[i]);
	}
	for (size_t i = 0; i < w->topic_count; i++) {
		plan_addition(&p, TAG_TOPIC, w->topics[i]);
	}
	return carry_out(b, j, h, &p);
}

/* --- the change --------------------------------------------------------------------------- */

static enum err
check_list(struct job *j, const struct tag_list *list)
{
	if (list->count > TAG_EDITS_MAX) {
		return job_refuse(j, ERR_INVALID, "at most %d tags at once", TAG_EDITS_MAX);
	}
	for (size_t i = 0; i < list->count; i++) {
		if (!tag_valid(list->texts[i])) {
			return job_refuse(j, ERR_INVALID, "a tag is a line of 1 to %d bytes",
				TAG_BYTES_MAX);
		}
	}
	return ERR_OK;
}

static void
plan_list(struct plan *p, enum tag_kind kind, const struct tag_list *add,
	const struct tag_list *remove, bool whole)
{
	for (size_t i = 0; i < remove->count; i++) {
		plan_removal(p, kind, remove->texts[i]);
	}
	for (size_t i = 0; whole && i < p->now_count; i++) {
		bool wanted = p->now[i].kind != kind;

		for (size_t k = 0; k < add->count && !wanted; k++) {
			wanted = strcmp(add->texts[k], p->now[i].text) == 0;
		}
		if (!wanted) {
			plan_removal(p, kind, p->now[i].text);
		}
	}
	for (size_t i = 0; i < add->count; i++) {
		plan_addition(p, kind, add->texts[i]);
	}
}

static enum err
check(struct job *j, const struct tags_change *change)
{
	if (check_list(j, &change->tags) != ERR_OK ||
		check_list(j, &change->tags_removed) != ERR_OK ||
		check_list(j, &change->topics) != ERR_OK ||
		check_list(j, &change->topics_removed) != ERR_OK) {
		return j->outcome.code;
	}
	if (!str_empty(change->intent) && !tag_valid(change->intent)) {
		return job_refuse(j, ERR_INVALID, "an intent is a line of 1 to %d bytes",
			TAG_BYTES_MAX);
	}
	return ERR_OK;
}

enum err
apply_tags(struct batch *b, struct job *j)
{
	const struct tags_change *change = &j->change->tags;
	struct plan p = {
		.source = j->change->actor.kind == AUTHOR_API ? TAG_BY_API : TAG_BY_STAFF};
	struct head *h;
	enum err err = check(j, change);

	if (err != ERR_OK) {
		return err;
	}
	h = timeline_head(b, change->customer);
	if (h == NULL || h->state.customer != change->customer || !head_allowed(j, h)) {
		return b->failed != ERR_OK
			? b->failed
			: job_refuse(j, ERR_NOT_FOUND, "there is no such customer");
	}
	err = load(b, h->state.customer,
		change->tags.count + change->tags_removed.count + change->topics.count +
			change->topics_removed.count,
		&p);
	if (err != ERR_OK) {
		return err;
	}
	plan_intent(&p, change->intent);
	plan_list(&p, TAG_TAG, &change->tags, &change->tags_removed, change->whole_tags);
	plan_list(&p, TAG_TOPIC, &change->topics, &change->topics_removed,
		change->whole_topics);
	j->outcome.duplicate = p.added_count == 0 && p.removed_count == 0;
	outcome_of(j, h);
	return carry_out(b, j, h, &p);
}
