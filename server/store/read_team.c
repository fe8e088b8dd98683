/* Mentions, saved filters, what somebody was when, the sessions of one. */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { TEXT_MAX = 400, FILTERS_MAX = 1000, PRESENCE_MAX = 2000, SESSIONS_MAX = 100 };

static void
record_session(const struct value *v, struct session_item *out)
{
	(void)value_as_bytes(&v[0], out->token_hash, DIGEST_SIZE);
	out->created_at = value_as_i64(&v[1]);
	out->expires_at = value_as_i64(&v[2]);
	out->address = value_as_text(&v[3]);
	out->agent = value_as_text(&v[4]);
}

static void
record_presence(const struct value *v, struct presence_row *out)
{
	out->state = value_as_text(&v[0]);
	out->reason = value_as_text(&v[1]);
	out->at = value_as_i64(&v[2]);
}

static void
record_mention(const struct value *v, struct mention *out)
{
	*out = (struct mention){
		.id = value_as_id(&v[0]),
		.fact = value_as_id(&v[1]),
		.author = value_as_id(&v[2]),
		.at = value_as_i64(&v[3]),
		.seen_at = value_as_i64(&v[4]),
		.conversation = value_as_id(&v[5]),
		.text = value_as_text(&v[6]), /* the whole body, until it was read */
		.customer = value_as_id(&v[7]),
		.customer_name = value_as_text(&v[8]),
		.anonymous = value_as_bool(&v[9]),
	};
}

DEFINE_LIST(filters, struct saved_filter, record_filter)
DEFINE_LIST(mentions, struct mention, record_mention)
DEFINE_LIST(presences, struct presence_row, record_presence)
DEFINE_LIST(sessions, struct session_item, record_session)

/* The text of a note's body, not more than a list shows. */
static const char *
beginning_of(const char *body, struct arena *a)
{
	struct json *document = NULL;
	const char *text;
	char *copy;

	if (str_empty(body) || json_parse(body, strlen(body), &document, NULL) != ERR_OK) {
		return "";
	}
	text = json_string(document, "text");
	copy = arena_strdup(a, text != NULL ? text : "");
	copy[utf8_truncate(copy, strlen(copy), TEXT_MAX)] = '\0';
	json_free(document);
	return copy;
}

static enum err
count_unseen(struct reader *r, uint64_t staff, struct arena *a, uint64_t *out,
	struct error *e)
{
	struct value args[] = {value_id(staff)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_MENTION_UNSEEN, args, a, &rows, e);

	if (err == ERR_OK) {
		*out = rows.count > 0 ? value_as_id(rows_at(&rows, 0)) : 0;
	}
	return err;
}

enum err
read_mentions(struct reader *r, const struct scope *scope, uint64_t before_id,
	size_t limit, struct arena *a, struct mention **out, size_t *count, uint64_t *unseen,
	struct error *e)
{
	struct value self = value_id(scope->self);
	struct value args[] = {self,
		before_id != 0 ? value_id(before_id) : value_i64(INT64_MAX),
		value_id(scope->unit_low), value_id(scope->unit_high), self, self,
		value_i64((int64_t)limit)};
	enum err err = mentions(r, STATEMENT_MENTION_LIST, args, a, out, count, e);

	for (size_t i = 0; err == ERR_OK && i < *count; i++) {
		(*out)[i].text = beginning_of((*out)[i].text, a);
	}
	return err == ERR_OK ? count_unseen(r, scope->self, a, unseen, e) : err;
}

enum err
read_filters(struct reader *r, uint64_t staff, uint64_t unit, struct arena *a,
	struct saved_filter **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(staff), value_id(unit), value_id(unit),
		value_i64(FILTERS_MAX)};

	return filters(r, STATEMENT_FILTER_LIST, args, a, out, count, e);
}

enum err
read_presence(struct reader *r, uint64_t staff, int64_t from, int64_t to, struct arena *a,
	struct presence_row **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(staff), value_i64(from),
		value_i64(to != 0 ? to : INT64_MAX), value_i64(PRESENCE_MAX)};

	return presences(r, STATEMENT_PRESENCE_OF, args, a, out, count, e);
}

enum err
read_sessions(struct reader *r, uint64_t staff, struct arena *a,
	struct session_item **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(staff), value_i64(clock_now_ms()),
		value_i64(SESSIONS_MAX)};

	return sessions(r, STATEMENT_SESSION_LIST, args, a, out, count, e);
}
