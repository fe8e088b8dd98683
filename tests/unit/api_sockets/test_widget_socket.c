#include "unit/api_sockets/talk.h"

#define UNASSIGNED ",\"views\":[\"unassigned\"]"

enum { MANY = 120 };

struct stage {
	struct house *house;
	struct client anna;
	struct client root;
	char token[64];
};

static int
setup_with(void **state, const char *const *settings)
{
	struct stage *s = calloc(1, sizeof(*s));

	s->house = house_open("127.0.0.1", settings);
	s->anna = logged_in(s->house, "anna", PASSWORD);
	s->root = logged_in(s->house, "root", PASSWORD);
	visitor_token(s->house, s->token);
	*state = s;
	return 0;
}

static int
setup(void **state)
{
	static const char *const settings[] = {"security.frames_per_second=0",
		"security.send_per_minute=0", NULL};

	return setup_with(state, settings);
}

static int
setup_strict(void **state)
{
	static const char *const settings[] = {"security.frames_per_second=5",
		"security.send_per_minute=3", NULL};

	return setup_with(state, settings);
}

static int
teardown(void **state)
{
	struct stage *s = *state;

	house_close(s->house);
	free(s);
	return 0;
}

static const char *
text_of(const struct json *entry)
{
	return json_string(json_get(entry, "body"), "text");
}

static void
only_pages_of_the_channel_may_show_her_thread(void **state)
{
	struct stage *s = *state;
	struct talk t = talk_connect(s->house, "/ws/widget",
		"Sec-WebSocket-Protocol: trunkline.v1\r\nOrigin: https://evil.example\r\n");

	assert_true(t.open); /* the channel is known with the token only */
	say(&t, "{\"t\":\"hello\",\"token\":\"%s\",\"pub\":null}", s->token);
	assert_true(hear_any(&t));
	assert_true(heard_is(&t, "bye"));
	hears_the_end(&t);
	talk_close(&t);
	/* No origin is no browser: apps have such clients, a web chat has none. */
	t = talk_connect(s->house, "/ws/widget", "Sec-WebSocket-Protocol: trunkline.v1\r\n");
	assert_true(t.open);
	say(&t, "{\"t\":\"hello\",\"token\":\"%s\",\"pub\":null}", s->token);
	assert_true(hear_any(&t));
	assert_true(heard_is(&t, "bye"));
	hears_the_end(&t);
	talk_close(&t);
}

static void
a_wrong_token_is_refused(void **state)
{
	struct stage *s = *state;
	struct talk t = talk_connect(s->house, "/ws/widget", WIDGET_HEADERS);

	say(&t, "{\"t\":\"hello\",\"token\":\"tv_wrong\",\"pub\":null}");
	assert_string_equal(json_string(hear(&t, "bye"), "code"), "revoked");
	hears_the_end(&t);
	talk_close(&t);
}

static void
notes_and_assignments_leave_no_gap(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct talk widget = widget_hello_at(s->house, s->token, "null");
	struct thread th;
	const struct json *entry;

	widget_says(&widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	hear(&widget, "entry");
	console_acts(&anna, &th, "take");
	console_writes(&anna, &th, "note", "internal");
	console_writes(&anna, &th, "message", "answer");
	entry = json_get(hear(&widget, "entry"), "entry");
	assert_int_equal(number_in(entry, "pub"), 2);
	assert_string_equal(text_of(entry), "answer");
	assert_string_equal(json_string(json_get(entry, "author"), "name"), "anna");
	assert_null(json_get(entry, "seq"));
	assert_null(json_get(entry, "conversation"));
	assert_null(json_get(entry, "ref"));
	assert_null(json_get(json_get(entry, "author"), "id"));
	hears_no(&widget, "entry");
	talk_close(&widget);
	talk_close(&anna);
}

static void
all_her_windows_show_the_first_message(void **state)
{
	struct stage *s = *state;
	struct talk one = widget_hello_at(s->house, s->token, "null");
	struct talk two = widget_hello_at(s->house, s->token, "null");

	assert_int_equal(number_in(one.heard, "pub"), 0);
	widget_says(&one, "hello");
	assert_string_equal(text_of(json_get(hear(&two, "entry"), "entry")), "hello");
	widget_says(&two, "again");
	hear(&one, "entry");
	assert_string_equal(text_of(json_get(hear(&one, "entry"), "entry")), "again");
	talk_close(&one);
	talk_close(&two);
}

static void
after_a_reload_she_gets_what_she_misses(void **state)
{
	struct stage *s = *state;
	struct talk t = widget_hello_at(s->house, s->token, "null");

	widget_says(&t, "one");
	widget_says(&t, "two");
	widget_says(&t, "three");
	talk_close(&t);
	t = widget_hello_at(s->house, s->token, "1");
	assert_int_equal(number_in(t.heard, "pub"), 3);
	assert_false(flag_in(t.heard, "more"));
	assert_string_equal(text_of(json_get(hear(&t, "entry"), "entry")), "two");
	assert_string_equal(text_of(json_get(hear(&t, "entry"), "entry")), "three");
	hears_no(&t, "entry");
	talk_close(&t);
	t = widget_hello_at(s->house, s->token, "3");
	hears_no(&t, "entry");
	talk_close(&t);
}

static void
of_a_long_thread_the_newest_page_comes_first(void **state)
{
	struct stage *s = *state;
	struct talk t = widget_hello_at(s->house, s->token, "null");
	const struct json *entries;

	for (int i = 0; i < MANY; i++) {
		widget_says(&t, "x");
	}
	talk_close(&t);
	t = widget_hello_at(s->house, s->token, "null");
	assert_true(flag_in(t.heard, "more"));
	assert_int_equal(number_in(json_get(hear(&t, "entry"), "entry"), "pub"), MANY - 49);
	say(&t, "{\"t\":\"range\",\"id\":\"r\",\"before\":%d,\"limit\":50}", MANY - 49);
	entries = json_get(hear(&t, "range"), "entries");
	assert_int_equal(json_length(entries), 50);
	assert_int_equal(number_in(json_at(entries, 49), "pub"), MANY - 50);
	assert_true(flag_in(t.heard, "more"));
	say(&t, "{\"t\":\"range\",\"id\":\"r\",\"before\":21,\"limit\":50}");
	assert_int_equal(json_length(json_get(hear(&t, "range"), "entries")), 20);
	assert_false(flag_in(t.heard, "more"));
	talk_close(&t);
	t = widget_hello_at(s->house, s->token, "10");
	for (int pub = 11; pub <= MANY; pub++) {
		assert_int_equal(number_in(json_get(hear(&t, "entry"), "entry"), "pub"), pub);
	}
	talk_close(&t);
}

static void
large_entries_come_as_fast_as_she_reads(void **state)
{
	enum { LARGE = 100, TEXT = 19000 };
	struct stage *s = *state;
	struct talk t = widget_hello_at(s->house, s->token, "null");
	char *text = malloc(TEXT + 1);

	memset(text, 'x', TEXT);
	text[TEXT] = '\0';
	for (int i = 0; i < LARGE; i++) {
		widget_says(&t, text);
	}
	free(text);
	talk_close(&t);
	t = widget_hello_at(s->house, s->token, "1"); /* more than net queues at once */
	for (int pub = 2; pub <= LARGE; pub++) {
		assert_int_equal(number_in(json_get(hear(&t, "entry"), "entry"), "pub"), pub);
	}
	assert_int_equal(widget_says(&t, "still here"), LARGE + 1);
	talk_close(&t);
}

static void
she_is_told_whether_somebody_is_there(void **state)
{
	struct stage *s = *state;
	struct talk widget = widget_hello_at(s->house, s->token, "null");
	struct talk anna;

	assert_false(flag_in(widget.heard, "online"));
	anna = console_hello_with(&s->anna, "");
	assert_true(flag_in(hear(&widget, "online"), "online"));
	say(&anna, "{\"t\":\"presence\",\"state\":\"away\"}");
	assert_false(flag_in(hear(&widget, "online"), "online"));
	talk_close(&anna);
	talk_close(&widget);
}

static void
her_marks_come_to_who_looks_and_stay(void **state)
{
	struct stage *s = *state;
	struct talk anna = console_hello_with(&s->anna, UNASSIGNED);
	struct talk widget = widget_hello_at(s->house, s->token, "null");
	struct thread th;

	widget_says(&widget, "hello");
	th = thread_of(hear_entry(&anna, "message"));
	console_watches(&anna, &th);
	hear(&anna, "viewers");
	console_writes(&anna, &th, "message", "answer");
	hear(&widget, "entry");
	say(&widget, "{\"t\":\"mark\",\"delivered\":900,\"seen\":2}");
	hear(&anna, "mark");
	assert_string_equal(json_string(anna.heard, "party"), "customer");
	assert_int_equal(number_in(anna.heard, "delivered"), 2); /* what there is */
	assert_int_equal(number_in(anna.heard, "seen"), 2);
	talk_close(&widget);
	widget = widget_hello_at(s->house, s->token, "2");
	assert_int_equal(number_in(json_get(widget.heard, "own"), "seen"), 2);
	talk_close(&widget);
	talk_close(&anna);
}

static void
who_writes_too_much_is_asked_to_wait(void **state)
{
	struct stage *s = *state;
	struct talk t = widget_hello_at(s->house, s->token, "null");

	for (int i = 0; i < 4; i++) {
		say(&t, "{\"t\":\"send\",\"ref\":\"01JD000000000000000000000%d\",\"text\":\"x\"}",
			i);
	}
	hear(&t, "nack");
	assert_string_equal(json_string(t.heard, "code"), "busy");
	assert_true(number_in(t.heard, "retry_ms") > 0);
	talk_close(&t);
}

/* Twenty frames at five a second take longer, but none is lost. */
static void
who_is_too_fast_is_read_more_slowly(void **state)
{
	struct stage *s = *state;
	struct talk t = widget_hello_at(s->house, s->token, "null");

	for (int i = 0; i < 20; i++) {
		say(&t, "{\"t\":\"ping\"}");
	}
	for (int i = 0; i < 20; i++) {
		hear(&t, "pong");
	}
	talk_close(&t);
}

static void
a_log_out_ends_her_windows(void **state)
{
	struct stage *s = *state;
	struct talk t = widget_hello_at(s->house, s->token, "null");
	struct client visitor = bearer(s->house, s->token);

	assert_int_equal(ask(&visitor, "DELETE", "/api/v1/widget/session", NULL, NULL), 204);
	assert_string_equal(json_string(hear(&t, "bye"), "code"), "revoked");
	hears_the_end(&t);
	talk_close(&t);
}

static void
a_stop_says_good_bye(void **state)
{
	struct stage *s = *state;
	struct talk t = widget_hello_at(s->house, s->token, "null");

	widget_says(&t, "one");
	house_restart(s->house);
	assert_string_equal(json_string(hear(&t, "bye"), "code"), "stopping");
	talk_close(&t);
	t = widget_hello_at(s->house, s->token, "0");
	assert_string_equal(text_of(json_get(hear(&t, "entry"), "entry")), "one");
	talk_close(&t);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(only_pages_of_the_channel_may_show_her_thread),
		ON_STAGE(a_wrong_token_is_refused),
		ON_STAGE(notes_and_assignments_leave_no_gap),
		ON_STAGE(all_her_windows_show_the_first_message),
		ON_STAGE(after_a_reload_she_gets_what_she_misses),
		ON_STAGE(of_a_long_thread_the_newest_page_comes_first),
		ON_STAGE(large_entries_come_as_fast_as_she_reads),
		ON_STAGE(she_is_told_whether_somebody_is_there),
		ON_STAGE(her_marks_come_to_who_looks_and_stay),
		cmocka_unit_test_setup_teardown(who_writes_too_much_is_asked_to_wait,
			setup_strict, teardown),
		cmocka_unit_test_setup_teardown(who_is_too_fast_is_read_more_slowly, setup_strict,
			teardown),
		ON_STAGE(a_log_out_ends_her_windows),
		ON_STAGE(a_stop_says_good_bye),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
