/* Ready-made texts: created, edited, taken out of use and brought back, imported. Titles and
 * shortcuts are unique in their place; what was removed gives both free. */
#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/quick_files.h"
#include "store/quick_replies.h"

static bool
too_long(const char *text, size_t max)
{
	return text != NULL && utf8_count(text, strlen(text)) > max;
}

static enum err
check_texts(struct job *j, const struct quick_reply *q)
{
	if (str_empty(q->title) || too_long(q->title, QUICK_TITLE_MAX)) {
		return job_refuse(j, ERR_INVALID, "a title of at most %d characters is needed",
			QUICK_TITLE_MAX);
	}
	if (too_long(q->folder, QUICK_FOLDER_MAX)) {
		return job_refuse(j, ERR_INVALID, "the folder's name is too long");
	}
	if (q->shortcut != NULL &&
		(too_long(q->shortcut, QUICK_SHORTCUT_MAX) ||
			!quick_shortcut_valid(q->shortcut))) {
		return job_refuse(j, ERR_INVALID,
			"a shortcut has at most %d small letters, digits, - and _",
			QUICK_SHORTCUT_MAX);
	}
	if (too_long(q->body, QUICK_BODY_MAX)) {
		return job_refuse(j, ERR_INVALID, "the text is too long");
	}
	if (str_empty(q->body) && q->files == NULL) {
		return job_refuse(j, ERR_INVALID, "there is neither text nor a file");
	}
	return ERR_OK;
}

/* --- rows --------------------------------------------------------------------------------- */

/* The live reply of this title, else out->id is 0. */
static enum err
find_title(struct batch *b, const struct quick_reply *q, struct quick_reply *out)
{
	struct value args[] = {
		value_i64((int64_t)q->scope),
		value_id(q->place),
		value_text(q->title),
	};
	struct rows r;

	*out = (struct quick_reply){0};
	if (batch_read(b, STATEMENT_QUICK_REPLY_BY_TITLE, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_quick_reply(rows_at(&r, 0), out);
	}
	return ERR_OK;
}

/* Whose live shortcut it is, 0: nobody's. */
static enum err
find_shortcut(struct batch *b, const struct quick_reply *q, uint64_t *out)
{
	struct value args[] = {
		value_i64((int64_t)q->scope),
		value_id(q->place),
		value_text(q->shortcut),
	};
	struct rows r;

	*out = 0;
	if (str_empty(q->shortcut)) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_QUICK_REPLY_BY_SHORTCUT, args, &r) != ERR_OK) {
		return b->failed;
	}
	*out = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
	return ERR_OK;
}

static enum err
count_live(struct batch *b, const struct quick_reply *q, int64_t *out)
{
	struct value args[] = {value_i64((int64_t)q->scope), value_id(q->place)};
	struct rows r;

	if (batch_read(b, STATEMENT_QUICK_REPLY_COUNT, args, &r) != ERR_OK) {
		return b->failed;
	}
	*out = value_as_i64(rows_at(&r, 0));
	return ERR_OK;
}

static enum err
insert(struct batch *b, const struct job *j, const struct quick_reply *q)
{
	struct value args[] = {
		value_id(q->id),
		value_i64((int64_t)q->scope),
		value_id(q->place),
		value_text(q->folder),
		value_text(q->title),
		value_text_or_null(q->shortcut),
		value_text(q->body),
		value_text_or_null(q->files),
		value_id(j->change->actor.id),
		value_i64(b->now),
		value_id(j->change->actor.id),
		value_i64(b->now),
	};

	return batch_run(b, STATEMENT_QUICK_REPLY_INSERT, args, NULL);
}

static enum err
update(struct batch *b, const struct job *j, const struct quick_reply *q)
{
	struct value args[] = {
		q->removed ? value_null() : value_i64(1),
		value_text(q->folder),
		value_text(q->title),
		value_text_or_null(q->shortcut),
		value_text(q->body),
		value_text_or_null(q->files),
		value_id(j->change->actor.id),
		value_i64(b->now),
		value_id(q->version),
		value_id(q->id),
	};

	return batch_run(b, STATEMENT_QUICK_REPLY_UPDATE, args, NULL);
}

static enum err
check_unique(struct batch *b, struct job *j, const struct quick_reply *q)
{
	struct quick_reply same;
	uint64_t owner;

	if (find_title(b, q, &same) != ERR_OK || find_shortcut(b, q, &owner) != ERR_OK) {
		return b->failed;
	}
	if (same.id != 0 && same.id != q->id) {
		return job_refuse(j, ERR_CONFLICT, "there is a reply with this title");
	}
	if (owner != 0 && owner != q->id) {
		return job_refuse(j, ERR_CONFLICT, "another reply has this shortcut");
	}
	return ERR_OK;
}

static void
audit(struct batch *b, const struct job *j, const char *action,
	const struct quick_reply *q)
{
	batch_audit(b, j, action, "quick_reply", q->id,
		arena_printf(b->arena, "%s: %s", quick_scope_name(q->scope), q->title));
}

/* --- one by one --------------------------------------------------------------------------- */

static enum err
add(struct batch *b, struct job *j)
{
	const struct quick_reply_change *change = &j->change->quick_reply;
	struct quick_reply q = change->reply;
	int64_t count = 0;
	enum err err = quick_files(b, j, NULL, &q.files);

	if (err == ERR_OK) {
		err = check_texts(j, &q);
	}
	if (err == ERR_OK) {
		err = check_unique(b, j, &q);
	}
	if (err == ERR_OK) {
		err = count_live(b, &q, &count);
	}
	if (err == ERR_OK && count >= QUICK_PLACE_MAX) {
		err = job_refuse(j, ERR_CONFLICT, "there are %d replies here already",
			QUICK_PLACE_MAX);
	}
	if (err != ERR_OK) {
		return err;
	}
	q.id = batch_id(b);
	j->outcome.id = q.id;
	audit(b, j, "quick_reply.created", &q);
	return insert(b, j, &q);
}

/* Refuses what is not there, not hers, or not as she saw it. */
static enum err
find_for_edit(struct batch *b, struct job *j, struct quick_reply *out)
{
	const struct quick_reply *wish = &j->change->quick_reply.reply;
	const struct actor *a = &j->change->actor;
	struct value args[] = {value_id(wish->id)};
	struct rows r;

	if (batch_read(b, STATEMENT_QUICK_REPLY_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_quick_reply(rows_at(&r, 0), out);
	}
	if (r.count == 0 ||
		(a->kind != AUTHOR_SYSTEM && !quick_may_see(a, out->scope, out->place))) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such quick reply");
	}
	if (!quick_may_edit(a, out->scope, out->place)) {
		return job_refuse(j, ERR_DENIED, "only supervisors may change this reply");
	}
	if (wish->version != 0 && wish->version != out->version) {
		return job_refuse(j, ERR_CONFLICT, "the reply was edited meanwhile");
	}
	if (out->removed && !j->change->quick_reply.restore) {
		return job_refuse(j, ERR_NOT_FOUND, "the reply was removed");
	}
	return ERR_OK;
}

static void
merge(struct quick_reply *q, const struct quick_reply *wish)
{
	q->folder = wish->folder != NULL ? wish->folder : q->folder;
	q->title = wish->title != NULL ? wish->title : q->title;
	q->body = wish->body != NULL ? wish->body : q->body;
	if (wish->shortcut != NULL) {
		q->shortcut = wish->shortcut[0] != '\0' ? wish->shortcut : NULL;
	}
	q->version++;
}

static enum err
edit(struct batch *b, struct job *j)
{
	const struct quick_reply_change *change = &j->change->quick_reply;
	struct quick_reply q;
	enum err err = find_for_edit(b, j, &q);

	if (err != ERR_OK) {
		return err;
	}
	merge(&q, &change->reply);
	q.removed = false;
	if (change->set_files) {
		err = quick_files(b, j, q.files, &q.files);
	}
	if (err == ERR_OK) {
		err = check_texts(j, &q);
	}
	if (err == ERR_OK) {
		err = check_unique(b, j, &q);
	}
	if (err != ERR_OK) {
		return err;
	}
	j->outcome.id = q.id;
	audit(b, j, change->restore ? "quick_reply.restored" : "quick_reply.edited", &q);
	return update(b, j, &q);
}

static enum err
take_away(struct batch *b, struct job *j)
{
	struct quick_reply q;
	enum err err = find_for_edit(b, j, &q);

	if (err != ERR_OK) {
		return err;
	}
	q.removed = true;
	q.version++;
	j->outcome.id = q.id;
	audit(b, j, "quick_reply.removed", &q);
	return update(b, j, &q);
}

/* --- imports ------------------------------------------------------------------------------ */

static bool
same_texts(const struct quick_reply *a, const struct quick_reply *b)
{
	return str_equals(a->folder, b->folder) && str_equals(a->body, b->body) &&
		(str_empty(a->shortcut) ? str_empty(b->shortcut)
								: str_equals(a->shortcut, b->shortcut));
}

/* `count`: live replies of the place, raised when one is added. */
static enum err
import_row(struct batch *b, struct job *j, const struct quick_reply *row, int64_t *count,
	enum quick_import_result *result)
{
	bool write = !j->change->quick_reply.try_only;
	struct quick_reply q;
	uint64_t owner;

	if (find_title(b, row, &q) != ERR_OK || find_shortcut(b, row, &owner) != ERR_OK) {
		return b->failed;
	}
	if (q.id != 0 && same_texts(&q, row)) {
		*result = QUICK_IMPORT_UNCHANGED;
		return ERR_OK;
	}
	if (owner != 0 && owner != q.id) {
		*result = QUICK_IMPORT_SHORTCUT_TAKEN;
		return ERR_OK;
	}
	if (q.id != 0) {
		*result = QUICK_IMPORT_CHANGED;
		merge(&q, row);
		return write ? update(b, j, &q) : ERR_OK;
	}
	if (*count >= QUICK_PLACE_MAX) {
		*result = QUICK_IMPORT_FULL;
		return ERR_OK;
	}
	*result = QUICK_IMPORT_CREATED;
	++*count;
	q = *row;
	q.id = batch_id(b);
	return write ? insert(b, j, &q) : ERR_OK;
}

static enum err
import_rows(struct batch *b, struct job *j)
{
	const struct quick_reply_change *change = &j->change->quick_reply;
	int64_t count = 0;
	size_t written = 0;

	if (change->row_count > QUICK_IMPORT_MAX) {
		return job_refuse(j, ERR_INVALID, "too many rows in one change");
	}
	for (size_t i = 0; i < change->row_count; i++) {
		enum err err = check_texts(j, &change->rows[i]);

		if (err != ERR_OK) {
			return err;
		}
	}
	if (count_live(b, &change->reply, &count) != ERR_OK) {
		return b->failed;
	}
	for (size_t i = 0; i < change->row_count; i++) {
		struct quick_reply row = change->rows[i];
		enum quick_import_result *result = &change->results[i];

		row.scope = change->reply.scope;
		row.place = change->reply.place;
		if (import_row(b, j, &row, &count, result) != ERR_OK) {
			return b->failed;
		}
		written += *result == QUICK_IMPORT_CREATED || *result == QUICK_IMPORT_CHANGED;
	}
	if (written > 0 && !change->try_only) {
		batch_audit(b, j, "quick_reply.imported", "quick_reply", 0,
			arena_printf(b->arena, "%s: %zu of %zu rows",
				quick_scope_name(change->reply.scope), written, change->row_count));
	}
	return ERR_OK;
}

enum err
apply_quick_reply(struct batch *b, struct job *j)
{
	const struct quick_reply_change *change = &j->change->quick_reply;
	const struct quick_reply *q = &change->reply;

	switch (change->action) {
	case ROW_ADD:
		if (!quick_may_edit(&j->change->actor, q->scope, q->place)) {
			return job_refuse(j, ERR_DENIED, "only supervisors may add replies here");
		}
		return change->rows != NULL ? import_rows(b, j) : add(b, j);
	case ROW_EDIT:
		return edit(b, j);
	case ROW_REMOVE:
		return take_away(b, j);
	}
	return job_refuse(j, ERR_INVALID, "no such action");
}
