#include "store/call_row.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "store/records.h"

enum { TRANSFERS_MAX = 400, RECORDING_MAX = 400 };

static enum err
take_row(struct batch *b, enum statement s, const struct value *args,
	struct call_row *out, bool *found)
{
	struct rows r;

	if (batch_read(b, s, args, &r) != ERR_OK) {
		return b->failed;
	}
	*found = r.count > 0;
	if (*found) {
		record_call(rows_at(&r, 0), &out->call);
		out->settled = value_as_bool(&rows_at(&r, 0)[CALL_COLUMN_COUNT]);
	}
	return ERR_OK;
}

enum err
call_find(struct batch *b, uint64_t channel, const char *external_id,
	struct call_row *out, bool *found)
{
	struct value args[] = {value_id(channel), value_text(external_id)};

	return take_row(b, STATEMENT_CALL_BY_EXTERNAL, args, out, found);
}

enum err
call_load(struct batch *b, uint64_t id, struct call_row *out, bool *found)
{
	struct value args[] = {value_id(id)};

	return take_row(b, STATEMENT_CALL_BY_ID, args, out, found);
}

enum err
call_insert(struct batch *b, const struct call_row *r)
{
	const struct call *c = &r->call;
	struct value args[] = {
		value_id(c->id),
		value_id(c->channel),
		value_text(c->external_id),
		value_id(c->timeline),
		value_id(c->conversation),
		value_i64((int64_t)c->direction),
		value_i64((int64_t)c->result),
		value_text(c->customer_number),
		value_text(c->house_number),
		value_text(c->caller_name),
		value_text(c->queue),
		value_text(c->extension),
		value_id(c->staff),
		value_i64(c->started_at),
		value_i64(c->answered_at),
		value_i64(c->ended_at),
		value_i64(c->ring_ms),
		value_i64(c->talk_ms),
		value_i64(c->hold_ms),
		value_text(c->hangup_by),
		value_text(c->transfers),
		value_text(c->recording),
		value_text(c->outcome),
		value_text(c->outcome_note),
		value_i64(c->imported),
		value_id(c->version),
		value_i64(r->settled),
	};

	return batch_run(b, STATEMENT_CALL_INSERT, args, NULL);
}

enum err
call_update(struct batch *b, const struct call_row *r)
{
	const struct call *c = &r->call;
	struct value args[] = {
		value_id(c->conversation),
		value_i64((int64_t)c->result),
		value_text(c->house_number),
		value_text(c->caller_name),
		value_text(c->queue),
		value_text(c->extension),
		value_id(c->staff),
		value_i64(c->started_at),
		value_i64(c->answered_at),
		value_i64(c->ended_at),
		value_i64(c->ring_ms),
		value_i64(c->talk_ms),
		value_i64(c->hold_ms),
		value_text(c->hangup_by),
		value_text(c->transfers),
		value_text(c->recording),
		value_text(c->outcome),
		value_text(c->outcome_note),
		value_id(c->version),
		value_i64(r->settled),
		value_id(c->id),
	};

	return batch_run(b, STATEMENT_CALL_UPDATE, args, NULL);
}

/* The event's text if it has one, else the row's; at most `max` bytes. */
static const char *
text(struct batch *b, const char *row, const char *event, size_t max)
{
	size_t length;

	if (str_empty(event)) {
		return row != NULL ? row : "";
	}
	length = strlen(event);
	if (length <= max) {
		return event;
	}
	return arena_strndup(b->arena, event, utf8_truncate(event, length, max));
}

/* A reference is useless when cut: too long ones are left out. */
static const char *
reference(const char *row, const char *event)
{
	if (str_empty(event) || strlen(event) > RECORDING_MAX) {
		return row != NULL ? row : "";
	}
	return event;
}

/* It is sent on as it is: whatever is no JSON array is left out. */
static const char *
array(const char *row, const char *event)
{
	struct json *parsed = NULL;
	bool valid = !str_empty(event) && strlen(event) <= TRANSFERS_MAX &&
		json_parse(event, strlen(event), &parsed, NULL) == ERR_OK &&
		json_is_array(parsed);

	json_free(parsed);
	if (valid) {
		return event;
	}
	return row != NULL ? row : "";
}

static int64_t
number(int64_t row, int64_t event)
{
	return event > 0 ? event : row;
}

void
call_merge(struct batch *b, struct call *row, const struct call *event)
{
	row->external_id = text(b, row->external_id, event->external_id,
		CALL_EXTERNAL_ID_MAX);
	row->customer_number = text(b, row->customer_number, event->customer_number, 40);
	row->house_number = text(b, row->house_number, event->house_number, 40);
	row->caller_name = text(b, row->caller_name, event->caller_name, 120);
	row->queue = text(b, row->queue, event->queue, 60);
	row->extension = text(b, row->extension, event->extension, 32);
	row->hangup_by = text(b, row->hangup_by, event->hangup_by, 16);
	row->transfers = array(row->transfers, event->transfers);
	row->recording = reference(row->recording, event->recording);
	row->outcome = text(b, row->outcome, event->outcome, 40);
	row->outcome_note = text(b, row->outcome_note, event->outcome_note, 2000);
	row->direction = row->direction != 0 ? row->direction : event->direction;
	row->staff = event->staff != 0 ? event->staff : row->staff;
	row->started_at = number(row->started_at, event->started_at);
	row->answered_at = number(row->answered_at, event->answered_at);
	row->ended_at = number(row->ended_at, event->ended_at);
	row->ring_ms = number(row->ring_ms, event->ring_ms);
	row->talk_ms = number(row->talk_ms, event->talk_ms);
	row->hold_ms = number(row->hold_ms, event->hold_ms);
}

static bool
is_final(enum call_result result)
{
	return result != CALL_RINGING && result != CALL_TALKING;
}

static int64_t
span(int64_t from, int64_t to)
{
	return from > 0 && to > from ? to - from : 0;
}

void
call_conclude(struct call_row *r, enum call_result reported)
{
	struct call *c = &r->call;

	if (is_final(reported)) {
		c->result = reported;
		r->settled = true;
	} else if (!r->settled) {
		if (c->answered_at > 0) {
			c->result = CALL_COMPLETED;
		} else {
			c->result = c->direction == CALL_IN ? CALL_MISSED : CALL_NO_ANSWER;
		}
	}
	if (c->ring_ms == 0) {
		c->ring_ms = span(c->started_at,
			c->answered_at > 0 ? c->answered_at : c->ended_at);
	}
	if (c->talk_ms == 0 && c->result == CALL_COMPLETED) {
		c->talk_ms = span(c->answered_at, c->ended_at);
	}
}

bool
call_missed(const struct call *c)
{
	return c->direction == CALL_IN && is_final(c->result) && c->result != CALL_COMPLETED;
}
