/* Any CSV with a heading line. Our names: call_id, direction, from, to, caller_name, extension,
 * queue, started_at, answered_at, ended_at, result, talk_seconds, ring_seconds, hold_seconds,
 * hangup_by, recording. `columns` maps them to the file's headings: "from=主叫号码,to=被叫号码".
 * Needed are call_id, from, to, started_at and one of ended_at or talk_seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/str.h"
#include "channels/phone/cdr_row.h"
#include "model/names.h"

enum field {
	CALL_ID,
	DIRECTION,
	FROM,
	TO,
	CALLER_NAME,
	EXTENSION,
	QUEUE,
	STARTED_AT,
	ANSWERED_AT,
	ENDED_AT,
	RESULT,
	TALK_SECONDS,
	RING_SECONDS,
	HOLD_SECONDS,
	HANGUP_BY,
	RECORDING,
	FIELD_COUNT
};
static const char *const field_names[FIELD_COUNT] = {"call_id", "direction", "from", "to",
	"caller_name", "extension", "queue", "started_at", "answered_at", "ended_at",
	"result", "talk_seconds", "ring_seconds", "hold_seconds", "hangup_by", "recording"};

struct cdr_table {
	const struct cdr_options *options;
	struct arena *arena;
	const char *headings[FIELD_COUNT];
	int positions[FIELD_COUNT]; /* -1: the file has no such column */
	bool heading_read;
	bool unusable;
	char problem[160];
};

static int
field_find(const char *name, size_t length)
{
	for (int i = 0; i < FIELD_COUNT; i++) {
		if (strlen(field_names[i]) == length &&
			memcmp(field_names[i], name, length) == 0) {
			return i;
		}
	}
	return -1;
}

static enum err
read_columns(struct cdr_table *t, const char *columns, struct error *e)
{
	for (const char *p = columns; *p != '\0';) {
		size_t length = strcspn(p, ",");
		const char *equals = memchr(p, '=', length);
		int field = equals == NULL ? -1 : field_find(p, (size_t)(equals - p));
		if (field < 0 || equals + 1 == p + length) {
			return error_set(e, ERR_INVALID,
				"column map: `%.*s` must be our_name=their heading; our names are "
				"call_id direction from to caller_name extension queue started_at "
				"answered_at ended_at result talk_seconds ring_seconds …",
				(int)length, p);
		}
		t->headings[field] = arena_strndup(t->arena, equals + 1,
			length - (size_t)(equals + 1 - p));
		p += length + (p[length] == ',' ? 1 : 0);
	}
	return ERR_OK;
}

enum err
cdr_table_create(const struct cdr_options *options, struct cdr_table **out,
	struct error *e)
{
	struct cdr_table *t = xcalloc(1, sizeof(*t));
	t->options = options;
	t->arena = arena_create();
	for (int i = 0; i < FIELD_COUNT; i++) {
		t->headings[i] = field_names[i];
		t->positions[i] = -1;
	}
	enum err rc = read_columns(t, options->columns == NULL ? "" : options->columns, e);
	if (rc != ERR_OK) {
		cdr_table_destroy(t);
		return rc;
	}
	*out = t;
	return ERR_OK;
}

void
cdr_table_destroy(struct cdr_table *t)
{
	if (t != NULL) {
		arena_destroy(t->arena);
		free(t);
	}
}

static bool
read_heading(struct cdr_table *t, const struct csv_record *record)
{
	t->heading_read = true;
	for (size_t i = 0; i < record->count; i++) {
		for (int field = 0; field < FIELD_COUNT; field++) {
			if (slice_equals(record->fields[i], t->headings[field])) {
				t->positions[field] = (int)i;
			}
		}
	}
	static const enum field needed[] = {CALL_ID, FROM, TO, STARTED_AT};
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (t->positions[needed[i]] < 0) {
			snprintf(t->problem, sizeof(t->problem), "the heading has no column `%s`",
				t->headings[needed[i]]);
			t->unusable = true;
		}
	}
	if (t->positions[ENDED_AT] < 0 && t->positions[TALK_SECONDS] < 0) {
		snprintf(t->problem, sizeof(t->problem), "the heading has neither `%s` nor `%s`",
			t->headings[ENDED_AT], t->headings[TALK_SECONDS]);
		t->unusable = true;
	}
	return !t->unusable;
}

static const char *
value(struct cdr_table *t, const struct csv_record *record, struct arena *a,
	enum field field, size_t max)
{
	int position = t->positions[field];
	if (position < 0 || (size_t)position >= record->count) {
		return "";
	}
	size_t length;
	const char *text = utf8_repair(a, record->fields[position].data,
		record->fields[position].length, &length);
	return arena_strndup(a, text, utf8_truncate(text, length, max));
}

/* With a zone in the text (RFC 3339), else in the zone of the import. */
static int64_t
time_value(struct cdr_table *t, const struct csv_record *record, struct arena *a,
	enum field field)
{
	const char *text = value(t, record, a, field, 40);
	int64_t ms;
	return time_parse(text, &ms) ? ms : cdr_time(&t->options->zone, text);
}

static int64_t
seconds_value(struct cdr_table *t, const struct csv_record *record, struct arena *a,
	enum field field)
{
	double seconds = strtod(value(t, record, a, field, 20), NULL);
	return seconds > 0 && seconds < 604800 ? (int64_t)(seconds * 1000 + 0.5) : 0;
}

static bool
read_times(struct cdr_table *t, const struct csv_record *record, struct arena *a,
	struct call *call)
{
	call->started_at = time_value(t, record, a, STARTED_AT);
	call->answered_at = time_value(t, record, a, ANSWERED_AT);
	call->ended_at = time_value(t, record, a, ENDED_AT);
	call->talk_ms = seconds_value(t, record, a, TALK_SECONDS);
	call->ring_ms = seconds_value(t, record, a, RING_SECONDS);
	call->hold_ms = seconds_value(t, record, a, HOLD_SECONDS);
	if (call->answered_at == 0 && call->talk_ms > 0) {
		call->answered_at = call->started_at + call->ring_ms;
	}
	if (call->ended_at == 0) {
		call->ended_at = call->started_at + call->ring_ms + call->talk_ms;
	}
	if (call->talk_ms == 0 && call->answered_at > 0) {
		call->talk_ms = call->ended_at - call->answered_at;
	}
	return call->started_at > 0 && call->ended_at >= call->started_at &&
		(call->answered_at == 0 || call->answered_at >= call->started_at);
}

static bool
read_result(struct cdr_table *t, const struct csv_record *record, struct arena *a,
	struct call *call)
{
	const char *name = value(t, record, a, RESULT, 20);
	if (name[0] != '\0') {
		return call_result_parse(name, &call->result) && call->result > CALL_TALKING;
	}
	if (call->answered_at > 0) {
		call->result = CALL_COMPLETED;
	} else {
		call->result = call->direction == CALL_OUT ? CALL_NO_ANSWER : CALL_MISSED;
	}
	return true;
}

static bool
read_parties(struct cdr_table *t, const struct csv_record *record, struct arena *a,
	struct cdr_call *out)
{
	struct call *call = &out->call;
	char from[NUMBER_SIZE];
	char to[NUMBER_SIZE];
	const struct dial_plan *plan = &t->options->plan;
	bool from_house = number_normalise(plan, value(t, record, a, FROM, 120), from) ==
		NUMBER_EXTENSION;
	bool to_house = number_normalise(plan, value(t, record, a, TO, 120), to) ==
		NUMBER_EXTENSION;
	const char *direction = value(t, record, a, DIRECTION, 20);
	if (direction[0] != '\0') {
		if (!call_direction_parse(direction, &call->direction)) {
			return false;
		}
	} else if (from_house) {
		call->direction = to_house ? CALL_INTERNAL : CALL_OUT;
	} else {
		call->direction = CALL_IN;
	}
	out->internal = call->direction == CALL_INTERNAL;
	bool outbound = call->direction == CALL_OUT;
	call->customer_number = arena_strdup(a, outbound ? to : from);
	call->house_number = arena_strdup(a, outbound ? from : to);
	out->staff_extension = value(t, record, a, EXTENSION, 31);
	if (out->staff_extension[0] == '\0' && (outbound ? from_house : to_house)) {
		out->staff_extension = call->house_number;
	}
	call->extension = out->staff_extension;
	return true;
}

bool
cdr_table_record(struct cdr_table *t, const struct csv_record *record, struct arena *a,
	struct cdr_call *out, bool *is_call, const char **why)
{
	*is_call = false;
	if (!t->heading_read) {
		*why = t->problem;
		return read_heading(t, record);
	}
	if (t->unusable) {
		*why = t->problem;
		return false;
	}
	struct cdr_call found = {.rows = 1, .line = record->line};
	struct call *call = &found.call;
	call->external_id = value(t, record, a, CALL_ID, CALL_EXTERNAL_ID_MAX);
	if (call->external_id[0] == '\0') {
		*why = "the call id is empty";
		return false;
	}
	if (!read_times(t, record, a, call)) {
		*why = "a time is missing or wrong";
		return false;
	}
	if (!read_parties(t, record, a, &found)) {
		*why = "direction must be in, out or internal";
		return false;
	}
	if (!read_result(t, record, a, call)) {
		*why = "result must be completed, missed, abandoned, no_answer, busy, failed or "
			   "voicemail";
		return false;
	}
	call->caller_name = value(t, record, a, CALLER_NAME, 120);
	call->queue = value(t, record, a, QUEUE, 60);
	const char *by = value(t, record, a, HANGUP_BY, 16);
	call->hangup_by = str_equals(by, "customer") || str_equals(by, "house") ? by : "";
	call->recording = value(t, record, a, RECORDING, 400);
	call->transfers = "";
	call->outcome = "";
	call->outcome_note = "";
	call->imported = true;
	*out = found;
	*is_call = true;
	return true;
}
