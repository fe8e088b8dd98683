/* FreeSWITCH mod_json_cdr. Facts of the format, seen in real records: `callflow` is an object in
 * old versions and a list in new ones; every value is a text; with encode-values (the default of
 * its time) values are URL-encoded; `variables.direction` may be missing and stands then in
 * channel_data; times with u… are microseconds of UTC, so no zone is needed. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "channels/phone/cdr_row.h"

struct record {
	const struct cdr_options *options;
	struct arena *arena;
	const struct json *variables;
	const struct json *channel_data;
	const struct json *profile; /* as the call began */
};

static int
hex_digit(char c)
{
	if (isdigit((unsigned char)c)) {
		return c - '0';
	}
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes %XX. A '+' stays: numbers begin with it and the encoder writes %20 for a space. */
static const char *
decode(struct arena *a, const char *text)
{
	size_t length = strlen(text);
	char *out = arena_alloc(a, length + 1);
	size_t used = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '%' && i + 2 < length + 1 && hex_digit(text[i + 1]) >= 0 &&
			hex_digit(text[i + 2]) >= 0) {
			out[used++] = (char)(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
			i += 2;
		} else {
			out[used++] = text[i];
		}
	}
	return utf8_repair(a, out, used, NULL);
}

static const char *
text_of(struct record *r, const struct json *object, const char *key)
{
	const char *text = object == NULL ? NULL : json_string(object, key);
	return text == NULL ? "" : decode(r->arena, text);
}

static const char *
variable(struct record *r, const char *key)
{
	return text_of(r, r->variables, key);
}

static int64_t
number(struct record *r, const char *key)
{
	int64_t value = 0;
	return str_parse_i64(variable(r, key), &value) && value > 0 ? value : 0;
}

/* Microseconds where there are some, else whole seconds. */
static int64_t
time_of(struct record *r, const char *fine, const char *coarse)
{
	int64_t micro = number(r, fine);
	return micro > 0 ? micro / 1000 : number(r, coarse) * 1000;
}

/* The caller's profile as the call began: the one with the lowest index, which a list has last. */
static const struct json *
first_profile(const struct json *root)
{
	const struct json *flow = json_get(root, "callflow");
	if (flow != NULL && json_is_array(flow)) {
		flow = json_length(flow) > 0 ? json_at(flow, json_length(flow) - 1) : NULL;
	}
	return flow == NULL ? NULL : json_get(flow, "caller_profile");
}

static bool
is_extension(struct record *r, const char *text)
{
	char normal[NUMBER_SIZE];
	return number_normalise(&r->options->plan, text, normal) == NUMBER_EXTENSION;
}

static const char *
normal_number(struct record *r, const char *text)
{
	char normal[NUMBER_SIZE];
	number_normalise(&r->options->plan, text, normal);
	return arena_strdup(r->arena, normal);
}

static bool
was_bridged(struct record *r)
{
	return variable(r, "bridge_uuid")[0] != '\0' ||
		variable(r, "last_bridge_to")[0] != '\0';
}

static enum call_result
unanswered_result(struct record *r, bool inbound)
{
	const char *cause = variable(r, "hangup_cause");
	if (strcmp(cause, "USER_BUSY") == 0) {
		return CALL_BUSY;
	}
	if (inbound) {
		if (strstr(variable(r, "last_app"), "voicemail") != NULL) {
			return CALL_VOICEMAIL;
		}
		return variable(r, "cc_queue")[0] != '\0' &&
				strcmp(cause, "ORIGINATOR_CANCEL") == 0
			? CALL_ABANDONED
			: CALL_MISSED;
	}
	static const char *const unanswered[] = {"NO_ANSWER", "NO_USER_RESPONSE",
		"ORIGINATOR_CANCEL", "ALLOTTED_TIMEOUT", "NORMAL_CLEARING", NULL};
	for (const char *const *name = unanswered; *name != NULL; name++) {
		if (strcmp(*name, cause) == 0) {
			return CALL_NO_ANSWER;
		}
	}
	return CALL_FAILED;
}

/* recv_bye: the other end of this leg hung up, which is who began the call. */
static const char *
hangup_by(struct record *r, bool inbound)
{
	const char *how = variable(r, "sip_hangup_disposition");
	bool caller = strcmp(how, "recv_bye") == 0 || strcmp(how, "recv_cancel") == 0;
	bool callee = strcmp(how, "send_bye") == 0;
	if (!caller && !callee) {
		return "";
	}
	return caller == inbound ? "customer" : "house";
}

static void
fill_times(struct record *r, struct call *call)
{
	call->started_at = time_of(r, "start_uepoch", "start_epoch");
	call->ended_at = time_of(r, "end_uepoch", "end_epoch");
	int64_t answered = time_of(r, "answer_uepoch", "answer_epoch");
	/* Answered by a machine only is not answered. */
	call->answered_at = answered > 0 && was_bridged(r) ? answered : 0;
	int64_t talk = number(r, "billmsec");
	if (call->answered_at > 0) {
		call->talk_ms = talk > 0 ? talk : call->ended_at - call->answered_at;
		call->ring_ms = call->answered_at - call->started_at;
	} else {
		call->ring_ms = call->ended_at - call->started_at;
	}
	int64_t hold = number(r, "hold_accum_ms");
	call->hold_ms = hold > 0 ? hold : number(r, "hold_accum_seconds") * 1000;
}

static void
fill_parties(struct record *r, struct cdr_call *out)
{
	struct call *call = &out->call;
	const char *from = text_of(r, r->profile, "caller_id_number");
	const char *to = text_of(r, r->profile, "destination_number");
	if (from[0] == '\0') {
		from = variable(r, "sip_from_user");
	}
	if (to[0] == '\0') {
		to = variable(r, "sip_req_user");
	}
	bool from_house = is_extension(r, from);
	bool to_house = is_extension(r, to);
	const struct cdr_options *o = r->options;
	out->internal = from_house && to_house && o->is_staff != NULL &&
		(o->is_staff(o->is_staff_ctx, from) || o->is_staff(o->is_staff_ctx, to));
	bool inbound = !from_house || to_house;
	call->direction = inbound ? CALL_IN : CALL_OUT;
	call->customer_number = normal_number(r, inbound ? from : to);
	call->house_number = normal_number(r, inbound ? to : from);
	const char *agent = inbound ? variable(r, "dialed_user") : from;
	if (inbound && agent[0] == '\0') {
		agent = variable(r, "last_sent_callee_id_number");
	}
	if (inbound && agent[0] == '\0' && to_house) {
		agent = to;
	}
	out->staff_extension = is_extension(r, agent) ? normal_number(r, agent) : "";
	call->extension = out->staff_extension;
	const char *name = inbound ? text_of(r, r->profile, "caller_id_name") : "";
	call->caller_name = strcmp(name, from) == 0
		? ""
		: arena_strndup(r->arena, name, utf8_truncate(name, strlen(name), 120));
}

static const char *
bounded(struct record *r, const char *key, size_t max)
{
	const char *text = variable(r, key);
	return arena_strndup(r->arena, text, utf8_truncate(text, strlen(text), max));
}

static void
read_record(const struct cdr_options *options, const struct cdr_sink *sink,
	struct arena *a, const struct json *root, size_t line)
{
	struct record r = {.options = options, .arena = a};
	r.variables = json_is_object(root) ? json_get(root, "variables") : NULL;
	if (r.variables == NULL) {
		sink->bad(sink->ctx, line, "not a FreeSWITCH record: it has no variables");
		return;
	}
	r.channel_data = json_get(root, "channel_data");
	r.profile = first_profile(root);
	const char *id = variable(&r, "uuid");
	if (id[0] == '\0' || strlen(id) > CALL_EXTERNAL_ID_MAX) {
		sink->bad(sink->ctx, line, "the record has no usable uuid");
		return;
	}
	const char *direction = variable(&r, "direction");
	if (direction[0] == '\0') {
		direction = text_of(&r, r.channel_data, "direction");
	}
	if (strcmp(direction, "outbound") == 0 && variable(&r, "originator")[0] != '\0') {
		sink->skipped(sink->ctx, line, "the far leg of another call");
		return;
	}
	struct cdr_call found = {.rows = 1, .line = line};
	struct call *call = &found.call;
	fill_times(&r, call);
	if (call->started_at == 0 || call->ended_at < call->started_at) {
		sink->bad(sink->ctx, line, "the start or end time is missing or wrong");
		return;
	}
	fill_parties(&r, &found);
	bool inbound = call->direction == CALL_IN;
	call->external_id = id;
	call->result = call->answered_at > 0 ? CALL_COMPLETED
										 : unanswered_result(&r, inbound);
	call->queue = bounded(&r, "cc_queue", 60);
	call->hangup_by = hangup_by(&r, inbound);
	call->recording = bounded(&r, "record_path", 400);
	call->transfers = "";
	call->outcome = "";
	call->outcome_note = "";
	call->imported = true;
	sink->call(sink->ctx, &found);
}

static void
read_document(const struct cdr_options *options, const struct cdr_sink *sink,
	const struct json *root, size_t line)
{
	struct arena *a = arena_create();
	if (json_is_array(root)) {
		for (size_t i = 0; i < json_length(root); i++) {
			arena_reset(a);
			read_record(options, sink, a, json_at(root, i), i + 1);
		}
	} else {
		read_record(options, sink, a, root, line);
	}
	arena_destroy(a);
}

/* One record a line, as collectors write them. */
static void
read_lines(const struct cdr_options *options, const struct cdr_sink *sink,
	const char *data, size_t length)
{
	size_t line = 0;
	const char *end = data + length;
	while (data < end) {
		const char *stop = memchr(data, '\n', (size_t)(end - data));
		size_t size = stop == NULL ? (size_t)(end - data) : (size_t)(stop - data);
		line++;
		if (size > 1) {
			struct json *root;
			struct error why;
			if (json_parse_foreign(data, size, &root, &why) == ERR_OK) {
				read_document(options, sink, root, line);
				json_free(root);
			} else {
				sink->bad(sink->ctx, line, why.text);
			}
		}
		data += size + 1;
	}
}

void
freeswitch_read(const struct cdr_options *options, const struct cdr_sink *sink,
	const char *data, size_t length)
{
	/* Old exchanges write names in whatever bytes the telephone sent. */
	struct arena *a = arena_create();
	size_t repaired_length;
	const char *repaired = utf8_repair(a, data, length, &repaired_length);
	struct json *root;
	struct error why;
	if (json_parse_foreign(repaired, repaired_length, &root, &why) == ERR_OK) {
		read_document(options, sink, root, 1);
		json_free(root);
	} else if (memchr(repaired, '\n', repaired_length) != NULL &&
		strstr(repaired, "}\n{") != NULL) {
		read_lines(options, sink, repaired, repaired_length);
	} else {
		sink->bad(sink->ctx, 1, why.text);
	}
	arena_destroy(a);
}
