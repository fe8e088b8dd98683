/* What the loop has to know for answering: the bot's memory, and the phrases that are watched. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/change.h"
#include "store/phrases.h"
#include "store/reader_private.h"
#include "store/records.h"

void
record_phrase(const struct value *v, struct arena *a, struct phrase_row *out)
{
	const char *exceptions = value_as_text(&v[5]);
	const char **items = arena_alloc(a, PHRASE_EXCEPTIONS_MAX * sizeof(*items));
	struct json *list = NULL;

	*out = (struct phrase_row){
		.id = value_as_id(&v[0]),
		.text = value_as_text(&v[1]),
		.removed = v[2].type == VALUE_NULL,
		.action = (enum phrase_rule)value_as_i64(&v[3]),
		.advice = value_as_text(&v[4]),
		.exceptions = items,
		.hits = value_as_id(&v[6]),
		.hit_at = value_as_i64(&v[7]),
		.created_by = value_as_id(&v[8]),
		.created_at = value_as_i64(&v[9]),
		.updated_by = value_as_id(&v[10]),
		.updated_at = value_as_i64(&v[11]),
		.version = value_as_id(&v[12]),
	};
	if (json_parse(exceptions, strlen(exceptions), &list, NULL) != ERR_OK) {
		return;
	}
	for (size_t i = 0; i < json_length(list) && i < PHRASE_EXCEPTIONS_MAX; i++) {
		const char *text = json_string_value(json_at(list, i), NULL);

		if (text != NULL) {
			items[out->exception_count++] = arena_strdup(a, text);
		}
	}
	json_free(list);
}

enum err
read_phrases(struct reader *r, struct arena *a, struct phrase_row **out, size_t *count,
	struct error *e)
{
	struct value args[] = {value_i64(PHRASES_MAX)};
	struct phrase_row *items;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_PHRASE_LIST, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		record_phrase(rows_at(&rows, i), a, &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_phrase(struct reader *r, uint64_t id, struct arena *a, struct phrase_row *out,
	struct error *e)
{
	struct value args[] = {value_id(id)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_PHRASE_BY_ID, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such phrase");
	}
	record_phrase(rows_at(&rows, 0), a, out);
	return ERR_OK;
}

static void
record_held_back(const struct value *v, struct held_back *out)
{
	*out = (struct held_back){
		.rule = value_as_id(&v[0]),
		.count = value_as_id(&v[1]),
		.at = value_as_i64(&v[2]),
		.title = value_as_text(&v[3]),
	};
}

DEFINE_LIST(list_held_back, struct held_back, record_held_back)

enum err
read_held_back(struct reader *r, struct arena *a, struct held_back **out, size_t *count,
	struct error *e)
{
	struct value args[] = {value_i64(HELD_BACK_MAX)};

	return list_held_back(r, STATEMENT_RULE_HELD_BACK_LIST, args, a, out, count, e);
}

/* --- the bot's memory ----------------------------------------------------------------------- */

static enum err
find_timeline(struct reader *r, const struct party *p, struct arena *a,
	struct bot_memory *out, struct error *e)
{
	struct value visitor[] = {value_id(p->visitor)};
	struct value contact[1];
	struct rows rows = {0};
	enum err err;

	if (p->visitor != 0) {
		err = reader_run(r, STATEMENT_VISITOR_TIMELINE, visitor, a, &rows, e);
	} else {
		contact[0] = value_text(
			arena_printf(a, "%s:%s", p->contact_kind, p->contact_value));
		err = reader_run(r, STATEMENT_CONTACT_BY_KEY, contact, a, &rows, e);
	}
	if (err == ERR_OK && rows.count > 0) {
		out->timeline = value_as_id(&rows_at(&rows, 0)[0]);
		out->language = p->visitor != 0 ? value_as_text(&rows_at(&rows, 0)[1]) : "";
	}
	return err;
}

static enum err
fill(struct reader *r, struct arena *a, struct bot_memory *out, struct error *e)
{
	struct value args[] = {value_id(out->timeline)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_BOT_STATE_READ, args, a, &rows, e);

	if (err == ERR_OK && rows.count > 0) {
		out->version = value_as_id(&rows_at(&rows, 0)[0]);
		out->state = value_as_text(&rows_at(&rows, 0)[1]);
	}
	if (err == ERR_OK) {
		err = reader_run(r, STATEMENT_HEAD_CONVERSATION, args, a, &rows, e);
	}
	if (err == ERR_OK && rows.count > 0) {
		out->has_conversation = true;
		record_conversation(rows_at(&rows, 0), &out->conversation);
	}
	if (err == ERR_OK) {
		err = reader_run(r, STATEMENT_CUSTOMER_FACE, args, a, &rows, e);
	}
	if (err == ERR_OK && rows.count > 0) {
		const struct value *row = rows_at(&rows, 0);

		out->name = value_as_bool(&row[1]) ? "" : value_as_text(&row[0]);
		/* What she uses now says more than what was noted of her once. */
		if (str_empty(out->language)) {
			out->language = value_as_text(&row[2]);
		}
	}
	return err;
}

enum err
read_bot_memory(struct reader *r, const struct party *p, uint64_t timeline,
	struct arena *a, struct bot_memory *out, struct error *e)
{
	enum err err = ERR_OK;

	*out = (struct bot_memory){.timeline = timeline,
		.state = "",
		.name = "",
		.language = ""};
	if (timeline == 0) {
		err = find_timeline(r, p, a, out, e);
	}
	return err == ERR_OK && out->timeline != 0 ? fill(r, a, out, e) : err;
}
