/* One step of a customer's story, made into the changes that the work itself would have made:
 * she writes or calls; somebody takes, answers, notes, resolves. */
#include "command/demo_private.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "command/command_store.h"
#include "command/demo_mail.h"
#include "model/conversation.h"
#include "model/names.h"

static struct actor
actor_of(const struct colleague *who)
{
	return (struct actor){.kind = AUTHOR_STAFF,
		.id = who->id,
		.role = who->role,
		.unit = UNIT_ROOT,
		.address = "demo"};
}

static struct change *
message_change(struct demo *d, const struct step *step, const char *what)
{
	bool inbound = strcmp(what, "in") == 0;
	const struct colleague *by = demo_colleague(d, demo_text(step->json, "by"));
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
	chg->post.text = arena_strdup(chg->arena, demo_text(step->json, "text"));
	if (inbound) {
		chg->post.channel = d->webchat;
		chg->post.channel_kind = "webchat";
		chg->post.party.contact_kind = "user";
		chg->post.party.contact_value = arena_strdup(chg->arena,
			demo_text(step->story->json, "external_id"));
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
	const struct colleague *by = demo_colleague(d, demo_text(step->json, "by"));
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
	const struct colleague *by = demo_colleague(d, demo_text(step->json, "by"));
	if (by == NULL) {
		return NULL;
	}
	struct actor actor = actor_of(by);
	struct change *chg = change_create(CHANGE_CALL_OUTCOME, &actor);
	chg->call_outcome.call = step->story->call;
	chg->call_outcome.outcome = arena_strdup(chg->arena,
		demo_text(step->json, "outcome"));
	chg->call_outcome.note = arena_strdup(chg->arena, demo_text(step->json, "note"));
	return chg;
}

/* A call is told as the events that a PBX would have sent: start, answer, end. */
static struct change *
call_change(struct demo *d, const struct step *step, enum call_event event)
{
	const struct json *row = step->json;
	const struct colleague *by = demo_colleague(d, demo_text(row, "by"));
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_CALL, &actor);
	struct call *call = &chg->call.call;
	const char *customer_name = demo_text(step->story->json, "name");

	chg->call.channel = d->phone;
	chg->call.event = event;
	call->external_id = arena_printf(chg->arena, "demo-%s-%zu",
		demo_text(step->story->json, "external_id"), step->story->calls);
	call_direction_parse(demo_text(row, "direction"), &call->direction);
	call->customer_number = arena_strdup(chg->arena,
		demo_text(step->story->json, "phone"));
	call->house_number = "95099";
	call->caller_name = arena_strdup(chg->arena, customer_name);
	call->queue = arena_strdup(chg->arena, demo_text(row, "queue"));
	call->extension = by == NULL || by->extension == NULL ? "" : by->extension;
	chg->call.staff_extension = call->extension;
	call->hangup_by = event == CALL_EVENT_END ? "customer" : "";
	call->transfers = "";
	call->recording = "";
	call->outcome = "";
	call->outcome_note = "";
	int64_t ring_ms = demo_number(row, "ring") * 1000;
	int64_t talk_ms = demo_number(row, "talk") * 1000;
	call->started_at = step->at;
	if (event != CALL_EVENT_START && talk_ms > 0) {
		call->answered_at = step->at + ring_ms;
	}
	call->result = event == CALL_EVENT_ANSWER ? CALL_TALKING : CALL_RINGING;
	if (event == CALL_EVENT_END) {
		call->ended_at = step->at + ring_ms + talk_ms;
		call->ring_ms = ring_ms;
		call->talk_ms = talk_ms;
		call_result_parse(demo_text(row, "result"), &call->result);
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
			demo_text(step->story->json, "name"));
		return false;
	}
	enum change_kind kind = chg->kind;
	struct actor actor = chg->actor;
	bool done = true;
	if (!command_submit(d->store, chg, demo_text(step->story->json, "name"), &outcome)) {
		return false;
	}
	/* A stranger's mail in the middle of a story has a history of its own. */
	if (outcome->conversation != NULL && outcome->customer == step->story->customer) {
		step->story->conversation = outcome->conversation->id;
		done = actor.kind != AUTHOR_STAFF || mark_read(d, &actor, outcome);
	}
	if (kind == CHANGE_POST && outcome->customer == step->story->customer) {
		done = done && demo_mail_done(d, step, outcome);
	}
	if (kind == CHANGE_CALL) {
		step->story->call = outcome->id;
	}
	outcome_release(outcome);
	return done;
}

static struct change *
mail_out_change(struct demo *d, const struct step *step)
{
	const struct colleague *by = demo_colleague(d, demo_text(step->json, "by"));
	if (by == NULL) {
		return NULL;
	}
	struct actor actor = actor_of(by);
	return demo_mail_out(d, step, &actor);
}

static bool
play_call(struct demo *d, struct step *step)
{
	int64_t ring_ms = demo_number(step->json, "ring") * 1000;
	int64_t talk_ms = demo_number(step->json, "talk") * 1000;

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

bool
demo_play_step(struct demo *d, struct step *step)
{
	const char *what = demo_text(step->json, "do");

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
	if (strcmp(what, "mail") == 0) {
		return play(d, step, demo_mail_in(d, step));
	}
	if (strcmp(what, "mail_out") == 0) {
		return play(d, step, mail_out_change(d, step));
	}
	return play(d, step, message_change(d, step, what));
}
