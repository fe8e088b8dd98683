#include "channels/phone/events.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "model/change.h"
#include "model/names.h"

#define NAME_MAX_BYTES 120
#define QUEUE_MAX_BYTES 60
#define EXTENSION_MAX_BYTES 31
#define RECORDING_MAX_BYTES 400
#define TRANSFERS_MAX 8
#define DURATION_MAX_MS (7LL * 24 * 3600 * 1000)

static const char *const event_names[] = {"start", "answer", "end", NULL};

static enum err
wrong(struct error *e, const char *field, const char *what)
{
	return error_set(e, ERR_INVALID, "%s: %s", field, what);
}

/* An optional text of at most max bytes; "" when absent. */
static enum err
read_text(const struct json *body, const char *field, size_t max, struct arena *a,
	const char **out, struct error *e)
{
	const struct json *value = json_get(body, field);
	*out = "";
	if (value == NULL) {
		return ERR_OK;
	}
	size_t length;
	const char *text = json_string_value(value, &length);
	if (text == NULL) {
		return wrong(e, field, "must be a text");
	}
	if (length > max) {
		return error_set(e, ERR_INVALID, "%s: at most %zu bytes", field, max);
	}
	*out = arena_strndup(a, text, length);
	return ERR_OK;
}

static enum err
read_duration(const struct json *body, const char *field, int64_t *out, struct error *e)
{
	*out = 0;
	if (json_get(body, field) == NULL) {
		return ERR_OK;
	}
	if (!json_i64(body, field, out) || *out < 0 || *out > DURATION_MAX_MS) {
		return wrong(e, field, "must be milliseconds between 0 and 7 days");
	}
	return ERR_OK;
}

static enum err
read_event(const struct json *body, enum call_event *out, struct error *e)
{
	const char *name = json_string(body, "event");
	for (int i = 0; name != NULL && event_names[i] != NULL; i++) {
		if (strcmp(event_names[i], name) == 0) {
			*out = (enum call_event)(i + 1);
			return ERR_OK;
		}
	}
	return wrong(e, "event", "must be start, answer or end");
}

static enum err
read_call_id(const struct json *body, struct arena *a, const char **out, struct error *e)
{
	enum err rc = read_text(body, "call_id", CALL_EXTERNAL_ID_MAX, a, out, e);
	if (rc != ERR_OK) {
		return rc;
	}
	if (str_empty(*out)) {
		return wrong(e, "call_id", "is missing: the PBX's own id of the call");
	}
	for (const char *p = *out; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f) {
			return wrong(e, "call_id", "must not contain control characters");
		}
	}
	return ERR_OK;
}

static enum err
read_transfers(const struct json *body, struct arena *a, const char **out,
	struct error *e)
{
	const struct json *list = json_get(body, "transfers");
	*out = "";
	if (list == NULL) {
		return ERR_OK;
	}
	if (!json_is_array(list) || json_length(list) > TRANSFERS_MAX) {
		return wrong(e, "transfers", "must be a list of at most 8 {to, kind}");
	}
	struct buf text;
	buf_init(&text, 400);
	struct json_writer w;
	jw_init(&w, &text);
	jw_array(&w);
	for (size_t i = 0; i < json_length(list); i++) {
		const char *to = json_string(json_at(list, i), "to");
		const char *kind = json_string(json_at(list, i), "kind");
		if (str_empty(to) || strlen(to) > NUMBER_SIZE) {
			buf_fini(&text);
			return wrong(e, "transfers", "each needs `to`");
		}
		jw_object(&w);
		jw_kstring(&w, "to", to);
		jw_kstring(&w, "kind", str_equals(kind, "attended") ? "attended" : "blind");
		jw_object_end(&w);
	}
	jw_array_end(&w);
	bool fits = !text.overflowed;
	if (fits && json_length(list) > 0) {
		*out = arena_strndup(a, text.data, text.length);
	}
	buf_fini(&text);
	return fits ? ERR_OK : wrong(e, "transfers", "is too long");
}

struct number {
	enum number_kind kind;
	const char *text;
};

static enum err
read_number(const struct json *body, const char *field, const struct dial_plan *plan,
	struct arena *a, struct number *out, struct error *e)
{
	const char *dialled;
	enum err rc = read_text(body, field, 120, a, &dialled, e);
	if (rc != ERR_OK) {
		return rc;
	}
	char text[NUMBER_SIZE];
	out->kind = number_normalise(plan, dialled, text);
	out->text = arena_strdup(a, text);
	return ERR_OK;
}

/* Says who is the customer: outside of the house is she who is no extension. */
static enum err
read_direction(const struct json *body, const struct number *from,
	const struct number *to, enum call_direction *out, struct error *e)
{
	const char *name = json_string(body, "direction");
	if (name != NULL) {
		return call_direction_parse(name, out)
			? ERR_OK
			: wrong(e, "direction", "must be in, out or internal");
	}
	if (from->kind == NUMBER_EXTENSION) {
		*out = to->kind == NUMBER_EXTENSION ? CALL_INTERNAL : CALL_OUT;
	} else {
		*out = CALL_IN;
	}
	return ERR_OK;
}

static enum err
read_parties(const struct json *body, const struct dial_plan *plan, struct arena *a,
	struct call_change *out, struct error *e)
{
	struct number from;
	struct number to;
	enum err rc = read_number(body, "from", plan, a, &from, e);
	if (rc == ERR_OK) {
		rc = read_number(body, "to", plan, a, &to, e);
	}
	if (rc == ERR_OK) {
		rc = read_direction(body, &from, &to, &out->call.direction, e);
	}
	if (rc == ERR_OK) {
		rc = read_text(body, "extension", EXTENSION_MAX_BYTES, a, &out->staff_extension,
			e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	bool outbound = out->call.direction == CALL_OUT;
	out->call.customer_number = outbound ? to.text : from.text;
	out->call.house_number = outbound ? from.text : to.text;
	const struct number *house = outbound ? &from : &to;
	if (str_empty(out->staff_extension) && house->kind == NUMBER_EXTENSION) {
		out->staff_extension = house->text;
	}
	out->call.extension = out->staff_extension;
	return ERR_OK;
}

/* When an event says when it happened, the stored time of its step is that; else it is now. */
static enum err
read_time(const struct json *body, struct call_change *out, struct error *e)
{
	int64_t at = clock_now_ms();
	const char *text = json_string(body, "at");
	if (text != NULL && !time_parse(text, &at)) {
		return wrong(e, "at", "must be a time like 2026-11-21T08:00:00Z");
	}
	if (out->event == CALL_EVENT_START) {
		out->call.started_at = at;
	} else if (out->event == CALL_EVENT_ANSWER) {
		out->call.answered_at = at;
	} else {
		out->call.ended_at = at;
	}
	return ERR_OK;
}

static enum err
read_result(const struct json *body, struct call_change *out, struct error *e)
{
	const char *name = json_string(body, "result");
	if (name == NULL) {
		out->call.result = out->event == CALL_EVENT_ANSWER ? CALL_TALKING : CALL_RINGING;
		return ERR_OK;
	}
	if (!call_result_parse(name, &out->call.result)) {
		return wrong(e, "result",
			"must be completed, missed, abandoned, no_answer, busy, failed or voicemail");
	}
	if (out->event == CALL_EVENT_END && out->call.result <= CALL_TALKING) {
		return wrong(e, "result", "an ended call is neither ringing nor talking");
	}
	return ERR_OK;
}

static enum err
read_details(const struct json *body, struct arena *a, struct call *call, struct error *e)
{
	enum err rc = read_text(body, "caller_name", NAME_MAX_BYTES, a, &call->caller_name,
		e);
	if (rc == ERR_OK) {
		rc = read_text(body, "queue", QUEUE_MAX_BYTES, a, &call->queue, e);
	}
	if (rc == ERR_OK) {
		rc = read_text(body, "recording", RECORDING_MAX_BYTES, a, &call->recording, e);
	}
	if (rc == ERR_OK) {
		rc = read_transfers(body, a, &call->transfers, e);
	}
	if (rc == ERR_OK) {
		rc = read_duration(body, "ring_ms", &call->ring_ms, e);
	}
	if (rc == ERR_OK) {
		rc = read_duration(body, "talk_ms", &call->talk_ms, e);
	}
	if (rc == ERR_OK) {
		rc = read_duration(body, "hold_ms", &call->hold_ms, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	const char *by = json_string(body, "hangup_by");
	if (by != NULL && strcmp(by, "customer") != 0 && strcmp(by, "house") != 0) {
		return wrong(e, "hangup_by", "must be customer or house");
	}
	call->hangup_by = by == NULL ? "" : arena_strdup(a, by);
	return ERR_OK;
}

enum err
call_event_parse(const struct json *body, const struct dial_plan *plan, struct arena *a,
	struct call_change *out, struct error *e)
{
	if (!json_is_object(body)) {
		return error_set(e, ERR_INVALID, "a call event is a JSON object");
	}
	struct call_change change = {.whole = false};
	change.call.outcome = "";
	change.call.outcome_note = "";
	enum err rc = read_event(body, &change.event, e);
	if (rc == ERR_OK) {
		rc = read_call_id(body, a, &change.call.external_id, e);
	}
	if (rc == ERR_OK) {
		rc = read_parties(body, plan, a, &change, e);
	}
	if (rc == ERR_OK) {
		rc = read_time(body, &change, e);
	}
	if (rc == ERR_OK) {
		rc = read_result(body, &change, e);
	}
	if (rc == ERR_OK) {
		rc = read_details(body, a, &change.call, e);
	}
	if (rc == ERR_OK) {
		*out = change;
	}
	return rc;
}
