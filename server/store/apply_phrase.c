/* Phrases that are watched: added, edited, taken out, brought back, and many at once. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/phrases.h"

enum { EXCEPTIONS_BYTES = 16 * 1024 };

static enum err
check_right(struct job *j)
{
	const struct actor *a = &j->change->actor;

	if (a->kind == AUTHOR_STAFF && a->role < ROLE_SUPERVISOR) {
		return job_refuse(j, ERR_DENIED, "only supervisors keep the phrases");
	}
	return ERR_OK;
}

static bool
too_long(const char *text, size_t characters)
{
	size_t count = 0;

	for (; text != NULL && *text != '\0'; text++) {
		count += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return count > characters;
}

static enum err
check_row(struct job *j, const struct phrase_row *p)
{
	if (str_empty(p->text) || too_long(p->text, PHRASE_TEXT_MAX)) {
		return job_refuse(j, ERR_INVALID, "a phrase has 1 to %d characters",
			PHRASE_TEXT_MAX);
	}
	if (too_long(p->advice, PHRASE_ADVICE_MAX)) {
		return job_refuse(j, ERR_INVALID, "the advice is too long");
	}
	if (p->exception_count > PHRASE_EXCEPTIONS_MAX) {
		return job_refuse(j, ERR_INVALID, "at most %d exceptions", PHRASE_EXCEPTIONS_MAX);
	}
	for (size_t i = 0; i < p->exception_count; i++) {
		if (str_empty(p->exceptions[i]) || too_long(p->exceptions[i], PHRASE_TEXT_MAX) ||
			strstr(p->exceptions[i], p->text) == NULL) {
			return job_refuse(j, ERR_INVALID,
				"an exception has the phrase in it: %.100s has not", p->exceptions[i]);
		}
	}
	return ERR_OK;
}

static const char *
exceptions_json(struct batch *b, const struct phrase_row *p)
{
	struct buf out;
	struct json_writer w;
	const char *text;

	buf_init(&out, EXCEPTIONS_BYTES);
	jw_init(&w, &out);
	jw_array(&w);
	for (size_t i = 0; i < p->exception_count; i++) {
		jw_string(&w, p->exceptions[i]);
	}
	jw_array_end(&w);
	text = out.overflowed ? "[]" : arena_strndup(b->arena, out.data, out.length);
	buf_fini(&out);
	return text;
}

static enum err
insert(struct batch *b, const struct job *j, const struct phrase_row *p, uint64_t id)
{
	uint64_t who = j->change->actor.id;
	struct value args[] = {
		value_id(id),
		value_text(p->text),
		value_i64((int64_t)p->action),
		value_text(p->advice != NULL ? p->advice : ""),
		value_text(exceptions_json(b, p)),
		value_id(who),
		value_i64(b->now),
		value_id(who),
		value_i64(b->now),
	};

	return batch_run(b, STATEMENT_PHRASE_INSERT, args, NULL);
}

static enum err
update(struct batch *b, const struct job *j, const struct phrase_row *p)
{
	struct value args[] = {
		value_text(p->text),
		p->removed ? value_null() : value_i64(1),
		value_i64((int64_t)p->action),
		value_text(p->advice),
		value_text(exceptions_json(b, p)),
		value_id(j->change->actor.id),
		value_i64(b->now),
		value_id(p->version + 1),
		value_id(p->id),
	};

	return batch_run(b, STATEMENT_PHRASE_UPDATE, args, NULL);
}

/* id 0: there is none. */
static enum err
find(struct batch *b, enum statement s, struct value key, struct phrase_row *out)
{
	struct rows r;

	*out = (struct phrase_row){0};
	if (batch_read(b, s, &key, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_phrase(rows_at(&r, 0), b->arena, out);
	}
	return ERR_OK;
}

static void
audit(struct batch *b, const struct job *j, const char *action,
	const struct phrase_row *p)
{
	batch_audit(b, j, action, "phrase", p->id,
		arena_printf(j->change->arena, "%s: %s", phrase_rule_name(p->action), p->text));
}

/* What is there already of this text is edited, as an import wants it. */
static enum err
add(struct batch *b, struct job *j, const struct phrase_row *wanted, bool merge)
{
	struct phrase_row p = *wanted;
	struct phrase_row there;
	struct rows r;
	enum err err = check_row(j, &p);

	if (err != ERR_OK) {
		return err;
	}
	if (find(b, STATEMENT_PHRASE_BY_TEXT, value_text(p.text), &there) != ERR_OK) {
		return b->failed;
	}
	if (there.id != 0 && !merge) {
		return job_refuse(j, ERR_CONFLICT, "this phrase is watched already");
	}
	p.id = there.id != 0 ? there.id : batch_id(b);
	p.version = there.version;
	j->outcome.id = p.id;
	audit(b, j, there.id != 0 ? "phrase.edited" : "phrase.added", &p);
	if (there.id != 0) {
		p.advice = str_empty(p.advice) ? there.advice : p.advice;
		return update(b, j, &p);
	}
	if (batch_read(b, STATEMENT_PHRASE_COUNT, NULL, &r) != ERR_OK) {
		return b->failed;
	}
	if (value_as_i64(rows_at(&r, 0)) >= PHRASES_MAX) {
		return job_refuse(j, ERR_CONFLICT, "there are %d phrases already", PHRASES_MAX);
	}
	return insert(b, j, &p, p.id);
}

/* All is checked before anything is written. */
static enum err
import(struct batch *b, struct job *j)
{
	const struct phrase_change *change = &j->change->phrase;
	enum err err = ERR_OK;

	if (change->row_count > PHRASE_IMPORT_MAX) {
		return job_refuse(j, ERR_INVALID, "at most %d phrases at once",
			PHRASE_IMPORT_MAX);
	}
	for (size_t i = 0; err == ERR_OK && i < change->row_count; i++) {
		err = check_row(j, &change->rows[i]);
	}
	for (size_t i = 0; err == ERR_OK && i < change->row_count; i++) {
		err = add(b, j, &change->rows[i], true);
	}
	return err;
}

static enum err
edit(struct batch *b, struct job *j)
{
	const struct phrase_change *change = &j->change->phrase;
	const struct phrase_row *wish = &change->row;
	struct phrase_row p;
	struct phrase_row same;
	enum err err;

	if (find(b, STATEMENT_PHRASE_BY_ID, value_id(wish->id), &p) != ERR_OK) {
		return b->failed;
	}
	if (p.id == 0 || (p.removed && !change->restore && change->action == ROW_EDIT)) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such phrase");
	}
	if (wish->version != 0 && wish->version != p.version) {
		return job_refuse(j, ERR_CONFLICT, "somebody has changed it meanwhile");
	}
	p.text = wish->text != NULL ? wish->text : p.text;
	p.action = wish->action != 0 ? wish->action : p.action;
	p.advice = wish->advice != NULL ? wish->advice : p.advice;
	if (wish->exceptions != NULL) {
		p.exceptions = wish->exceptions;
		p.exception_count = wish->exception_count;
	}
	p.removed = change->action == ROW_REMOVE;
	err = p.removed ? ERR_OK : check_row(j, &p);
	if (err != ERR_OK) {
		return err;
	}
	if (find(b, STATEMENT_PHRASE_BY_TEXT, value_text(p.text), &same) != ERR_OK) {
		return b->failed;
	}
	if (!p.removed && same.id != 0 && same.id != p.id) {
		return job_refuse(j, ERR_CONFLICT, "this phrase is watched already");
	}
	j->outcome.id = p.id;
	audit(b, j, p.removed ? "phrase.removed" : "phrase.edited", &p);
	return update(b, j, &p);
}

enum err
apply_phrase(struct batch *b, struct job *j)
{
	const struct phrase_change *change = &j->change->phrase;
	enum err err = check_right(j);

	if (err != ERR_OK) {
		return err;
	}
	if (change->action == ROW_ADD) {
		return change->rows != NULL ? import(b, j) : add(b, j, &change->row, false);
	}
	return edit(b, j);
}
