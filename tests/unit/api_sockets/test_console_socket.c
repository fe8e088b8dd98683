#include "unit/api_sockets/talk.h"

#define UNASSIGNED ",\"views\":[\"unassigned\"]"

struct stage {
	struct house *house;
	struct client anna;
	struct client root;
	char token[64];
	struct talk widget;
};

static int
setup(void **state)
{
	static const char *const settings[] = {"security.frames_per_second=0",
		"security.send_per_minute=0", "desk.leave=1s", NULL};
	struct stage *s = calloc(1, sizeof(*s));

	s->house = house_open("127.0.0.1", settings);
	s->anna = logged_in(s->house, "anna", PASSWORD);
	s->root = logged_in(s->house, "root", PASSWORD);
	visitor_token(s->house, s->token);
	s->widget = widget_hello_at(s->house, s->token, "null");
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct stage *s = *state;

	talk_close(&s->widget);
	house_close(s->house);
	free(s);
	return 0;
}

static void
another_page_is_refused_at_the_door(void **state)
{
	struct stage *s = *state;
	char headers[700];
	struct talk t;

	snprintf(headers, sizeof(headers),
		"Sec-WebSocket-Protocol: trunkline.v1\r\nOrigin: https://evil.example\r\n%s",
		s->anna.headers);
	t = talk_connect(s->house, "/ws/console", headers);
	assert_false(t.open);
	talk_close(&t);
	snprintf(headers, sizeof(headers), "Sec-WebSocket-Protocol: trunkline.v1\r\n%s",
		s->anna.headers);
	t = talk_connect(s->house, "/ws/console", headers); /* no Origin: no browser */
	assert_false(t.open);
	talk_close(&t);
	snprintf(headers, sizeof(headers), "Origin: http://127.0.0.1:%d\r\n%s",
		s->house->port, s->anna.headers);
	t = talk_connect(s->house, "/ws/console", headers); /* no subprotocol */
	assert_false(t.open);
	talk_close(&t);
}

static void
without_a_session_or_its_token_nothing_is_told(void **state)
{
	struct stage *s = *state;
	struct client nobody = anybody(s->house);
	struct talk t = console_connect(&nobody);

	assert_true(t.open);
	assert_string_equal(json_string(hear(&t, "bye"), "code"), "revoked");
	hears_the_end(&t);
	talk_close(&t);
	t = console_connect(&s->anna);
	say(&t, "{\"t\":\"hello\",\"csrf\":\"wrong\"}");
	assert_true(hear_any(&t));
	assert_true(heard_is(&t, "bye"));
	hears_the_end(&t);
	talk_close(&t);
	t = console_connect(&s->anna);
	say(&t, "{\"t\":\"ping\"}"); /* before hello */
	assert_true(hear_any(&t));
	assert_true(heard_is(&t, "error"));
	hears_the_end(&t);
	talk_close(&t);
}

static void
what_a_customer_writes_comes_to_who_shows_unassigned(void **state)
{
	struct stage *s = *state;
	struct talk showing = console_hello_with(&s->anna, UNASSIGNED);
	struct talk other = console_hello_with(&s->root, "");
	const struct json *entry;

	assert_int_equal(widget_says(&s->widget, "hello"), 1);
	entry = hear_entry(&showing, "message");
	assert_string_equal(json_string(json_get(entry, "body"), "text"), "hello");
	assert_non_null(json_get(showing.heard, "conversation"));
	hears_no(&other, "entry");
	talk_close(&showing);
	talk_close(&other);
}

static void
a_member_of_another_unit_hears_nothing(void **state)
{
	struct stage *s = *state;
	struct client bert = logged_in(s->house, "bert", PASSWORD);
	struct talk foreign = console_hello_with(&bert,
		",\"views\":[\"unassigned\",\"all\"]");
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct thread th;

	widget_says(&s->widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	console_watches(&foreign, &th);
	assert_string_equal(json_string(hear(&foreign, "error"), "code"), "denied");
	widget_says(&s->widget, "again");
	hear_entry(&anna, "message");
	hears_no(&foreign, "entry");
	say(&foreign, "{\"t\":\"range\",\"id\":\"r\",\"timeline\":\"%llu\",\"after\":0}",
		(unsigned long long)th.timeline);
	assert_string_equal(json_string(hear(&foreign, "error"), "code"), "denied");
	assert_string_equal(json_string(console_acts(&foreign, &th, "take"), "code"),
		"denied");
	talk_close(&foreign);
	talk_close(&anna);
}

static void
of_two_takes_one_wins_and_both_are_told(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct talk root = console_hello_with(&s->root, UNASSIGNED);
	struct thread th;
	const struct json *answer;

	widget_says(&s->widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	answer = console_acts(&anna, &th, "take");
	assert_string_equal(json_string(answer, "t"), "ack");
	assert_non_null(json_string(json_get(answer, "conversation"), "assignee"));
	hear_entry(&root, "assigned");
	answer = console_acts(&root, &th, "take");
	assert_string_equal(json_string(answer, "t"), "nack");
	assert_string_equal(json_string(answer, "code"), "conflict");
	talk_close(&anna);
	talk_close(&root);
}

static void
a_ref_said_twice_is_answered_twice_and_stored_once(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct thread th;
	char id[24];

	widget_says(&s->widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	for (int i = 0; i < 2; i++) {
		say(&anna,
			"{\"t\":\"send\",\"ref\":\"01JD0000000000000000000000\",\"kind\":\"note\","
			"\"conversation\":\"%llu\",\"text\":\"n\"}",
			(unsigned long long)th.conversation);
		hear(&anna, "ack");
		assert_int_equal(flag_in(anna.heard, "duplicate"), i == 1);
		if (i == 0) {
			assert_true(str_copy(id, sizeof(id), json_string(anna.heard, "id")));
		} else {
			assert_string_equal(json_string(anna.heard, "id"), id);
		}
	}
	talk_close(&anna);
}

static void
an_answer_to_what_was_not_read_is_stale(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct thread th;
	char members[300];

	widget_says(&s->widget, "first");
	th = thread_of(hear_entry(&anna, "message"));
	widget_says(&s->widget, "second");
	snprintf(members, sizeof(members),
		"\"t\":\"send\",\"conversation\":\"%llu\",\"kind\":\"message\",\"text\":\"x\","
		"\"seen_seq\":%lld,\"check\":true",
		(unsigned long long)th.conversation, (long long)th.seq);
	assert_string_equal(json_string(console_asks(&anna, members), "code"), "stale");
	talk_close(&anna);
}

static void
who_comes_back_gets_what_she_missed(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct thread th;
	char more[200];

	widget_says(&s->widget, "one");
	th = thread_of(hear_entry(&anna, "message"));
	talk_close(&anna);
	widget_says(&s->widget, "two");
	widget_says(&s->widget, "three");
	snprintf(more, sizeof(more), UNASSIGNED ",\"cursor\":\"%llu\"",
		(unsigned long long)th.fact);
	anna = console_hello_with(&s->anna, more);
	assert_true(flag_in(anna.heard, "resumed"));
	assert_string_equal(json_string(json_get(hear_entry(&anna, "message"), "body"),
							"text"),
		"two");
	assert_string_equal(json_string(json_get(hear_entry(&anna, "message"), "body"),
							"text"),
		"three");
	hears_no(&anna, "entry");
	talk_close(&anna);
}

static void
a_restart_loses_nothing_of_what_was_missed(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct thread th;
	char more[200];

	widget_says(&s->widget, "one");
	th = thread_of(hear_entry(&anna, "message"));
	widget_says(&s->widget, "two");
	house_restart(s->house);
	assert_string_equal(json_string(hear(&anna, "bye"), "code"), "stopping");
	talk_close(&anna);
	snprintf(more, sizeof(more), UNASSIGNED ",\"cursor\":\"%llu\"",
		(unsigned long long)th.fact);
	anna = console_hello_with(&s->anna,
		more); /* nothing is in memory: the feed is read */
	assert_true(flag_in(anna.heard, "resumed"));
	assert_string_equal(json_string(json_get(hear_entry(&anna, "message"), "body"),
							"text"),
		"two");
	hears_no(&anna, "entry");
	talk_close(&anna);
}

static void
a_cursor_of_another_history_means_load_again(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna,
		UNASSIGNED ",\"cursor\":\"9000000000000000000\"");

	assert_false(flag_in(anna.heard, "resumed"));
	widget_says(&s->widget, "hello");
	hear_entry(&anna, "message");
	talk_close(&anna);
}

static void
viewers_and_typing_are_told_to_who_looks(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct talk root = console_hello_with(&s->root, "");
	struct thread th;

	widget_says(&s->widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	console_watches(&anna, &th);
	assert_int_equal(json_length(json_get(hear(&anna, "viewers"), "staff")), 1);
	console_watches(&root, &th);
	assert_int_equal(json_length(json_get(hear(&root, "viewers"), "staff")), 2);
	assert_int_equal(json_length(json_get(hear(&anna, "viewers"), "staff")), 2);
	say(&root, "{\"t\":\"typing\",\"customer\":\"%llu\",\"on\":true,\"note\":true}",
		(unsigned long long)th.customer);
	hear(&anna, "typing");
	hears_no(&s->widget, "typing"); /* a note is for the house */
	say(&root, "{\"t\":\"typing\",\"customer\":\"%llu\",\"on\":true,\"note\":false}",
		(unsigned long long)th.customer);
	assert_string_equal(json_string(json_get(hear(&s->widget, "typing"), "who"), "kind"),
		"staff");
	say(&s->widget, "{\"t\":\"typing\",\"on\":true}");
	do {
		hear(&anna, "typing");
	} while (!str_equals(json_string(json_get(anna.heard, "who"), "kind"), "customer"));
	talk_close(&root);
	assert_int_equal(json_length(json_get(hear(&anna, "viewers"), "staff")), 1);
	talk_close(&anna);
}

static void
presence_follows_the_sockets(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, "");
	struct talk root = console_hello_with(&s->root, ",\"state\":\"away\"");

	assert_int_equal(json_length(json_get(root.heard, "presence")), 2);
	assert_string_equal(json_string(hear(&anna, "presence"), "state"), "away");
	say(&root, "{\"t\":\"presence\",\"state\":\"online\"}");
	assert_string_equal(json_string(hear(&anna, "presence"), "state"), "online");
	talk_close(&root);
	talk_close(&anna);
}

static void
a_log_out_ends_the_socket_and_frees_the_conversations(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct talk root = console_hello_with(&s->root, UNASSIGNED);
	struct thread th;

	widget_says(&s->widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	assert_string_equal(json_string(console_acts(&anna, &th, "take"), "t"), "ack");
	assert_int_equal(ask(&s->anna, "DELETE", "/api/v1/session", NULL, NULL), 204);
	assert_string_equal(json_string(hear(&anna, "bye"), "code"), "revoked");
	hear_entry(&root, "released");
	talk_close(&anna);
	talk_close(&root);
}

static void
changed_rights_end_the_socket_but_take_nothing_away(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct talk root = console_hello_with(&s->root, UNASSIGNED);
	struct thread th;
	char path[60];

	widget_says(&s->widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	assert_string_equal(json_string(console_acts(&anna, &th, "take"), "t"), "ack");
	hear_entry(&root, "assigned");
	snprintf(path, sizeof(path), "/api/v1/staff/%llu",
		(unsigned long long)s->house->anna);
	assert_int_equal(ask(&s->root, "PATCH", path, "{\"role\":\"supervisor\"}", NULL),
		200);
	assert_string_equal(json_string(hear(&anna, "bye"), "code"), "revoked");
	hears_no(&root, "entry"); /* she logs in again and goes on */
	talk_close(&anna);
	talk_close(&root);
}

static void
who_stays_away_gives_her_conversations_back(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct talk root = console_hello_with(&s->root, UNASSIGNED);
	struct thread th;

	widget_says(&s->widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	assert_string_equal(json_string(console_acts(&anna, &th, "take"), "t"), "ack");
	talk_close(&anna);
	hear_entry(&root, "released"); /* desk.leave=1s */
	talk_close(&root);
}

static void
reading_is_told_to_the_customer(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct thread th;

	widget_says(&s->widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	assert_int_equal(number_in(hear(&s->widget, "mark"), "delivered"), 1);
	console_watches(&anna, &th);
	say(&anna,
		"{\"t\":\"mark\",\"customer\":\"%llu\",\"timeline\":\"%llu\",\"seq\":%lld}",
		(unsigned long long)th.customer, (unsigned long long)th.timeline,
		(long long)th.seq);
	assert_int_equal(number_in(hear(&s->widget, "mark"), "seen"), 1);
	assert_int_equal(number_in(hear(&anna, "mark"), "inbound_read"), 1);
	talk_close(&anna);
}

static void
a_range_closes_a_gap(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct thread th;
	const struct json *entries;

	widget_says(&s->widget, "one");
	th = thread_of(hear_entry(&anna, "message"));
	widget_says(&s->widget, "two");
	say(&anna,
		"{\"t\":\"range\",\"id\":\"a\",\"timeline\":\"%llu\",\"after\":0,\"limit\":2}",
		(unsigned long long)th.timeline);
	entries = json_get(hear(&anna, "range"), "entries");
	assert_int_equal(json_length(entries), 2);
	assert_int_equal(number_in(json_at(entries, 0), "seq"), 1);
	assert_true(flag_in(anna.heard, "more"));
	say(&anna, "{\"t\":\"range\",\"id\":\"b\",\"timeline\":\"%llu\",\"after\":2}",
		(unsigned long long)th.timeline);
	assert_int_equal(json_length(json_get(hear(&anna, "range"), "entries")), 1);
	assert_false(flag_in(anna.heard, "more"));
	talk_close(&anna);
}

static void
a_ringing_call_pops_up_and_shows_in_welcome(void **state)
{
	struct stage *s = *state;
	struct talk anna;
	struct talk second;
	char path[60];
	char call[300];

	snprintf(path, sizeof(path), "/api/v1/staff/%llu",
		(unsigned long long)s->house->anna);
	assert_int_equal(ask(&s->root, "PATCH", path, "{\"extension\":\"8001\"}", NULL), 200);
	anna = console_hello_with(&s->anna, "");
	snprintf(call, sizeof(call),
		"{\"call_id\":\"c1\",\"event\":\"start\",\"direction\":\"in\","
		"\"from\":\"13812345678\",\"to\":\"02161230000\",\"extension\":\"8001\"}");
	assert_int_equal(ask(&s->root, "POST", "/api/v1/calls", call, NULL), 200);
	hear(&anna, "call");
	assert_string_equal(json_string(json_get(anna.heard, "call"), "customer_number"),
		"+8613812345678");
	assert_non_null(json_get(anna.heard, "customer"));
	second = console_hello_with(&s->anna, "");
	assert_int_equal(json_length(json_get(second.heard, "calls")), 1);
	talk_close(&second);
	talk_close(&anna);
}

static void
give_extension(struct stage *s, uint64_t staff, const char *extension)
{
	char path[60];
	char body[60];

	snprintf(path, sizeof(path), "/api/v1/staff/%llu", (unsigned long long)staff);
	snprintf(body, sizeof(body), "{\"extension\":\"%s\"}", extension);
	assert_int_equal(ask(&s->root, "PATCH", path, body, NULL), 200);
}

static void
rings_at(struct stage *s, const char *extension)
{
	char call[300];

	snprintf(call, sizeof(call),
		"{\"call_id\":\"at-%s\",\"event\":\"start\",\"direction\":\"in\","
		"\"from\":\"13812345678\",\"to\":\"02161230000\",\"extension\":\"%s\"}",
		extension, extension);
	assert_int_equal(ask(&s->root, "POST", "/api/v1/calls", call, NULL), 200);
}

/* Neither of them has proven that the number is hers. */
static void
two_claim_her_number(struct stage *s)
{
	static const char *const names[] = {"Lin", "Zhou"};
	char body[200];

	for (size_t i = 0; i < 2; i++) {
		snprintf(body, sizeof(body),
			"{\"name\":\"%s\",\"contacts\":[{\"kind\":\"phone\","
			"\"value\":\"138 1234 5678\"}]}",
			names[i]);
		assert_int_equal(ask(&s->anna, "POST", "/api/v1/customers", body, NULL), 201);
	}
}

static void
all_who_claim_a_callers_number_are_offered(void **state)
{
	struct stage *s = *state;
	struct talk anna;
	const struct json *candidates;

	two_claim_her_number(s);
	give_extension(s, s->house->anna, "8001");
	anna = console_hello_with(&s->anna, "");
	rings_at(s, "8001");
	hear(&anna, "call");
	assert_true(flag_in(json_get(anna.heard, "customer"), "anonymous"));
	candidates = json_get(anna.heard, "candidates");
	assert_int_equal(json_length(candidates), 2);
	assert_string_not_equal(json_string(json_at(candidates, 0), "name"),
		json_string(json_at(candidates, 1), "name"));
	talk_close(&anna);
}

static void
a_phone_that_rings_shows_nobody_of_another_unit(void **state)
{
	struct stage *s = *state;
	struct client bert = logged_in(s->house, "bert", PASSWORD);
	struct talk foreign;

	two_claim_her_number(s);
	give_extension(s, s->house->bert, "8002");
	foreign = console_hello_with(&bert, "");
	rings_at(s, "8002");
	hear(&foreign, "call");
	assert_string_equal(json_string(json_get(foreign.heard, "call"), "customer_number"),
		"+8613812345678");
	assert_int_equal(json_length(json_get(foreign.heard, "candidates")), 0);
	assert_null(json_get(foreign.heard, "customer"));
	assert_null(json_get(foreign.heard, "conversation"));
	talk_close(&foreign);
}

static void
nonsense_is_answered_and_the_line_stays(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, "");

	say(&anna, "not json");
	assert_string_equal(json_string(hear(&anna, "error"), "code"), "invalid");
	say(&anna, "{\"t\":\"future\"}");
	hear(&anna, "error");
	assert_string_equal(
		json_string(console_asks(&anna,
						"\"t\":\"send\",\"kind\":\"note\",\"text\":\"x\""),
			"code"),
		"invalid");
	assert_string_equal(json_string(console_asks(&anna,
										"\"t\":\"send\",\"kind\":\"note\",\"text\":\"x\","
										"\"conversation\":\"12345\""),
							"code"),
		"not_found");
	hears_no(&anna, "bye");
	talk_close(&anna);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(another_page_is_refused_at_the_door),
		ON_STAGE(without_a_session_or_its_token_nothing_is_told),
		ON_STAGE(what_a_customer_writes_comes_to_who_shows_unassigned),
		ON_STAGE(a_member_of_another_unit_hears_nothing),
		ON_STAGE(of_two_takes_one_wins_and_both_are_told),
		ON_STAGE(a_ref_said_twice_is_answered_twice_and_stored_once),
		ON_STAGE(an_answer_to_what_was_not_read_is_stale),
		ON_STAGE(who_comes_back_gets_what_she_missed),
		ON_STAGE(a_restart_loses_nothing_of_what_was_missed),
		ON_STAGE(a_cursor_of_another_history_means_load_again),
		ON_STAGE(viewers_and_typing_are_told_to_who_looks),
		ON_STAGE(presence_follows_the_sockets),
		ON_STAGE(a_log_out_ends_the_socket_and_frees_the_conversations),
		ON_STAGE(changed_rights_end_the_socket_but_take_nothing_away),
		ON_STAGE(who_stays_away_gives_her_conversations_back),
		ON_STAGE(reading_is_told_to_the_customer),
		ON_STAGE(a_range_closes_a_gap),
		ON_STAGE(a_ringing_call_pops_up_and_shows_in_welcome),
		ON_STAGE(all_who_claim_a_callers_number_are_offered),
		ON_STAGE(a_phone_that_rings_shows_nobody_of_another_unit),
		ON_STAGE(nonsense_is_answered_and_the_line_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
