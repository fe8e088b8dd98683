#include "api/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/test.h"

#define REF "01JD0000000000000000000000"

static enum err
parse(enum frame_side side, const char *text, struct frame *f)
{
	struct error e;

	return frame_parse(side, text, strlen(text), f, &e);
}

static void
refused(enum frame_side side, const char *text)
{
	struct frame f;

	if (parse(side, text, &f) == ERR_OK) {
		fail_msg("accepted: %s", text);
	}
	frame_fini(&f);
}

static void
nonsense_is_refused(void **state)
{
	(void)state;
	refused(SIDE_CONSOLE, "");
	refused(SIDE_CONSOLE, "{");
	refused(SIDE_CONSOLE, "[]");
	refused(SIDE_CONSOLE, "{}");
	refused(SIDE_CONSOLE, "{\"t\":1}");
	refused(SIDE_CONSOLE, "{\"t\":null}");
	refused(SIDE_CONSOLE, "{\"t\":\"\"}");
	refused(SIDE_CONSOLE, "{\"t\":\"sendx\"}");
	refused(SIDE_CONSOLE, "{\"t\":\"ping\",\"t\":\"ping\"}");
}

static void
each_side_has_frames_of_its_own(void **state)
{
	struct frame f;

	(void)state;
	refused(SIDE_WIDGET, "{\"t\":\"watch\",\"customers\":[]}");
	refused(SIDE_WIDGET, "{\"t\":\"act\",\"ref\":\"" REF "\"}");
	assert_int_equal(parse(SIDE_WIDGET, "{\"t\":\"ping\"}", &f), ERR_OK);
	assert_int_equal(f.type, FRAME_PING);
	frame_fini(&f);
}

static void
a_wrong_send_still_names_its_ref(void **state)
{
	struct frame f;

	(void)state;
	assert_int_equal(parse(SIDE_WIDGET, "{\"t\":\"send\",\"ref\":\"" REF "\"}", &f),
		ERR_INVALID);
	assert_string_equal(f.ref, REF);
	frame_fini(&f);
	refused(SIDE_WIDGET, "{\"t\":\"send\",\"ref\":\"short\",\"text\":\"x\"}");
	refused(SIDE_WIDGET, "{\"t\":\"send\",\"ref\":\"has a blank in it\",\"text\":\"x\"}");
	refused(SIDE_WIDGET, "{\"t\":\"send\",\"text\":\"x\"}");
}

static void
a_send_of_the_console_is_read(void **state)
{
	struct frame f;

	(void)state;
	assert_int_equal(
		parse(SIDE_CONSOLE,
			"{\"t\":\"send\",\"ref\":\"" REF
			"\",\"conversation\":\"9001\",\"kind\":\"note\",\"text\":\"您好\","
			"\"files\":[\"77\",\"78\"],\"seen_seq\":12,\"check\":true,\"new\":{}}",
			&f),
		ERR_OK);
	assert_int_equal(f.type, FRAME_SEND);
	assert_int_equal(f.send.conversation, 9001);
	assert_true(f.send.note);
	assert_string_equal(f.send.text, "您好");
	assert_int_equal(f.send.files.count, 2);
	assert_int_equal(f.send.files.items[1], 78);
	assert_int_equal(f.send.seen_seq, 12);
	assert_true(f.send.check);
	frame_fini(&f);
}

static void
what_a_send_lacks_is_found(void **state)
{
	static const char head[] = "{\"t\":\"send\",\"ref\":\"" REF "\",";
	static const char *const tails[] = {
		"\"kind\":\"message\",\"text\":\"x\"}", /* to whom? */
		"\"conversation\":\"0\",\"kind\":\"message\",\"text\":\"x\"}",
		"\"conversation\":9,\"kind\":\"message\",\"text\":\"x\"}",
		"\"conversation\":\"-9\",\"kind\":\"message\",\"text\":\"x\"}",
		"\"conversation\":\"9223372036854775808\",\"kind\":\"message\",\"text\":\"x\"}",
		"\"conversation\":\"9\",\"kind\":\"call\",\"text\":\"x\"}",
		"\"conversation\":\"9\",\"text\":\"x\"}",
		"\"conversation\":\"9\",\"kind\":\"message\"}",
		"\"conversation\":\"9\",\"kind\":\"message\",\"text\":\"\"}",
		"\"conversation\":\"9\",\"kind\":\"message\",\"text\":7}",
		"\"conversation\":\"9\",\"kind\":\"message\",\"text\":\"x\",\"files\":\"7\"}",
		"\"conversation\":\"9\",\"kind\":\"message\",\"text\":\"x\",\"files\":[7]}",
		"\"conversation\":\"9\",\"kind\":\"message\",\"text\":\"x\",\"seen_seq\":-1}",
		"\"conversation\":\"9\",\"kind\":\"message\",\"text\":\"x\",\"check\":1}",
		"\"conversation\":\"9\",\"kind\":\"message\",\"text\":\"x\",\"files\":"
		"[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]}",
	};
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", head, tails[i]);
		refused(SIDE_CONSOLE, text);
	}
}

static void
text_has_an_upper_bound(void **state)
{
	static const char head[] = "{\"t\":\"send\",\"ref\":\"" REF "\",\"text\":\"";
	char *text = malloc(FRAME_TEXT_MAX + 200);
	struct frame f;
	size_t length;

	(void)state;
	for (size_t size = FRAME_TEXT_MAX; size <= FRAME_TEXT_MAX + 1; size++) {
		length = sizeof(head) - 1;
		memcpy(text, head, length);
		memset(text + length, 'x', size);
		strcpy(text + length + size, "\"}");
		assert_int_equal(parse(SIDE_WIDGET, text, &f),
			size == FRAME_TEXT_MAX ? ERR_OK : ERR_INVALID);
		frame_fini(&f);
	}
	free(text);
}

static void
hello_of_the_console_has_defaults(void **state)
{
	struct frame f;

	(void)state;
	assert_int_equal(parse(SIDE_CONSOLE, "{\"t\":\"hello\",\"csrf\":\"c\"}", &f), ERR_OK);
	assert_int_equal(f.hello.cursor, 0);
	assert_int_equal(f.hello.views, FRAME_VIEW_MINE);
	assert_int_equal(f.hello.watch.count, 0);
	assert_int_equal(f.hello.presence.state, FRAME_ONLINE);
	frame_fini(&f);
	assert_int_equal(parse(SIDE_CONSOLE,
						 "{\"t\":\"hello\",\"csrf\":\"c\",\"cursor\":\"281474976710657\","
						 "\"views\":[\"unassigned\",\"all\"],\"watch\":[\"7001\"],"
						 "\"state\":\"away\"}",
						 &f),
		ERR_OK);
	assert_true(f.hello.cursor == 281474976710657ULL);
	assert_int_equal(f.hello.views,
		FRAME_VIEW_MINE | FRAME_VIEW_UNASSIGNED | FRAME_VIEW_ALL);
	assert_int_equal(f.hello.watch.items[0], 7001);
	assert_int_equal(f.hello.presence.state, FRAME_AWAY);
	frame_fini(&f);
	refused(SIDE_CONSOLE, "{\"t\":\"hello\"}");
	refused(SIDE_CONSOLE, "{\"t\":\"hello\",\"csrf\":\"c\",\"views\":[\"some\"]}");
	refused(SIDE_CONSOLE, "{\"t\":\"hello\",\"csrf\":\"c\",\"cursor\":\"x\"}");
	refused(SIDE_CONSOLE, "{\"t\":\"hello\",\"csrf\":\"c\",\"state\":\"asleep\"}");
	refused(SIDE_CONSOLE,
		"{\"t\":\"hello\",\"csrf\":\"c\",\"watch\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\","
		"\"7\",\"8\",\"9\"]}");
}

static void
hello_of_the_widget_may_not_know_a_number(void **state)
{
	struct frame f;

	(void)state;
	assert_int_equal(parse(SIDE_WIDGET,
						 "{\"t\":\"hello\",\"token\":\"tv_x\",\"pub\":null}", &f),
		ERR_OK);
	assert_true(f.hello.pub == -1);
	frame_fini(&f);
	assert_int_equal(parse(SIDE_WIDGET, "{\"t\":\"hello\",\"token\":\"tv_x\",\"pub\":0}",
						 &f),
		ERR_OK);
	assert_true(f.hello.pub == 0);
	frame_fini(&f);
	refused(SIDE_WIDGET, "{\"t\":\"hello\",\"token\":\"tv_x\",\"pub\":-1}");
	refused(SIDE_WIDGET, "{\"t\":\"hello\",\"pub\":0}");
}

static void
actions_have_names_and_need_a_conversation(void **state)
{
	struct frame f;

	(void)state;
	assert_int_equal(parse(SIDE_CONSOLE,
						 "{\"t\":\"act\",\"ref\":\"" REF
						 "\",\"conversation\":\"9\",\"action\":\"take\",\"version\":7}",
						 &f),
		ERR_OK);
	assert_int_equal(f.act.action, ACTION_TAKE);
	assert_int_equal(f.act.version, 7);
	frame_fini(&f);
	refused(SIDE_CONSOLE,
		"{\"t\":\"act\",\"ref\":\"" REF
		"\",\"conversation\":\"9\",\"action\":\"assign\"}");
	refused(SIDE_CONSOLE,
		"{\"t\":\"act\",\"ref\":\"" REF
		"\",\"conversation\":\"9\",\"action\":\"delete\"}");
	refused(SIDE_CONSOLE, "{\"t\":\"act\",\"ref\":\"" REF "\",\"action\":\"take\"}");
}

static void
a_range_of_the_widget_goes_either_way(void **state)
{
	struct frame f;

	(void)state;
	assert_int_equal(parse(SIDE_WIDGET, "{\"t\":\"range\",\"id\":\"r\",\"limit\":9}", &f),
		ERR_OK);
	assert_true(f.range.backwards);
	frame_fini(&f);
	assert_int_equal(parse(SIDE_WIDGET,
						 "{\"t\":\"range\",\"id\":\"r\",\"after\":0,\"limit\":9}", &f),
		ERR_OK);
	assert_false(f.range.backwards);
	frame_fini(&f);
	assert_int_equal(parse(SIDE_WIDGET, "{\"t\":\"range\",\"id\":\"r\",\"before\":6}",
						 &f),
		ERR_OK);
	assert_true(f.range.backwards);
	assert_int_equal(f.range.before, 6);
	assert_int_equal(f.range.limit, FRAME_RANGE_MAX);
	frame_fini(&f);
	refused(SIDE_WIDGET, "{\"t\":\"range\",\"id\":\"r\",\"limit\":201}");
	refused(SIDE_WIDGET, "{\"t\":\"range\",\"id\":\"\",\"limit\":20}");
	refused(SIDE_WIDGET, "{\"t\":\"range\",\"limit\":20}");
	refused(SIDE_CONSOLE, "{\"t\":\"range\",\"id\":\"r\",\"limit\":20}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(each_side_has_frames_of_its_own),
		cmocka_unit_test(a_wrong_send_still_names_its_ref),
		cmocka_unit_test(a_send_of_the_console_is_read),
		cmocka_unit_test(what_a_send_lacks_is_found),
		cmocka_unit_test(text_has_an_upper_bound),
		cmocka_unit_test(hello_of_the_console_has_defaults),
		cmocka_unit_test(hello_of_the_widget_may_not_know_a_number),
		cmocka_unit_test(actions_have_names_and_need_a_conversation),
		cmocka_unit_test(a_range_of_the_widget_goes_either_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
