/* Customers, contact points, conversations and calls over REST, and who may see them. */
#include "rest_fixture.h"

static int
open_house(void **state)
{
	*state = house_open("127.0.0.1", NULL);
	return 0;
}

static int
close_house(void **state)
{
	house_close(*state);
	return 0;
}

/* Makes a customer of this person's unit; her id as text in `id`. */
static void
make_customer(const struct client *c, const char *name, const char *phone,
	char id[static 24])
{
	struct answer a;
	char body[300];

	snprintf(body, sizeof(body),
		"{\"name\":\"%s\",\"contacts\":[{\"kind\":\"phone\",\"value\":\"%s\","
		"\"proven\":true}]}",
		name, phone);
	assert_int_equal(ask(c, "POST", "/api/v1/customers", body, &a), 201);
	assert_true(str_copy(id, 24, answer_text(&a, "customer.id")));
	answer_free(&a);
}

static int
ask_about(const struct client *c, const char *method, const char *id, const char *rest,
	const char *body, struct answer *out)
{
	char path[160];

	snprintf(path, sizeof(path), "/api/v1/customers/%s%s", id, rest);
	return ask(c, method, path, body, out);
}

static void
opening_a_customer_leaves_a_trace(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	struct answer a;
	char id[24];

	make_customer(&anna, "Lin", "13800138000", id);
	assert_int_equal(audited(*state, "customer.opened", id_of(id)), 0);
	assert_int_equal(ask_about(&anna, "GET", id, "", NULL, &a), 200);
	assert_non_null(strstr(a.body, "\"value\":\"+8613800138000\""));
	assert_int_equal(audited(*state, "customer.opened", id_of(id)), 1);
	answer_free(&a);
}

/* ⛔ Row-level rights: what is of another unit does not exist. */
static void
another_unit_sees_nothing_of_her(void **state)
{
	struct client root = logged_in(*state, "root", PASSWORD);
	struct client bert = logged_in(*state, "bert", PASSWORD);
	static const char *const reads[] = {"", "/entries", "/calls", "/files"};
	struct answer a;
	char hers[24];
	char his[24];

	make_customer(&root, "Hers", "13800138000", hers);
	make_customer(&bert, "His", "13800138001", his);
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		assert_int_equal(ask_about(&bert, "GET", hers, reads[i], NULL, NULL), 404);
		assert_int_equal(ask_about(&bert, "GET", his, reads[i], NULL, NULL), 200);
		/* The root of the tree of units sees all below it. */
		assert_int_equal(ask_about(&root, "GET", his, reads[i], NULL, NULL), 200);
	}
	assert_int_equal(ask_about(&bert, "PATCH", hers, "", "{\"name\":\"Mine\"}", NULL),
		404);
	assert_int_equal(ask_about(&bert, "POST", hers, "/contacts",
						 "{\"kind\":\"email\",\"value\":\"a@b.example\"}", NULL),
		404);
	assert_int_equal(ask(&bert, "GET", "/api/v1/customers", NULL, &a), 200);
	assert_null(strstr(a.body, "Hers"));
	assert_non_null(strstr(a.body, "His"));
	answer_free(&a);
	assert_int_equal(ask(&bert, "GET",
						 "/api/v1/customers/lookup?kind=phone&value=13800138000", NULL,
						 &a),
		200);
	assert_null(strstr(a.body, "Hers"));
	answer_free(&a);
	/* A conflict does not name her either. */
	assert_int_equal(ask_about(&bert, "POST", his, "/contacts",
						 "{\"kind\":\"phone\",\"value\":\"13800138000\",\"proven\":true}",
						 &a),
		409);
	assert_null(strstr(a.body, "Hers"));
	answer_free(&a);
	assert_int_equal(audited(*state, "customer.opened", id_of(hers)), 0);
}

static void
who_edits_an_old_version_gets_the_newest(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	struct answer a;
	char id[24];

	make_customer(&anna, "Lin", "13800138000", id);
	assert_int_equal(ask_about(&anna, "PATCH", id, "",
						 "{\"remark\":\"first\",\"version\":1}", NULL),
		200);
	assert_int_equal(ask_about(&anna, "PATCH", id, "",
						 "{\"remark\":\"second\",\"version\":1}", &a),
		409);
	assert_string_equal(answer_text(&a, "error.code"), "conflict");
	assert_string_equal(answer_text(&a, "current.remark"), "first");
	answer_free(&a);
}

static void
a_conflict_names_the_other_customer(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	struct answer a;
	char one[24];
	char two[24];

	make_customer(&anna, "One", "13800138000", one);
	make_customer(&anna, "Two", "13800138001", two);
	assert_int_equal(ask_about(&anna, "POST", two, "/contacts",
						 "{\"kind\":\"phone\",\"value\":\"+86 138-0013-8000\","
						 "\"proven\":true}",
						 &a),
		409);
	assert_string_equal(answer_text(&a, "error.field"), "value");
	assert_string_equal(answer_text(&a, "customer.id"), one);
	answer_free(&a);
	/* As a claim both may have it, and it resolves to the one who proved it. */
	assert_int_equal(ask_about(&anna, "POST", two, "/contacts",
						 "{\"kind\":\"phone\",\"value\":\"13800138000\"}", NULL),
		201);
	assert_int_equal(ask(&anna, "PATCH", "/api/v1/customers/1/contacts/1",
						 "{\"proven\":true}", NULL),
		404);
}

static void
an_attached_customer_is_read_under_the_other(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	struct client root = logged_in(*state, "root", PASSWORD);
	struct answer a;
	char one[24];
	char two[24];
	char body[60];

	make_customer(&anna, "One", "13800138000", one);
	make_customer(&anna, "Two", "13800138001", two);
	snprintf(body, sizeof(body), "{\"to\":\"%s\"}", two);
	/* Both have names: that is for supervisors and owners. */
	assert_int_equal(ask_about(&anna, "POST", one, "/attach", body, NULL), 403);
	assert_int_equal(ask_about(&root, "POST", one, "/attach", body, NULL), 200);
	assert_int_equal(ask_about(&anna, "GET", one, "", NULL, &a), 200);
	assert_string_equal(answer_text(&a, "customer.id"), two);
	assert_non_null(strstr(a.body, "+8613800138000"));
	answer_free(&a);
	assert_int_equal(ask_about(&anna, "POST", two, "/attach", body, NULL), 400);
	assert_int_equal(ask_about(&anna, "POST", two, "/attach", "{\"to\":\"999\"}", NULL),
		404);
}

static void
wrong_input_is_named(void **state)
{
	static const char *const bodies[][2] = {
		{"{}", "name"},
		{"{\"name\":\"  \"}", "name"},
		{"{\"name\":\"a\\u0007\"}", "name"},
		{"{\"name\":\"a\",\"gender\":\"x\"}", "gender"},
		{"{\"name\":\"a\",\"language\":\"de\"}", "language"},
		{"{\"name\":\"a\",\"contacts\":{}}", "contacts"},
		{"{\"name\":\"a\",\"contacts\":[7]}", "contacts[0]."},
		{"{\"name\":\"a\",\"contacts\":[{\"kind\":\"user\",\"value\":\"u\"}]}",
			"contacts[0].kind"},
		{"{\"name\":\"a\",\"contacts\":[{\"kind\":\"email\",\"value\":\"no\"}]}",
			"contacts[0].value"},
		{"{\"name\":\"a\",\"contacts\":[{\"kind\":\"phone\",\"value\":\"12\"}]}",
			"contacts[0].value"},
	};
	struct client anna = logged_in(*state, "anna", PASSWORD);

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct answer a;

		assert_int_equal(ask(&anna, "POST", "/api/v1/customers", bodies[i][0], &a), 400);
		assert_string_equal(answer_text(&a, "error.field"), bodies[i][1]);
		answer_free(&a);
	}
	assert_int_equal(ask(&anna, "GET", "/api/v1/customers?limit=0", NULL, NULL), 400);
	assert_int_equal(ask(&anna, "GET", "/api/v1/customers?after=x", NULL, NULL), 400);
	assert_int_equal(ask(&anna, "GET", "/api/v1/conversations?from=yesterday", NULL,
						 NULL),
		400);
	assert_int_equal(ask(&anna, "GET", "/api/v1/customers/0", NULL, NULL), 404);
	assert_int_equal(ask(&anna, "GET", "/api/v1/customers/99999999999999999999", NULL,
						 NULL),
		404);
}

static int
call_event(const struct client *c, const char *event, const char *more,
	struct answer *out)
{
	char body[300];

	snprintf(body, sizeof(body),
		"{\"call_id\":\"c-1\",\"event\":\"%s\",\"direction\":\"in\","
		"\"from\":\"13800138000\",\"to\":\"95500\"%s}",
		event, more);
	return ask(c, "POST", "/api/v1/calls", body, out);
}

static void
events_of_a_call_come_in_any_order_and_count_once(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	struct answer a;
	char call[24];
	char path[60];

	assert_int_equal(call_event(&anna, "end",
						 ",\"result\":\"completed\",\"talk_ms\":5000", &a),
		200);
	assert_string_equal(answer_text(&a, "call.result"), "completed");
	assert_string_equal(answer_text(&a, "call.customer_number"), "+8613800138000");
	assert_true(str_copy(call, sizeof(call), answer_text(&a, "call.id")));
	answer_free(&a);
	assert_int_equal(call_event(&anna, "start", "", &a), 200);
	assert_string_equal(answer_text(&a, "call.id"), call);
	assert_string_equal(answer_text(&a, "call.result"), "completed");
	assert_non_null(strstr(a.body, "\"duplicate\":false"));
	answer_free(&a);
	assert_int_equal(call_event(&anna, "start", "", &a), 200);
	assert_non_null(strstr(a.body, "\"duplicate\":true"));
	answer_free(&a);
	snprintf(path, sizeof(path), "/api/v1/calls/%s/outcome", call);
	assert_int_equal(ask(&anna, "POST", path,
						 "{\"outcome\":\"callback\",\"note\":\"at 5\"}", &a),
		200);
	assert_string_equal(answer_text(&a, "call.outcome"), "callback");
	answer_free(&a);
	assert_int_equal(ask(&anna, "POST", path, "{}", NULL), 400);
	assert_int_equal(call_event(&anna, "ring", "", &a), 400);
	assert_string_equal(answer_text(&a, "error.field"), "event");
	answer_free(&a);
}

static void
a_call_between_colleagues_is_not_kept(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	struct answer a;

	assert_int_equal(ask(&anna, "POST", "/api/v1/calls",
						 "{\"call_id\":\"c-2\",\"event\":\"start\",\"from\":\"8001\","
						 "\"to\":\"8002\"}",
						 &a),
		200);
	assert_non_null(strstr(a.body, "\"call\":null"));
	answer_free(&a);
	assert_int_equal(ask(&anna, "GET", "/api/v1/customers", NULL, &a), 200);
	assert_non_null(strstr(a.body, "\"items\":[]"));
	answer_free(&a);
}

static void
a_missed_call_is_taken_and_answered_once(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	struct client root = logged_in(*state, "root", PASSWORD);
	struct answer a;
	char path[80];
	char entries[80];

	assert_int_equal(call_event(&anna, "end", ",\"result\":\"missed\"", &a), 200);
	snprintf(path, sizeof(path), "/api/v1/conversations/%s/actions",
		answer_text(&a, "call.conversation"));
	snprintf(entries, sizeof(entries), "/api/v1/conversations/%s/entries",
		answer_text(&a, "call.conversation"));
	answer_free(&a);
	assert_int_equal(ask(&anna, "POST", path,
						 "{\"ref\":\"take-0001\",\"action\":\"take\"}", &a),
		200);
	assert_string_equal(answer_text(&a, "ref"), "take-0001");
	assert_non_null(answer_text(&a, "conversation.assignee"));
	answer_free(&a);
	assert_int_equal(ask(&root, "POST", path,
						 "{\"ref\":\"take-0002\",\"action\":\"take\"}", &a),
		409);
	answer_free(&a);
	assert_int_equal(ask(&anna, "POST", entries,
						 "{\"ref\":\"note-0001\",\"kind\":\"note\",\"text\":\"called\"}",
						 &a),
		200);
	assert_non_null(strstr(a.body, "\"duplicate\":false"));
	answer_free(&a);
	assert_int_equal(ask(&anna, "POST", entries,
						 "{\"ref\":\"note-0001\",\"kind\":\"note\",\"text\":\"called\"}",
						 &a),
		200);
	assert_non_null(strstr(a.body, "\"duplicate\":true"));
	answer_free(&a);
	assert_int_equal(ask(&anna, "POST", entries, "{\"ref\":\"x\",\"text\":\"a\"}", NULL),
		400);
	assert_int_equal(ask(&anna, "POST", path,
						 "{\"ref\":\"take-0003\",\"action\":\"assign\"}", NULL),
		400);
}

#define house_test(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(opening_a_customer_leaves_a_trace),
		house_test(another_unit_sees_nothing_of_her),
		house_test(who_edits_an_old_version_gets_the_newest),
		house_test(a_conflict_names_the_other_customer),
		house_test(an_attached_customer_is_read_under_the_other),
		house_test(wrong_input_is_named),
		house_test(events_of_a_call_come_in_any_order_and_count_once),
		house_test(a_call_between_colleagues_is_not_kept),
		house_test(a_missed_call_is_taken_and_answered_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
