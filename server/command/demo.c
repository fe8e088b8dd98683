/* The stories of config/demo are played in the order of their time through the same door as
 * everything else, with the clock turned back to each moment, so that what comes out is what
 * two weeks of real work would have left. */
#include "command/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/password.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "command/command_store.h"
#include "model/conversation.h"
#include "model/names.h"

#define FILE_MAX_BYTES ((size_t)1024 * 1024)
#define STAFF_MAX 32
#define MINUTE_MS 60000

struct colleague {
	const char *login;
	uint64_t id;
	enum staff_role role;
	const char *extension;
};

/* One step of a customer's story, with the moment when it happened. */
struct step {
	int64_t at;
	size_t order; /* of the file: keeps steps of the same minute in their order */
	const struct json *json;
	struct story *story;
};

struct story {
	const struct json *json;
	uint64_t customer;
	uint64_t conversation;
	uint64_t call; /* the last one */
	size_t calls;
};

struct demo {
	const struct app_conf *conf;
	struct store *store;
	struct arena *arena;
	struct colleague staff[STAFF_MAX];
	size_t staff_count;
	uint64_t webchat;
	uint64_t phone;
	FILE *logins;
	struct story *stories;
	size_t story_count;
	struct step *steps;
	size_t step_count;
};

static struct json *
read_json(const char *folder, const char *name)
{
	char path[4096];
	struct buf text;
	struct json *root = NULL;
	struct error e;
	char piece[4096];
	size_t got;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		fprintf(stderr, "trunkline init: cannot read %s\n", path);
		return NULL;
	}
	buf_init(&text, FILE_MAX_BYTES);
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0) {
		buf_append(&text, piece, got);
	}
	fclose(file);
	if (json_parse(text.data, text.length, &root, &e) != ERR_OK || !json_is_array(root)) {
		fprintf(stderr, "trunkline init: %s: %s\n", path, e.text);
		json_free(root);
		root = NULL;
	}
	buf_fini(&text);
	return root;
}

static const char *
text_or_empty(const struct json *object, const char *key)
{
	const char *text = json_string(object, key);
	return text == NULL ? "" : text;
}

static int64_t
number_of(const struct json *object, const char *key)
{
	int64_t value = 0;
	return json_i64(object, key, &value) ? value : 0;
}

static const struct colleague *
colleague_of(const struct demo *d, const char *login)
{
	for (size_t i = 0; i < d->staff_count; i++) {
		if (strcmp(d->staff[i].login, login) == 0) {
			return &d->staff[i];
		}
	}
	return NULL;
}

static struct actor
actor_of(const struct colleague *who)
{
	return (struct actor){.kind = AUTHOR_STAFF,
		.id = who->id,
		.role = who->role,
		.unit = UNIT_ROOT,
		.address = "demo"};
}

/* ---- the house -------------------------------------------------------------------------- */

static bool
add_colleague(struct demo *d, const struct json *row, const char *password)
{
	char hash[PASSWORD_HASH_SIZE];
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_STAFF, &actor);
	struct staff *staff = &chg->staff.staff;
	struct colleague *colleague = &d->staff[d->staff_count++];
	struct outcome *outcome;

	colleague->login = arena_strdup(d->arena, text_or_empty(row, "login"));
	colleague->extension = json_string(row, "extension") == NULL
		? NULL
		: arena_strdup(d->arena, json_string(row, "extension"));
	if (!staff_role_parse(text_or_empty(row, "role"), &colleague->role)) {
		fprintf(stderr, "trunkline init: %s has no role\n", colleague->login);
		change_destroy(chg);
		return false;
	}
	password_hash(password, d->conf->argon2_memory_kib, d->conf->argon2_passes, hash);
	chg->staff.action = ROW_ADD;
	chg->staff.set_extension = colleague->extension != NULL;
	staff->login = arena_strdup(chg->arena, colleague->login);
	staff->name = arena_strdup(chg->arena, text_or_empty(row, "name"));
	staff->role = colleague->role;
	staff->unit = UNIT_ROOT;
	if (colleague->extension != NULL) {
		staff->extension = arena_strdup(chg->arena, colleague->extension);
	}
	staff->language = arena_strdup(chg->arena, text_or_empty(row, "language"));
	staff->password_hash = arena_strdup(chg->arena, hash);
	staff->active = true;
	staff->demo = true;
	if (!command_submit(d->store, chg, colleague->login, &outcome)) {
		return false;
	}
	colleague->id = outcome->id;
	outcome_release(outcome);
	fprintf(d->logins, "  %-8s %-20s %s\n", colleague->login, password,
		staff_role_name(colleague->role));
	return true;
}

static bool
add_channel(struct demo *d, const char *kind, const char *name, const char *key,
	const char *settings, uint64_t *id)
{
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_CHANNEL, &actor);
	struct channel_row *channel = &chg->channel.channel;
	struct outcome *outcome;

	chg->channel.action = ROW_ADD;
	chg->channel.set_enabled = true;
	channel->kind = arena_strdup(chg->arena, kind);
	channel->name = arena_strdup(chg->arena, name);
	channel->public_key = arena_strdup(chg->arena, key);
	channel->settings = arena_strdup(chg->arena, settings);
	channel->unit = UNIT_ROOT;
	channel->enabled = true;
	if (!command_submit(d->store, chg, name, &outcome)) {
		return false;
	}
	*id = outcome->id;
	outcome_release(outcome);
	return true;
}

static bool
add_house(struct demo *d, const struct json *staff)
{
	static const char webchat_settings[] =
		"{\"origins\":[],\"colour\":\"#07657d\",\"title\":{\"zh-CN\":\"远岫客服\","
		"\"en\":\"Yuanxiu support\"},\"identity_keys\":[]}";
	for (size_t i = 0; i < json_length(staff) && i < STAFF_MAX; i++) {
		/* Everybody has her own: a demo is a real installation. */
		char password[PASSWORD_GENERATED_SIZE];
		password_generate(password);
		if (!add_colleague(d, json_at(staff, i), password)) {
			return false;
		}
	}
	return add_channel(d, "webchat", "远岫官网", DEMO_WEBCHAT_KEY, webchat_settings,
			   &d->webchat) &&
		add_channel(d, "phone", "总机", DEMO_PHONE_KEY, "{}", &d->phone);
}

/* ---- customers and their stories -------------------------------------------------------- */

static size_t
fill_contacts(struct change *chg, const struct json *row, struct contact_point *out)
{
	const char *const kinds[] = {"phone", "email", "user"};
	const char *const keys[] = {"phone", "email", "external_id"};
	size_t count = 0;

	for (size_t i = 0; i < 3; i++) {
		const char *value = text_or_empty(row, keys[i]);
		if (value[0] != '\0') {
			out[count++] = (struct contact_point){.kind = kinds[i],
				.value = arena_strdup(chg->arena, value),
				/* Nobody has shown yet that the address is hers. */
				.proven = i != 1,
				.label = "",
				.source = "import"};
		}
	}
	return count;
}

static bool
add_customer(struct demo *d, struct story *story)
{
	const struct json *row = story->json;
	const struct colleague *owner = colleague_of(d, text_or_empty(row, "owner"));
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_CUSTOMER, &actor);
	struct customer *customer = &chg->customer.customer;
	struct contact_point *contacts = arena_alloc(chg->arena, 3 * sizeof(*contacts));
	struct outcome *outcome;

	chg->customer.create = true;
	chg->customer.contact_count = fill_contacts(chg, row, contacts);
	chg->customer.contacts = contacts;
	customer->name = arena_strdup(chg->arena, text_or_empty(row, "name"));
	customer->external_id = arena_strdup(chg->arena, text_or_empty(row, "external_id"));
	customer->language = arena_strdup(chg->arena, text_or_empty(row, "language"));
	customer->gender = arena_strdup(chg->arena, text_or_empty(row, "gender"));
	customer->company = arena_strdup(chg->arena, text_or_empty(row, "company"));
	customer->remark = arena_strdup(chg->arena, text_or_empty(row, "remark"));
	customer->unit = UNIT_ROOT;
	customer->owner = owner == NULL ? 0 : owner->id;
	if (!command_submit(d->store, chg, text_or_empty(row, "name"), &outcome)) {
		return false;
	}
	story->customer = outcome->id;
	outcome_release(outcome);
	return true;
}

static struct change *
message_change(struct demo *d, const struct step *step, const char *what)
{
	bool inbound = strcmp(what, "in") == 0;
	const struct colleague *by = colleague_of(d, text_or_empty(step->json, "by"));
	struct actor actor = {.kind = AUTHOR_CUSTOMER, .unit = UNIT_ROOT};

	if (!inbound && by == NULL) {
		return NULL;
	}
	if (!inbound) {
		actor = actor_of(by);
	}
	struct change *chg = change_create(CHANGE_POST, &actor);
	ref_make(chg->ref);
	chg->post.kind = strcmp(what, "note") == 0 ? FACT_NOTE : FACT_MESSAGE;
	chg->post.text = arena_strdup(chg->arena, text_or_empty(step->json, "text"));
	if (inbound) {
		chg->post.channel = d->webchat;
		chg->post.channel_kind = "webchat";
		chg->post.party.contact_kind = "user";
		chg->post.party.contact_value = arena_strdup(chg->arena,
			text_or_empty(step->story->json, "external_id"));
	} else if (step->story->conversation != 0) {
		chg->post.party.conversation = step->story->conversation;
	} else {
		chg->post.party.customer = step->story->customer;
	}
	return chg;
}

static struct change *
conversation_change(struct demo *d, const struct step *step,
	enum conversation_action action)
{
	const struct colleague *by = colleague_of(d, text_or_empty(step->json, "by"));
	if (by == NULL) {
		return NULL;
	}
	struct actor actor = actor_of(by);
	struct change *chg = change_create(CHANGE_CONVERSATION, &actor);
	chg->conversation.conversation = step->story->conversation;
	chg->conversation.action = action;
	return chg;
}

static struct change *
outcome_change(struct demo *d, const struct step *step)
{
	const struct colleague *by = colleague_of(d, text_or_empty(step->json, "by"));
	if (by == NULL) {
		return NULL;
	}
	struct actor actor = actor_of(by);
	struct change *chg = change_create(CHANGE_CALL_OUTCOME, &actor);
	chg->call_outcome.call = step->story->call;
	chg->call_outcome.outcome = arena_strdup(chg->arena,
		text_or_empty(step->json, "outcome"));
	chg->call_outcome.note = arena_strdup(chg->arena, text_or_empty(step->json, "note"));
	return chg;
}

/* A call is told as the events that a PBX would have sent: start, answer, end. */
static struct change *
call_change(struct demo *d, const struct step *step, enum call_event event)
{
	const struct json *row = step->json;
	const struct colleague *by = colleague_of(d, text_or_empty(row, "by"));
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_CALL, &actor);
	struct call *call = &chg->call.call;
	const char *customer_name = text_or_empty(step->story->json, "name");

	chg->call.channel = d->phone;
	chg->call.event = event;
	call->external_id = arena_printf(chg->arena, "demo-%s-%zu",
		text_or_empty(step->story->json, "external_id"), step->story->calls);
	call_direction_parse(text_or_empty(row, "direction"), &call->direction);
	call->customer_number = arena_strdup(chg->arena,
		text_or_empty(step->story->json, "phone"));
	call->house_number = "95099";
	call->caller_name = arena_strdup(chg->arena, customer_name);
	call->queue = arena_strdup(chg->arena, text_or_empty(row, "queue"));
	call->extension = by == NULL || by->extension == NULL ? "" : by->extension;
	chg->call.staff_extension = call->extension;
	call->hangup_by = event == CALL_EVENT_END ? "customer" : "";
	call->transfers = "";
	call->recording = "";
	call->outcome = "";
	call->outcome_note = "";
	int64_t ring_ms = number_of(row, "ring") * 1000;
	int64_t talk_ms = number_of(row, "talk") * 1000;
	call->started_at = step->at;
	if (event != CALL_EVENT_START && talk_ms > 0) {
		call->answered_at = step->at + ring_ms;
	}
	call->result = event == CALL_EVENT_ANSWER ? CALL_TALKING : CALL_RINGING;
	if (event == CALL_EVENT_END) {
		call->ended_at = step->at + ring_ms + talk_ms;
		call->ring_ms = ring_ms;
		call->talk_ms = talk_ms;
		call_result_parse(text_or_empty(row, "result"), &call->result);
	}
	return chg;
}

/* Who answers has read what came before. */
static bool
mark_read(struct demo *d, const struct actor *reader, const struct outcome *outcome)
{
	struct change *chg = change_create(CHANGE_MARK, reader);
	chg->mark.timeline = outcome->timeline;
	chg->mark.party = reader->id;
	chg->mark.delivered = outcome->conversation->last_seq;
	chg->mark.seen = outcome->conversation->last_seq;
	return command_submit(d->store, chg, "mark", NULL);
}

/* Remembers what later steps of the story refer to. */
static bool
play(struct demo *d, struct step *step, struct change *chg)
{
	struct outcome *outcome;
	if (chg == NULL) {
		fprintf(stderr, "trunkline init: %s: a step names nobody we know\n",
			text_or_empty(step->story->json, "name"));
		return false;
	}
	enum change_kind kind = chg->kind;
	struct actor actor = chg->actor;
	bool done = true;
	if (!command_submit(d->store, chg, text_or_empty(step->story->json, "name"),
			&outcome)) {
		return false;
	}
	if (outcome->conversation != NULL) {
		step->story->conversation = outcome->conversation->id;
		done = actor.kind != AUTHOR_STAFF || mark_read(d, &actor, outcome);
	}
	if (kind == CHANGE_CALL) {
		step->story->call = outcome->id;
	}
	outcome_release(outcome);
	return done;
}

static bool
play_call(struct demo *d, struct step *step)
{
	int64_t ring_ms = number_of(step->json, "ring") * 1000;
	int64_t talk_ms = number_of(step->json, "talk") * 1000;

	step->story->calls++;
	if (!play(d, step, call_change(d, step, CALL_EVENT_START))) {
		return false;
	}
	clock_advance(ring_ms);
	if (talk_ms > 0 && !play(d, step, call_change(d, step, CALL_EVENT_ANSWER))) {
		return false;
	}
	clock_advance(talk_ms);
	return play(d, step, call_change(d, step, CALL_EVENT_END));
}

static bool
play_step(struct demo *d, struct step *step)
{
	const char *what = text_or_empty(step->json, "do");

	clock_set_virtual(step->at);
	if (strcmp(what, "call") == 0) {
		return play_call(d, step);
	}
	if (strcmp(what, "outcome") == 0) {
		return play(d, step, outcome_change(d, step));
	}
	if (strcmp(what, "take") == 0) {
		return play(d, step, conversation_change(d, step, ACTION_TAKE));
	}
	if (strcmp(what, "release") == 0) {
		return play(d, step, conversation_change(d, step, ACTION_RELEASE));
	}
	if (strcmp(what, "resolve") == 0) {
		return play(d, step, conversation_change(d, step, ACTION_RESOLVE));
	}
	return play(d, step, message_change(d, step, what));
}

static void
collect_steps(struct demo *d, struct story *story, int64_t now)
{
	const struct json *steps = json_get(story->json, "steps");
	int64_t at = now - number_of(story->json, "start") * MINUTE_MS;

	for (size_t i = 0; i < json_length(steps); i++) {
		const struct json *step = json_at(steps, i);
		at += number_of(step, "after") * MINUTE_MS;
		d->steps[d->step_count] = (struct step){.at = at < now ? at : now,
			.order = d->step_count,
			.json = step,
			.story = story};
		d->step_count++;
	}
}

static int
compare_steps(const void *a, const void *b)
{
	const struct step *left = a;
	const struct step *right = b;
	if (left->at != right->at) {
		return left->at < right->at ? -1 : 1;
	}
	return left->order < right->order ? -1 : 1;
}

static bool
play_stories(struct demo *d, const struct json *customers)
{
	int64_t now = clock_now_ms();
	size_t steps = 0;

	d->story_count = json_length(customers);
	d->stories = arena_alloc(d->arena, d->story_count * sizeof(*d->stories));
	for (size_t i = 0; i < d->story_count; i++) {
		d->stories[i].json = json_at(customers, i);
		steps += json_length(json_get(d->stories[i].json, "steps"));
	}
	d->steps = arena_alloc(d->arena, steps * sizeof(*d->steps));
	for (size_t i = 0; i < d->story_count; i++) {
		collect_steps(d, &d->stories[i], now);
	}
	qsort(d->steps, d->step_count, sizeof(*d->steps), compare_steps);
	/* Customers were there before the first word of anybody. */
	clock_set_virtual(now - (int64_t)30 * 24 * 60 * MINUTE_MS);
	for (size_t i = 0; i < d->story_count; i++) {
		if (!add_customer(d, &d->stories[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < d->step_count; i++) {
		if (!play_step(d, &d->steps[i])) {
			return false;
		}
	}
	clock_set_virtual(now);
	printf("%zu customers with %zu steps of their histories.\n", d->story_count,
		d->step_count);
	return true;
}

bool
demo_fill(const struct app_conf *conf, struct store *store, const char *folder,
	FILE *logins)
{
	struct demo d = {.conf = conf,
		.store = store,
		.arena = arena_create(),
		.logins = logins};
	struct json *staff = read_json(folder, "staff.json");
	struct json *customers = read_json(folder, "customers.json");
	bool filled = false;

	if (staff != NULL && customers != NULL) {
		int64_t now = clock_now_ms();
		clock_set_virtual(now - (int64_t)31 * 24 * 60 * MINUTE_MS);
		filled = add_house(&d, staff);
		clock_set_virtual(now);
		filled = filled && play_stories(&d, customers);
	}
	json_free(staff);
	json_free(customers);
	arena_destroy(d.arena);
	return filled;
}
