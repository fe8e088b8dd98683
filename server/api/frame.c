#include "api/frame.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

typedef enum err decode(const struct json *j, struct frame *f, struct error *e);

struct shape {
	const char *name;
	enum frame_type type;
	bool has_ref;
	decode *decode;
};

static enum err
wrong(struct error *e, const char *member)
{
	return error_set(e, ERR_INVALID, "%s is missing or wrong", member);
}

/* A decimal text, null or absent (0). */
static bool
optional_id(const struct json *j, const char *key, uint64_t *out)
{
	*out = 0;
	return json_get(j, key) == NULL || (json_id(j, key, out) && *out <= INT64_MAX);
}

static bool
required_id(const struct json *j, const char *key, uint64_t *out)
{
	return optional_id(j, key, out) && *out != 0;
}

static bool
optional_count(const struct json *j, const char *key, uint64_t *out)
{
	int64_t value = 0;

	if (json_get(j, key) != NULL && (!json_i64(j, key, &value) || value < 0)) {
		return false;
	}
	*out = (uint64_t)value;
	return true;
}

static bool
optional_flag(const struct json *j, const char *key, bool *out)
{
	*out = false;
	return json_get(j, key) == NULL || json_bool(j, key, out);
}

static bool
ids(const struct json *j, const char *key, size_t max, uint64_t *out, size_t *count)
{
	const struct json *array = json_get(j, key);

	*count = 0;
	if (array == NULL) {
		return true;
	}
	if (!json_is_array(array) || json_length(array) > max) {
		return false;
	}
	for (size_t i = 0; i < json_length(array); i++) {
		const char *text = json_string_value(json_at(array, i), NULL);
		uint64_t id;

		if (text == NULL || !str_parse_u64(text, &id) || id == 0 || id > INT64_MAX) {
			return false;
		}
		out[(*count)++] = id;
	}
	return true;
}

static bool
id_list(const struct json *j, const char *key, size_t max, struct id_list *out)
{
	return ids(j, key, max, out->items, &out->count);
}

static bool
views(const struct json *j, unsigned *out)
{
	static const char *const names[] = {"mine", "unassigned", "all"};
	const struct json *array = json_get(j, "views");
	unsigned set = FRAME_VIEW_MINE;

	if (array != NULL && (!json_is_array(array) || json_length(array) > 8)) {
		return false;
	}
	for (size_t i = 0; array != NULL && i < json_length(array); i++) {
		const char *name = json_string_value(json_at(array, i), NULL);
		size_t n = 0;

		while (n < 3 && !str_equals(name, names[n])) {
			n++;
		}
		if (n == 3) {
			return false;
		}
		set |= 1u << n;
	}
	*out = set;
	return true;
}

static enum err
presence(const struct json *j, bool required, struct presence_frame *out, struct error *e)
{
	const char *state = json_string(j, "state");

	if (str_equals(state, "away")) {
		out->state = FRAME_AWAY;
	} else if (str_equals(state, "wrapup")) {
		out->state = FRAME_WRAPUP;
	} else if (str_equals(state, "online") || (!required && state == NULL)) {
		out->state = FRAME_ONLINE;
	} else {
		return wrong(e, "state");
	}
	out->reason = json_string(j, "reason");
	if (json_get(j, "reason") != NULL &&
		(out->reason == NULL || strlen(out->reason) > FRAME_REASON_MAX)) {
		return wrong(e, "reason");
	}
	return ERR_OK;
}

static enum err
console_hello(const struct json *j, struct frame *f, struct error *e)
{
	struct hello_frame *hello = &f->hello;

	hello->secret = json_string(j, "csrf");
	if (hello->secret == NULL) {
		return wrong(e, "csrf");
	}
	if (!optional_id(j, "cursor", &hello->cursor)) {
		return wrong(e, "cursor");
	}
	if (!views(j, &hello->views)) {
		return wrong(e, "views");
	}
	if (!id_list(j, "watch", FRAME_WATCH_MAX, &hello->watch)) {
		return wrong(e, "watch");
	}
	return presence(j, false, &hello->presence, e);
}

static enum err
widget_hello(const struct json *j, struct frame *f, struct error *e)
{
	struct hello_frame *hello = &f->hello;

	hello->secret = json_string(j, "token");
	if (hello->secret == NULL) {
		return wrong(e, "token");
	}
	hello->pub = -1;
	if (json_get(j, "pub") != NULL &&
		(!json_i64(j, "pub", &hello->pub) || hello->pub < 0)) {
		return wrong(e, "pub");
	}
	hello->language = json_string(j, "language");
	return ERR_OK;
}

static enum err
text_and_files(const struct json *j, struct send_frame *send, struct error *e)
{
	const struct json *text = json_get(j, "text");
	size_t length = 0;

	send->text = text != NULL ? json_string_value(text, &length) : NULL;
	if (send->text == NULL) {
		return wrong(e, "text");
	}
	if (length > FRAME_TEXT_MAX) {
		return error_set(e, ERR_INVALID, "text is longer than %d bytes", FRAME_TEXT_MAX);
	}
	if (!id_list(j, "files", FRAME_FILES_MAX, &send->files)) {
		return wrong(e, "files");
	}
	if (length == 0 && send->files.count == 0) {
		return error_set(e, ERR_INVALID, "there is neither text nor a file");
	}
	return ERR_OK;
}

static enum err
console_send(const struct json *j, struct frame *f, struct error *e)
{
	struct send_frame *send = &f->send;
	const char *kind = json_string(j, "kind");

	send->note = str_equals(kind, "note");
	if (!send->note && !str_equals(kind, "message")) {
		return wrong(e, "kind");
	}
	if (!optional_id(j, "conversation", &send->conversation) ||
		!optional_id(j, "customer", &send->customer) ||
		(send->conversation == 0 && send->customer == 0)) {
		return wrong(e, "conversation");
	}
	if (!id_list(j, "quick_replies", FRAME_FILES_MAX, &send->quick_replies)) {
		return wrong(e, "quick_replies");
	}
	if (!id_list(j, "acknowledged", FRAME_FILES_MAX, &send->acknowledged)) {
		return wrong(e, "acknowledged");
	}
	if (!optional_count(j, "seen_seq", &send->seen_seq)) {
		return wrong(e, "seen_seq");
	}
	if (!optional_flag(j, "check", &send->check)) {
		return wrong(e, "check");
	}
	if (!id_list(j, "mentions", MENTIONS_MAX, &send->mentions)) {
		return wrong(e, "mentions");
	}
	return text_and_files(j, send, e);
}

static enum err
widget_send(const struct json *j, struct frame *f, struct error *e)
{
	if (!optional_flag(j, "human", &f->send.human)) {
		return wrong(e, "human");
	}
	return text_and_files(j, &f->send, e);
}

static enum err
widget_feedback(const struct json *j, struct frame *f, struct error *e)
{
	if (!optional_count(j, "pub", &f->feedback.pub) || f->feedback.pub == 0) {
		return wrong(e, "pub");
	}
	return json_bool(j, "helpful", &f->feedback.helpful) ? ERR_OK : wrong(e, "helpful");
}

static enum err
hand_over(const struct json *j, struct act_frame *act, struct error *e)
{
	const struct json *note = json_get(j, "note");
	size_t length = 0;

	if (note == NULL) {
		return ERR_OK;
	}
	act->note = json_string_value(note, &length);
	if (act->note == NULL) {
		return wrong(e, "note");
	}
	if (length > HANDOVER_NOTE_MAX) {
		return error_set(e, ERR_INVALID, "note is longer than %d bytes",
			HANDOVER_NOTE_MAX);
	}
	return ERR_OK;
}

static enum err
act(const struct json *j, struct frame *f, struct error *e)
{
	static const char *const names[] = {
		[ACTION_TAKE] = "take",
		[ACTION_ASSIGN] = "assign",
		[ACTION_RELEASE] = "release",
		[ACTION_RESOLVE] = "resolve",
		[ACTION_REOPEN] = "reopen",
		[ACTION_QUIET] = "quiet",
	};
	const char *name = json_string(j, "action");

	for (int i = ACTION_TAKE; i <= ACTION_QUIET; i++) {
		if (str_equals(name, names[i])) {
			f->act.action = (enum conversation_action)i;
		}
	}
	if (f->act.action == 0) {
		return wrong(e, "action");
	}
	if (!required_id(j, "conversation", &f->act.conversation)) {
		return wrong(e, "conversation");
	}
	if (!optional_id(j, "assignee", &f->act.assignee) ||
		(f->act.action == ACTION_ASSIGN && f->act.assignee == 0)) {
		return wrong(e, "assignee");
	}
	if (!optional_count(j, "version", &f->act.version)) {
		return wrong(e, "version");
	}
	return hand_over(j, &f->act, e);
}

static enum err
console_mark(const struct json *j, struct frame *f, struct error *e)
{
	if (!required_id(j, "customer", &f->mark.customer)) {
		return wrong(e, "customer");
	}
	if (!required_id(j, "timeline", &f->mark.timeline)) {
		return wrong(e, "timeline");
	}
	return optional_count(j, "seq", &f->mark.seen) ? ERR_OK : wrong(e, "seq");
}

static enum err
widget_mark(const struct json *j, struct frame *f, struct error *e)
{
	if (!optional_count(j, "delivered", &f->mark.delivered)) {
		return wrong(e, "delivered");
	}
	return optional_count(j, "seen", &f->mark.seen) ? ERR_OK : wrong(e, "seen");
}

static enum err
console_typing(const struct json *j, struct frame *f, struct error *e)
{
	if (!required_id(j, "customer", &f->typing.customer)) {
		return wrong(e, "customer");
	}
	if (!optional_flag(j, "note", &f->typing.note)) {
		return wrong(e, "note");
	}
	return json_bool(j, "on", &f->typing.on) ? ERR_OK : wrong(e, "on");
}

static enum err
widget_typing(const struct json *j, struct frame *f, struct error *e)
{
	return json_bool(j, "on", &f->typing.on) ? ERR_OK : wrong(e, "on");
}

static enum err
watch(const struct json *j, struct frame *f, struct error *e)
{
	if (json_get(j, "customers") == NULL ||
		!id_list(j, "customers", FRAME_WATCH_MAX, &f->watch)) {
		return wrong(e, "customers");
	}
	return ERR_OK;
}

static enum err
rows(const struct json *j, struct frame *f, struct error *e)
{
	if (json_get(j, "customers") == NULL ||
		!ids(j, "customers", FRAME_ROWS_MAX, f->rows.items, &f->rows.count)) {
		return wrong(e, "customers");
	}
	return ERR_OK;
}

static enum err
set_views(const struct json *j, struct frame *f, struct error *e)
{
	return json_get(j, "views") != NULL && views(j, &f->views) ? ERR_OK
															   : wrong(e, "views");
}

static enum err
set_presence(const struct json *j, struct frame *f, struct error *e)
{
	return presence(j, true, &f->presence, e);
}

static enum err
range(const struct json *j, struct range_frame *r, struct error *e)
{
	const char *id = json_string(j, "id");
	uint64_t limit;

	if (str_empty(id) || !str_copy(r->id, sizeof(r->id), id)) {
		return wrong(e, "id");
	}
	if (!optional_count(j, "after", &r->after)) {
		return wrong(e, "after");
	}
	if (!optional_count(j, "limit", &limit) || limit > FRAME_RANGE_MAX) {
		return wrong(e, "limit");
	}
	r->limit = limit != 0 ? limit : FRAME_RANGE_MAX;
	return ERR_OK;
}

static enum err
console_range(const struct json *j, struct frame *f, struct error *e)
{
	if (!required_id(j, "timeline", &f->range.timeline)) {
		return wrong(e, "timeline");
	}
	return range(j, &f->range, e);
}

static enum err
widget_range(const struct json *j, struct frame *f, struct error *e)
{
	if (!optional_count(j, "before", &f->range.before)) {
		return wrong(e, "before");
	}
	f->range.backwards = f->range.before > 0 || json_get(j, "after") == NULL;
	return range(j, &f->range, e);
}

static enum err
ping(const struct json *j, struct frame *f, struct error *e)
{
	(void)j;
	(void)f;
	(void)e;
	return ERR_OK;
}

/* The hottest first. */
static const struct shape console_shapes[] = {
	{"send", FRAME_SEND, true, console_send},
	{"mark", FRAME_MARK, false, console_mark},
	{"typing", FRAME_TYPING, false, console_typing},
	{"act", FRAME_ACT, true, act},
	{"watch", FRAME_WATCH, false, watch},
	{"views", FRAME_VIEWS, false, set_views},
	{"rows", FRAME_ROWS, false, rows},
	{"presence", FRAME_PRESENCE, false, set_presence},
	{"range", FRAME_RANGE, false, console_range},
	{"ping", FRAME_PING, false, ping},
	{"hello", FRAME_HELLO, false, console_hello},
	{0},
};

static const struct shape widget_shapes[] = {
	{"send", FRAME_SEND, true, widget_send},
	{"mark", FRAME_MARK, false, widget_mark},
	{"typing", FRAME_TYPING, false, widget_typing},
	{"feedback", FRAME_FEEDBACK, true, widget_feedback},
	{"range", FRAME_RANGE, false, widget_range},
	{"ping", FRAME_PING, false, ping},
	{"hello", FRAME_HELLO, false, widget_hello},
	{0},
};

static enum err
decode_as(const struct shape *shape, struct frame *f, struct error *e)
{
	const char *ref = json_string(f->document, "ref");

	f->type = shape->type;
	if (shape->has_ref) {
		if (ref == NULL || !ref_valid(ref, strlen(ref))) {
			return wrong(e, "ref");
		}
		str_copy(f->ref, sizeof(f->ref), ref);
	}
	return shape->decode(f->document, f, e);
}

enum err
frame_parse(enum frame_side side, const char *data, size_t length, struct frame *out,
	struct error *e)
{
	const struct shape *shape = side == SIDE_CONSOLE ? console_shapes : widget_shapes;
	const char *type;
	enum err rc;

	*out = (struct frame){0};
	if (length > FRAME_MAX_BYTES_IN) {
		return error_set(e, ERR_INVALID, "a frame has at most %d bytes",
			FRAME_MAX_BYTES_IN);
	}
	rc = json_parse(data, length, &out->document, e);
	if (rc != ERR_OK) {
		out->document = NULL;
		return rc;
	}
	type = json_is_object(out->document) ? json_string(out->document, "t") : NULL;
	if (type == NULL) {
		return wrong(e, "t");
	}
	for (; shape->name != NULL; shape++) {
		if (strcmp(shape->name, type) == 0) {
			return decode_as(shape, out, e);
		}
	}
	return error_set(e, ERR_INVALID, "there is no frame %.40s", type);
}

void
frame_fini(struct frame *f)
{
	json_free(f->document);
	f->document = NULL;
}

const uint64_t *
frame_ids(const struct id_list *list, struct arena *a)
{
	size_t size = list->count * sizeof(uint64_t);

	return size > 0 ? memcpy(arena_alloc(a, size), list->items, size) : NULL;
}
