/* Messages: numbering, visibility, conversations, duplicates. On both databases. */
#include "lib/store_both.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

static void
first_message_opens_a_conversation(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	const struct outcome *o = fixture_say(f, &visitor, channel, "您好");

	assert_int_equal(o->fact_count, 2);
	assert_int_equal(o->facts[0]->kind, FACT_MESSAGE);
	assert_int_equal(o->facts[0]->seq, 1);
	assert_int_equal(o->facts[0]->pub, 1);
	assert_string_equal(o->facts[0]->body, "{\"text\":\"您好\"}");
	assert_int_equal(o->facts[1]->kind, FACT_OPENED);
	assert_int_equal(o->facts[1]->seq, 2);
	assert_int_equal(o->facts[1]->pub, 0);
	assert_non_null(o->conversation);
	assert_int_equal(o->conversation->state, CONVERSATION_OPEN);
	assert_int_equal(o->conversation->assignee, 0);
	assert_int_equal(o->conversation->inbound, 1);
	assert_string_equal(o->conversation->preview, "您好");
	assert_string_equal(o->conversation->channel_kind, "webchat");
	assert_true(o->conversation->waiting_since > 0);
	assert_int_equal(f->published, 2);
	assert_int_equal(FACT_N(o->facts[1]->id), 2);
}

static void
first_answer_assigns_and_ends_the_wait(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	const struct outcome *o = fixture_say(f, &visitor, channel, "hello");

	o = fixture_reply(f, &agent, o->conversation->id, "hi");
	assert_int_equal(o->fact_count, 2);
	assert_int_equal(o->facts[0]->seq, 3);
	assert_int_equal(o->facts[0]->pub, 2);
	assert_int_equal(o->facts[1]->kind, FACT_ASSIGNED);
	assert_int_equal(o->conversation->assignee, agent.id);
	assert_int_equal(o->conversation->waiting_since, 0);
	o = fixture_reply(f, &agent, o->conversation->id, "again");
	assert_int_equal(o->fact_count, 1);
	assert_int_equal(o->facts[0]->pub, 3);
}

static void
notes_are_hidden_and_assign_nobody(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	const struct outcome *o = fixture_say(f, &visitor, channel, "hello");
	uint64_t timeline = o->timeline;
	struct change *c = change_create(CHANGE_POST, &agent);
	struct fact_list list;

	c->post.party.conversation = o->conversation->id;
	c->post.kind = FACT_NOTE;
	c->post.text = "careful";
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->fact_count, 1);
	assert_int_equal(o->facts[0]->pub, 0);
	assert_int_equal(o->conversation->assignee, 0);
	assert_true(o->conversation->waiting_since > 0);
	o = fixture_reply(f, &agent, o->conversation->id, "hi");
	assert_int_equal(o->facts[0]->pub, 2);
	assert_int_equal(read_public(f->reader, timeline, 0, 0, 50, f->arena, &list, NULL),
		ERR_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0]->kind, FACT_MESSAGE);
	assert_int_equal(list.items[1]->kind, FACT_MESSAGE);
	fact_list_release(&list);
	assert_int_equal(read_timeline(f->reader, timeline, 0, 50, f->arena, &list, NULL),
		ERR_OK);
	assert_int_equal(list.count, 5);
	for (size_t i = 0; i < list.count; i++) {
		assert_int_equal(list.items[i]->seq, i + 1);
	}
	fact_list_release(&list);
}

static struct change *
post_with_ref(const struct actor *visitor, uint64_t channel, const char *ref,
	const char *text)
{
	struct change *c = change_create(CHANGE_POST, visitor);

	strcpy(c->ref, ref);
	c->post.party.visitor = visitor->id;
	c->post.kind = FACT_MESSAGE;
	c->post.channel = channel;
	c->post.channel_kind = "webchat";
	c->post.text = text;
	return c;
}

static void
same_ref_is_one_entry(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor other = fixture_visitor(f, channel);
	const char *ref = "01JD0000000000000000000001";
	const struct outcome *first;
	const struct outcome *again;

	first = fixture_call(f, post_with_ref(&visitor, channel, ref, "a"), ERR_OK);
	again = fixture_call(f, post_with_ref(&visitor, channel, ref, "a"), ERR_OK);
	assert_true(again->duplicate);
	assert_int_equal(again->facts[0]->id, first->facts[0]->id);
	assert_int_equal(f->published, 2);
	/* The same after a restart, when nothing is in memory any more. */
	fixture_close(f);
	fixture_open(f);
	again = fixture_call(f, post_with_ref(&visitor, channel, ref, "a"), ERR_OK);
	assert_true(again->duplicate);
	assert_int_equal(again->facts[0]->id, first->facts[0]->id);
	again = fixture_call(f, post_with_ref(&other, channel, ref, "a"), ERR_OK);
	assert_false(again->duplicate);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 1"), 2);
	assert_int_equal(fixture_number(f, "SELECT n FROM feed WHERE node = 1"), 4);
}

/* The wall clock is set back by an hour between two messages. */
static void
time_never_goes_back_within_a_timeline(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	int64_t noon = clock_now_ms();
	const struct outcome *o;
	struct change *c;

	clock_set_virtual(noon);
	o = fixture_say(f, &visitor, channel, "first");
	assert_int_equal(o->facts[0]->committed_at, noon);
	clock_set_virtual(noon - 3600000);
	o = fixture_say(f, &visitor, channel, "second");
	assert_int_equal(o->facts[0]->committed_at, noon);
	assert_int_equal(o->facts[0]->at, noon);
	clock_set_virtual(noon + 1000);
	c = change_create(CHANGE_POST, &visitor);
	c->post.party.visitor = visitor.id;
	c->post.kind = FACT_MESSAGE;
	c->post.channel = channel;
	c->post.channel_kind = "webchat";
	c->post.text = "from the future";
	c->post.at = noon + 999999;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->facts[0]->at, noon + 1000);
}

static void
bad_messages_are_refused(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor nobody = {.kind = AUTHOR_CUSTOMER, .id = 4711};
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	const struct outcome *o = fixture_say(f, &visitor, channel, "hello");
	char *huge = xmalloc(FACT_BODY_MAX + 1);
	struct change *c;

	memset(huge, 'x', FACT_BODY_MAX);
	huge[FACT_BODY_MAX] = '\0';
	c = change_create(CHANGE_POST, &visitor);
	c->post.party.visitor = visitor.id;
	c->post.kind = FACT_MESSAGE;
	c->post.channel = channel;
	c->post.text = huge;
	fixture_call(f, c, ERR_INVALID);
	c = change_create(CHANGE_POST, &visitor);
	c->post.party.visitor = visitor.id;
	c->post.kind = FACT_NOTE;
	c->post.text = "a note by a customer";
	fixture_call(f, c, ERR_DENIED);
	c = change_create(CHANGE_POST, &visitor);
	c->post.party.conversation = o->conversation->id;
	c->post.kind = FACT_MESSAGE;
	c->post.text = "into a conversation by number";
	fixture_call(f, c, ERR_DENIED);
	c = change_create(CHANGE_POST, &nobody);
	c->post.party.visitor = nobody.id;
	c->post.kind = FACT_MESSAGE;
	c->post.text = "who am I";
	fixture_call(f, c, ERR_NOT_FOUND);
	c = change_create(CHANGE_POST, &agent);
	c->post.party.conversation = o->conversation->id;
	c->post.kind = FACT_MESSAGE;
	c->post.text = "";
	fixture_call(f, c, ERR_INVALID);
	free(huge);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact"), 2);
}

struct tally {
	unsigned done;
	unsigned duplicates;
	unsigned failed;
	uint64_t last_seq;
};

static void
count_done(void *ctx, const struct outcome *o)
{
	struct tally *t = ctx;

	t->done++;
	t->duplicates += o->duplicate;
	t->failed += o->code != ERR_OK;
}

static void
batches_keep_order_and_drop_twins(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	const struct outcome *o = fixture_say(f, &visitor, channel, "start");
	uint64_t timeline = o->timeline;
	struct tally t = {0};
	struct fact_list list;

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 400; i++) {
			char ref[REF_SIZE];
			char text[16];
			struct change *c;

			snprintf(ref, sizeof(ref), "01JD00000000000000%08u", i);
			snprintf(text, sizeof(text), "m%u", i);
			c = post_with_ref(&visitor, channel, ref, "");
			c->post.text = arena_strdup(c->arena, text);
			assert_int_equal(store_submit(f->store, c, count_done, &t), ERR_OK);
			if (i == 200 && round == 0) { /* a twin, probably in the same batch */
				c = post_with_ref(&visitor, channel, ref, text);
				c->post.text = arena_strdup(c->arena, text);
				assert_int_equal(store_submit(f->store, c, count_done, &t), ERR_OK);
			}
		}
		if (round == 0) {
			while (t.done < 401) {
				store_drain(f->store);
			}
			fixture_close(f);
			fixture_open(f);
		}
	}
	while (t.done < 801) {
		store_drain(f->store);
	}
	assert_int_equal(t.duplicates, 401);
	assert_int_equal(t.failed, 0);
	assert_int_equal(read_timeline(f->reader, timeline, 2, 500, f->arena, &list, NULL),
		ERR_OK);
	assert_int_equal(list.count, 400);
	for (unsigned i = 0; i < 400; i++) {
		char body[32];

		snprintf(body, sizeof(body), "{\"text\":\"m%u\"}", i);
		assert_string_equal(list.items[i]->body, body);
		assert_int_equal(list.items[i]->seq, i + 3);
		assert_int_equal(list.items[i]->pub, i + 2);
	}
	fact_list_release(&list);
	assert_int_equal(fixture_number(f, "SELECT n FROM feed WHERE node = 1"), 402);
	assert_int_equal(fixture_number(f, "SELECT inbound FROM conversation"), 401);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(first_message_opens_a_conversation),
		ON_BOTH(first_answer_assigns_and_ends_the_wait),
		ON_BOTH(notes_are_hidden_and_assign_nobody),
		ON_BOTH(same_ref_is_one_entry),
		ON_BOTH(batches_keep_order_and_drop_twins),
		ON_BOTH(bad_messages_are_refused),
		/* Last: the clock stays as it was set. */
		ON_BOTH(time_never_goes_back_within_a_timeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
