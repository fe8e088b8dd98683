/* Mail that comes: whose it is, what it answers, what is never stored twice. On both databases. */
#include "lib/mail_fixture.h"
#include "lib/store_both.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static const struct outcome *
receive(struct store_fixture *f, uint64_t mailbox, const struct letter *l)
{
	return fixture_call(f, fixture_letter(mailbox, l), ERR_OK);
}

static struct change *
answer_of(const struct actor *staff, uint64_t mailbox, uint64_t conversation,
	const char *to)
{
	struct change *c = change_create(CHANGE_POST, staff);
	struct mail *m = arena_alloc(c->arena, sizeof(*m));
	struct mail_address *list = arena_alloc(c->arena, sizeof(*list));

	list->address = to;
	m->subject = "Re: Question";
	m->from = (struct mail_address){"Service", "service@broker.example"};
	m->to = list;
	m->to_count = 1;
	c->post.kind = FACT_MESSAGE;
	c->post.party.conversation = conversation;
	c->post.channel = mailbox;
	c->post.channel_kind = "email";
	c->post.text = "Dear Alice";
	c->post.mail = m;
	return c;
}

static const struct outcome *
answer(struct store_fixture *f, const struct actor *staff, uint64_t mailbox,
	uint64_t conversation, const char *to)
{
	return fixture_call(f, answer_of(staff, mailbox, conversation, to), ERR_OK);
}

static size_t
contacts_of(struct store_fixture *f, uint64_t customer, struct contact_point **out)
{
	size_t count = 0;

	assert_int_equal(read_contacts(f->reader, customer, f->arena, out, &count, NULL),
		ERR_OK);
	return count;
}

static void
a_proven_sender_is_the_customer_who_has_the_address(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter first = {.trust = MAIL_TRUST_PROVEN, .id = "1@x"};
	struct letter second = {.trust = MAIL_TRUST_PROVEN, .id = "2@x"};
	const struct outcome *o = receive(f, mailbox, &first);
	uint64_t customer = o->customer;
	struct contact_point *points;
	struct mail m;

	assert_int_equal(o->facts[0]->kind, FACT_MESSAGE);
	assert_int_equal(o->facts[0]->pub, 1);
	assert_string_equal(o->conversation->channel_kind, "email");
	fixture_read_mail(f, o->facts[0], &m);
	assert_string_equal(m.message_id, "1@x");
	assert_int_equal(contacts_of(f, customer, &points), 1);
	assert_string_equal(points[0].kind, "email");
	assert_true(points[0].proven);
	assert_int_equal(receive(f, mailbox, &second)->customer, customer);
}

static void
an_unproven_sender_has_a_history_of_its_own(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter honest = {.trust = MAIL_TRUST_PROVEN, .id = "1@x"};
	struct letter forged = {.id = "2@x"};
	struct letter again = {.id = "3@x"};
	uint64_t alice = receive(f, mailbox, &honest)->customer;
	uint64_t other = receive(f, mailbox, &forged)->customer;
	struct contact_point *points;

	assert_int_not_equal(other, alice);
	assert_int_equal(contacts_of(f, other, &points), 2);
	assert_string_equal(points[0].kind, "sender");
	assert_true(points[0].proven);
	assert_string_equal(points[1].kind, "email");
	assert_false(points[1].proven);
	assert_int_equal(receive(f, mailbox, &again)->customer, other);
}

static void
one_message_id_is_one_entry_in_two_mailboxes(void **state)
{
	struct store_fixture *f = *state;
	uint64_t one = fixture_channel(f, "email");
	uint64_t two = fixture_channel(f, "email");
	struct letter l = {.id = "1@x"};
	const struct outcome *o = receive(f, one, &l);
	uint64_t entry = o->facts[0]->id;

	o = receive(f, two, &l);
	assert_true(o->duplicate);
	assert_int_equal(o->facts[0]->id, entry);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM mail"), 1);
}

static void
an_answer_to_our_answer_knows_what_it_answers(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	const struct outcome *o = receive(f, mailbox, &question);
	uint64_t conversation = o->conversation->id;
	uint64_t asked = o->facts[0]->id;
	struct letter reply = {.id = "2@x"};
	struct mail sent;
	struct mail got;
	uint64_t answered;

	o = answer(f, &agent, mailbox, conversation, "alice@x.example");
	answered = o->facts[0]->id;
	fixture_read_mail(f, o->facts[0], &sent);
	assert_int_equal(sent.answers, asked);
	assert_string_equal(sent.in_reply_to, "1@x");
	assert_non_null(strstr(sent.message_id, "@broker.example"));
	assert_int_equal(strtoull(sent.message_id, NULL, 10), answered);
	assert_true(o->facts[0]->pub > 0);
	reply.answers = sent.message_id;
	o = receive(f, mailbox, &reply);
	fixture_read_mail(f, o->facts[0], &got);
	assert_int_equal(got.answers, answered);
	assert_int_equal(o->conversation->id, conversation);
	assert_int_equal(o->fact_count, 1);
	o = answer(f, &agent, mailbox, conversation, "alice@x.example");
	fixture_read_mail(f, o->facts[0], &sent);
	assert_string_equal(sent.in_reply_to, "2@x");
	assert_int_equal(sent.reference_count, 1);
}

static void
an_answer_from_somebody_else_is_only_proposed(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.trust = MAIL_TRUST_PROVEN, .id = "1@x"};
	struct letter foreign = {.from = "mallory@y.example", .id = "2@y", .answers = "1@x"};
	const struct outcome *o = receive(f, mailbox, &question);
	uint64_t alice = o->customer;
	const struct fact *link;
	char expected[120];

	o = receive(f, mailbox, &foreign);
	assert_int_not_equal(o->customer, alice);
	link = o->facts[o->fact_count - 1];
	assert_int_equal(link->kind, FACT_LINK_PROPOSED);
	snprintf(expected, sizeof(expected), "{\"customer\":\"%llu\",",
		(unsigned long long)alice);
	assert_memory_equal(link->body, expected, strlen(expected));
	assert_non_null(strstr(link->body, "\"why\":\"reference\""));
}

static const struct fact *
judge(struct store_fixture *f, const struct actor *a, uint64_t customer,
	uint64_t proposal, bool undo, enum err expected)
{
	struct change *c = change_create(CHANGE_DISTINCT, a);
	const struct outcome *o;

	c->distinct = (struct distinct_change){
		.one = customer,
		.proposal = proposal,
		.undo = undo,
	};
	o = fixture_call(f, c, expected);
	return expected == ERR_OK ? o->facts[0] : NULL;
}

static void
who_refuses_a_proposed_link_is_told_beside_it(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.trust = MAIL_TRUST_PROVEN, .id = "1@x"};
	struct letter foreign = {.from = "mallory@y.example", .id = "2@y", .answers = "1@x"};
	uint64_t alice = receive(f, mailbox, &question)->customer;
	const struct outcome *o = receive(f, mailbox, &foreign);
	uint64_t mallory = o->customer;
	uint64_t mail = o->facts[0]->id;
	uint64_t proposal = o->facts[o->fact_count - 1]->id;
	const struct fact *said;
	char expected[120];

	said = judge(f, &agent, mallory, proposal, false, ERR_OK);
	snprintf(expected, sizeof(expected),
		"{\"proposal\":\"%llu\",\"customer\":\"%llu\",\"refused\":true}",
		(unsigned long long)proposal, (unsigned long long)alice);
	assert_int_equal(said->kind, FACT_LINK_JUDGED);
	assert_string_equal(said->body, expected);
	assert_int_equal(said->author, agent.id);
	assert_int_equal(said->timeline, mallory);
	assert_int_equal(said->pub, 0);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer_distinct"), 2);

	said = judge(f, &agent, mallory, proposal, true, ERR_OK);
	assert_non_null(strstr(said->body, "\"refused\":false"));
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer_distinct"), 0);

	/* No proposal at all, one that is another kind of entry, one in another history. */
	(void)judge(f, &agent, mallory, proposal + 1000, false, ERR_NOT_FOUND);
	(void)judge(f, &agent, mallory, mail, false, ERR_NOT_FOUND);
	(void)judge(f, &agent, alice, proposal, false, ERR_NOT_FOUND);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer_distinct"), 0);
}

static void
a_number_or_a_token_finds_the_conversation(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	const struct outcome *o = receive(f, mailbox, &question);
	uint64_t conversation = o->conversation->id;
	uint64_t first = o->facts[0]->id;
	struct letter numbered = {.id = "2@x", .arrival = {.number = conversation}};
	struct letter foreign = {.from = "bob@x.example",
		.id = "3@x",
		.arrival = {.token = conversation}};
	struct letter mistaken = {.from = "carol@x.example",
		.id = "4@x",
		.arrival = {.number = 4711}};
	struct mail m;

	fixture_act(f, &agent, conversation, ACTION_TAKE, 0, ERR_OK);
	fixture_act(f, &agent, conversation, ACTION_RESOLVE, 0, ERR_OK);
	o = receive(f, mailbox, &numbered);
	fixture_read_mail(f, o->facts[0], &m);
	assert_int_equal(m.answers, first);
	assert_int_equal(o->conversation->id, conversation);
	assert_int_equal(o->conversation->state, CONVERSATION_OPEN);
	o = receive(f, mailbox, &foreign);
	assert_non_null(strstr(o->facts[o->fact_count - 1]->body, "\"why\":\"token\""));
	o = receive(f, mailbox, &mistaken);
	assert_int_equal(o->fact_count, 2);
	assert_int_equal(o->facts[1]->kind, FACT_OPENED);
}

static void
a_subject_counts_only_with_a_reference_and_only_among_her_own(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	struct letter lost = {.id = "2@x",
		.answers = "rewritten@relay",
		.subject = "回复：Question"};
	struct letter plain = {.id = "3@x"};
	struct letter other = {.from = "bob@x.example",
		.id = "4@x",
		.answers = "rewritten@relay",
		.subject = "Re: Question"};
	const struct outcome *o = receive(f, mailbox, &question);
	uint64_t first = o->facts[0]->id;
	struct mail m;

	fixture_read_mail(f, receive(f, mailbox, &lost)->facts[0], &m);
	assert_int_equal(m.answers, first);
	fixture_read_mail(f, receive(f, mailbox, &plain)->facts[0], &m);
	assert_int_equal(m.answers, 0);
	o = receive(f, mailbox, &other);
	fixture_read_mail(f, o->facts[0], &m);
	assert_int_equal(m.answers, 0);
	assert_int_equal(o->facts[o->fact_count - 1]->kind, FACT_OPENED);
}

static void
a_bounce_is_told_where_the_mail_is(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	const struct outcome *o = receive(f, mailbox, &question);
	uint64_t conversation = o->conversation->id;
	uint64_t timeline = o->timeline;
	struct letter bounce = {.from = "mailer-daemon@x.example",
		.id = "b@x",
		.nature = MAIL_BOUNCE};
	struct letter unknown = {.from = "mailer-daemon@x.example",
		.id = "c@x",
		.nature = MAIL_BOUNCE,
		.arrival = {.report_id = "nobody@knows"}};
	struct mail sent;

	o = answer(f, &agent, mailbox, conversation, "alice@x.example");
	fixture_read_mail(f, o->facts[0], &sent);
	fixture_act(f, &agent, conversation, ACTION_RESOLVE, 0, ERR_OK);
	bounce.arrival = (struct mail_arrival){.report_id = sent.message_id,
		.report_status = "5.1.1",
		.report_text = "550 no such user"};
	o = receive(f, mailbox, &bounce);
	assert_int_equal(o->timeline, timeline);
	assert_int_equal(o->facts[0]->kind, FACT_SEND_FAILED);
	assert_int_equal(o->facts[0]->pub, 0);
	assert_non_null(strstr(o->facts[0]->body, "\"status\":\"5.1.1\""));
	assert_non_null(strstr(o->facts[0]->body, "\"text\":\"550 no such user\""));
	assert_non_null(strstr(o->facts[0]->body, "\"final\":true"));
	assert_int_equal(o->conversation->state, CONVERSATION_OPEN);
	assert_true(receive(f, mailbox, &bounce)->duplicate);
	o = receive(f, mailbox, &unknown);
	assert_int_equal(o->facts[0]->kind, FACT_MESSAGE);
	assert_int_equal(o->conversation->waiting_since, 0);
}

static void
our_own_mail_that_comes_back_is_dropped(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	struct letter loop = {.from = "a@b.example", .id = "l@x", .nature = MAIL_LOOP};
	struct letter copy = {.from = "service@broker.example"};
	const struct outcome *o = receive(f, mailbox, &question);
	struct mail sent;

	o = answer(f, &agent, mailbox, o->conversation->id, "alice@x.example");
	fixture_read_mail(f, o->facts[0], &sent);
	copy.id = sent.message_id;
	o = receive(f, mailbox, &copy);
	assert_true(o->dropped);
	assert_int_equal(o->fact_count, 0);
	assert_true(receive(f, mailbox, &loop)->dropped);
}

static void
an_automatic_answer_opens_nothing_again(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	struct letter away = {.id = "2@x", .nature = MAIL_AUTOMATIC};
	const struct outcome *o = receive(f, mailbox, &question);
	uint64_t conversation = o->conversation->id;
	struct mail sent;

	o = answer(f, &agent, mailbox, conversation, "alice@x.example");
	fixture_read_mail(f, o->facts[0], &sent);
	fixture_act(f, &agent, conversation, ACTION_RESOLVE, 0, ERR_OK);
	away.answers = sent.message_id;
	o = receive(f, mailbox, &away);
	assert_int_equal(o->fact_count, 1);
	assert_int_equal(o->conversation->id, conversation);
	assert_int_equal(o->conversation->state, CONVERSATION_RESOLVED);
	assert_int_equal(o->conversation->waiting_since, 0);
}

static void
mail_to_others_is_not_shown_to_her(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	const struct outcome *o = receive(f, mailbox, &question);

	o = answer(f, &agent, mailbox, o->conversation->id, "lawyer@z.example");
	assert_int_equal(o->facts[0]->pub, 0);
}

static void
another_address_to_answer_to_has_to_be_confirmed(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x", .reply_to = "thief@y.example"};
	uint64_t conversation = receive(f, mailbox, &question)->conversation->id;
	struct change *c = answer_of(&agent, mailbox, conversation, "thief@y.example");

	fixture_call(f, c, ERR_CONFLICT);
	answer(f, &agent, mailbox, conversation, "alice@x.example");
	c = answer_of(&agent, mailbox, conversation, "thief@y.example");
	c->post.reply_to_confirmed = true;
	fixture_call(f, c, ERR_OK);
}

static void
a_conversation_by_mail_is_answered_from_its_mailbox(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t first = fixture_channel(f, "email");
	uint64_t second = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	const struct outcome *o = receive(f, second, &question);
	uint64_t customer = o->customer;
	struct change *c;

	o = answer(f, &agent, 0, o->conversation->id, "alice@x.example");
	assert_int_equal(o->facts[0]->channel, second);
	c = answer_of(&agent, 0, 0, "alice@x.example");
	c->post.party.customer = customer;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->facts[0]->channel, first);
}

static void
a_mail_waits_in_the_outbox_until_it_is_sent(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	const struct outcome *o = receive(f, mailbox, &question);

	o = answer(f, &agent, mailbox, o->conversation->id, "alice@x.example");
	assert_int_equal(o->facts[0]->delivery.state, OUTBOX_WAITING);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND state = 1 "
						 "AND idempotent = 0"),
		1);
}

static const struct outbox_item *
item_of(struct store_fixture *f, uint64_t mailbox, enum outbox_state state)
{
	struct outbox_item *items;
	size_t count = 0;

	assert_int_equal(read_outbox(f->reader, mailbox, state, 0, 10, f->arena, &items,
						 &count, NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	return &items[0];
}

static const struct outcome *
outbox_step(struct store_fixture *f, const struct actor *who, enum outbox_action action,
	const struct outbox_item *item, enum outbox_state to, enum err expected)
{
	struct change *c = change_create(CHANGE_OUTBOX, who);

	c->outbox.action = action;
	c->outbox.own = true;
	c->outbox.channel = item->channel;
	c->outbox.item = item->id;
	c->outbox.fact = item->fact;
	c->outbox.from = OUTBOX_SENDING;
	c->outbox.to = to;
	c->outbox.status = 550;
	c->outbox.answer = "550 5.1.1 no such user";
	return fixture_call(f, c, expected);
}

static enum outbox_state
delivery_of(struct store_fixture *f, uint64_t entry, const char **text)
{
	struct fact_list found = {0};
	enum outbox_state state;

	assert_int_equal(read_fact(f->reader, entry, f->arena, &found, NULL), ERR_OK);
	state = found.items[0]->delivery.state;
	*text = arena_strdup(f->arena, found.items[0]->delivery.text);
	fact_list_release(&found);
	return state;
}

static void
a_refused_mail_is_told_in_its_thread_and_can_be_repeated(void **state)
{
	struct store_fixture *f = *state;
	struct actor house = fixture_system();
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct actor other = fixture_staff(f, "wu", ROLE_AGENT, UNIT_ROOT);
	struct actor chief = fixture_staff(f, "zhou", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	const struct outcome *o = receive(f, mailbox, &question);
	const struct outbox_item *item;
	const char *text;
	uint64_t entry;

	o = answer(f, &agent, mailbox, o->conversation->id, "alice@x.example");
	entry = o->facts[0]->id;
	item = item_of(f, mailbox, OUTBOX_WAITING);
	assert_int_equal(item->fact, entry);
	outbox_step(f, &house, OUTBOX_ACTION_CLAIM, item, 0, ERR_OK);
	outbox_step(f, &chief, OUTBOX_ACTION_RESEND, item, 0, ERR_CONFLICT);
	o = outbox_step(f, &house, OUTBOX_ACTION_SETTLE, item, OUTBOX_DEAD, ERR_OK);
	assert_int_equal(o->facts[0]->kind, FACT_SEND_FAILED);
	assert_int_equal(o->facts[0]->author_kind, AUTHOR_SYSTEM);
	assert_non_null(strstr(o->facts[0]->body, "\"status\":\"550\""));
	assert_int_equal(delivery_of(f, entry, &text), OUTBOX_DEAD);
	assert_string_equal(text, "550 5.1.1 no such user");
	outbox_step(f, &other, OUTBOX_ACTION_RESEND, item, 0, ERR_DENIED);
	outbox_step(f, &agent, OUTBOX_ACTION_RESEND, item, 0, ERR_OK);
	assert_int_equal(delivery_of(f, entry, &text), OUTBOX_WAITING);
	outbox_step(f, &house, OUTBOX_ACTION_CLAIM, item, 0, ERR_OK);
	outbox_step(f, &house, OUTBOX_ACTION_SETTLE, item, OUTBOX_SENT, ERR_OK);
	assert_int_equal(delivery_of(f, entry, &text), OUTBOX_SENT);
	outbox_step(f, &chief, OUTBOX_ACTION_RESEND, item, 0, ERR_CONFLICT);
}

static void
what_was_being_sent_at_a_crash_waits_for_a_person(void **state)
{
	struct store_fixture *f = *state;
	struct actor house = fixture_system();
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter question = {.id = "1@x"};
	const struct outcome *o = receive(f, mailbox, &question);
	const struct outbox_item *item;
	const char *text;

	answer(f, &agent, mailbox, o->conversation->id, "alice@x.example");
	item = item_of(f, mailbox, OUTBOX_WAITING);
	outbox_step(f, &house, OUTBOX_ACTION_CLAIM, item, 0, ERR_OK);
	o = outbox_step(f, &house, OUTBOX_ACTION_RECOVER, item, 0, ERR_OK);
	assert_int_equal(o->fact_count, 1);
	assert_int_equal(o->facts[0]->kind, FACT_SEND_FAILED);
	assert_non_null(strstr(o->facts[0]->body, "nobody knows whether it was sent"));
	assert_int_equal(delivery_of(f, item->fact, &text), OUTBOX_DEAD);
	o = outbox_step(f, &house, OUTBOX_ACTION_RECOVER, item, 0, ERR_OK);
	assert_int_equal(o->fact_count, 0);
}

static void
leave_address(struct store_fixture *f, const struct actor *visitor, const char *address,
	enum err expected)
{
	struct change *c = change_create(CHANGE_ANSWER_MAIL, visitor);

	c->answer_mail.visitor = visitor->id;
	c->answer_mail.address = address;
	fixture_call(f, c, expected);
}

static int64_t
answers_waiting(struct store_fixture *f)
{
	return fixture_number(f, "SELECT COUNT(*) FROM outbox WHERE kind = 'answer'");
}

static void
a_visitor_who_left_an_address_is_answered_by_mail(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t web = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, web);
	struct actor other = fixture_visitor(f, web);
	const struct outcome *o = fixture_say(f, &visitor, web, "在吗？");
	uint64_t conversation = o->conversation->id;
	uint64_t customer = o->customer;
	struct contact_point *points;
	struct change *c;

	leave_address(f, &visitor, "no address", ERR_INVALID);
	leave_address(f, &visitor, "Lin@Example.com", ERR_OK);
	leave_address(f, &visitor, "lin@example.com", ERR_OK);
	assert_int_equal(contacts_of(f, customer, &points), 2);
	assert_string_equal(points[1].value, "lin@example.com");
	assert_false(points[1].proven);
	c = change_create(CHANGE_ANSWER_MAIL, &other);
	c->answer_mail.visitor = visitor.id;
	c->answer_mail.address = "thief@example.com";
	fixture_call(f, c, ERR_DENIED);
	fixture_reply(f, &agent, conversation, "no mailbox yet");
	assert_int_equal(answers_waiting(f), 0);
	fixture_mailbox(f);
	fixture_reply(f, &agent, conversation, "您好");
	fixture_reply(f, &agent, conversation, "还有一点");
	assert_int_equal(answers_waiting(f), 1);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM mail WHERE outgoing = 1"),
		1);
	o = fixture_say(f, &other, web, "我也在");
	fixture_reply(f, &agent, o->conversation->id, "hello");
	assert_int_equal(answers_waiting(f), 1);
	leave_address(f, &visitor, "", ERR_OK);
}

static void
too_long_a_mail_is_cut_and_says_so(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_channel(f, "email");
	struct letter l = {.id = "1@x"};
	char *text = arena_alloc(f->arena, 90001);
	struct mail m;

	memset(text, '"', 90000); /* twice as long in JSON */
	l.text = text;
	fixture_read_mail(f, receive(f, mailbox, &l)->facts[0], &m);
	assert_true(m.truncated);
	assert_string_equal(m.message_id, "1@x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(a_proven_sender_is_the_customer_who_has_the_address),
		ON_BOTH(an_unproven_sender_has_a_history_of_its_own),
		ON_BOTH(one_message_id_is_one_entry_in_two_mailboxes),
		ON_BOTH(an_answer_to_our_answer_knows_what_it_answers),
		ON_BOTH(an_answer_from_somebody_else_is_only_proposed),
		ON_BOTH(who_refuses_a_proposed_link_is_told_beside_it),
		ON_BOTH(a_number_or_a_token_finds_the_conversation),
		ON_BOTH(a_subject_counts_only_with_a_reference_and_only_among_her_own),
		ON_BOTH(a_bounce_is_told_where_the_mail_is),
		ON_BOTH(our_own_mail_that_comes_back_is_dropped),
		ON_BOTH(an_automatic_answer_opens_nothing_again),
		ON_BOTH(mail_to_others_is_not_shown_to_her),
		ON_BOTH(another_address_to_answer_to_has_to_be_confirmed),
		ON_BOTH(a_conversation_by_mail_is_answered_from_its_mailbox),
		ON_BOTH(a_mail_waits_in_the_outbox_until_it_is_sent),
		ON_BOTH(a_refused_mail_is_told_in_its_thread_and_can_be_repeated),
		ON_BOTH(what_was_being_sent_at_a_crash_waits_for_a_person),
		ON_BOTH(a_visitor_who_left_an_address_is_answered_by_mail),
		ON_BOTH(too_long_a_mail_is_cut_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
