/* The dialogue with a mail server, fed with what servers say. The lines are those of Dovecot 2.3
 * and of large Chinese providers; C: is checked, S: is fed. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "channels/email/imap.h"
#include "channels/email/imap_text.h"

#define SINCE 1795305600000 /* 2026-11-22T00:00:00Z */
#define SELECTED \
	"* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 77] UIDs valid\r\n" \
	"* OK [UIDNEXT 9] Predicted next UID\r\nt2 OK [READ-ONLY] Examine completed.\r\n"

struct talk {
	struct imap *imap;
	struct imap_event event;
	int64_t now;
};

static struct talk
begin(uint32_t uidvalidity, uint32_t uid)
{
	struct imap_conf conf = {
		.folder = "INBOX",
		.since = SINCE,
		.uidvalidity = uidvalidity,
		.uid = uid,
		.mail_max = 1000,
	};
	struct talk t = {.now = 5000};

	t.imap = imap_create(&conf, t.now);
	return t;
}

/* What we say next, whole. */
static void
client(struct talk *t, const char *expected)
{
	struct slice out = imap_output(t->imap);
	char said[1000] = "";

	assert_true(out.length < sizeof(said));
	if (out.length > 0) {
		memcpy(said, out.data, out.length);
	}
	said[out.length] = '\0';
	assert_string_equal(said, expected);
	imap_sent(t->imap, out.length);
}

static void
server(struct talk *t, const char *text)
{
	imap_receive(t->imap, text, strlen(text), t->now);
}

static void
event(struct talk *t, enum imap_event_kind kind)
{
	free(t->event.bytes);
	imap_next(t->imap, &t->event);
	assert_int_equal(t->event.kind, kind);
}

static void
end_talk(struct talk *t)
{
	event(t, IMAP_NOTHING);
	free(t->event.bytes);
	imap_destroy(t->imap);
}

static struct talk
opened(uint32_t uidvalidity, uint32_t uid)
{
	struct talk t = begin(uidvalidity, uid);

	client(&t, "t1 CAPABILITY\r\n");
	server(&t, "* CAPABILITY IMAP4rev1 IDLE LITERAL+\r\nt1 OK Done.\r\n");
	client(&t, "t2 EXAMINE \"INBOX\"\r\n");
	server(&t, SELECTED);
	event(&t, IMAP_OPENED);
	assert_true(t.event.idle);
	return t;
}

/* A mail of five bytes under UID 8 is on its way. */
static struct talk
fetching(void)
{
	struct talk t = opened(0, 0);

	client(&t, "t3 UID SEARCH UID 1:* SINCE 21-Nov-2026\r\n");
	server(&t, "* SEARCH 8\r\nt3 OK Search completed.\r\n");
	client(&t, "t4 UID FETCH 8 (UID INTERNALDATE RFC822.SIZE)\r\n");
	server(&t,
		"* 2 FETCH (UID 8 RFC822.SIZE 5 INTERNALDATE \"22-Nov-2026 09:00:00 +0800\")\r\n"
		"t4 OK Fetch completed.\r\n");
	client(&t, "t5 UID FETCH 8 (UID BODY.PEEK[])\r\n");
	return t;
}

static void
asleep(struct talk *t, const char *tag)
{
	char text[40];

	snprintf(text, sizeof(text), "%s IDLE\r\n", tag);
	client(t, text);
	server(t, "+ idling\r\n");
}

static void
a_mail_is_handed_out_and_the_next_only_after_it_was_put_away(void **state)
{
	struct talk t = fetching();

	(void)state;
	server(&t, "* 2 FETCH (UID 8 BODY[] {5}\r\nHello)\r\nt5 OK Fetch completed.\r\n");
	event(&t, IMAP_MAIL);
	assert_int_equal(t.event.uidvalidity, 77);
	assert_int_equal(t.event.uid, 8);
	assert_int_equal(t.event.length, 5);
	assert_memory_equal(t.event.bytes, "Hello", 5);
	assert_int_equal(t.event.received_at, SINCE + 3600 * 1000);
	assert_true(t.event.backlog);
	client(&t, "");
	imap_go_on(t.imap, t.now);
	client(&t, "t6 UID SEARCH UID 9:* SINCE 21-Nov-2026\r\n");
	server(&t,
		"* SEARCH 8\r\nt6 OK Search completed.\r\n"); /* "9:*" is the last one, too */
	event(&t, IMAP_CAUGHT_UP);
	assert_int_equal(t.event.uid, 8);
	asleep(&t, "t7");
	end_talk(&t);
}

static void
what_a_mail_contains_is_never_an_answer(void **state)
{
	static const char mail[] =
		")\r\nt5 OK done\r\n* BYE\r\n* 9 FETCH (UID 9 BODY[] {2}\r\nno)\r\n";
	struct talk t = fetching();
	char head[80];

	(void)state;
	snprintf(head, sizeof(head), "* 2 FETCH (UID 8 BODY[] {%zu}\r\n", strlen(mail));
	server(&t, head);
	server(&t, mail);
	event(&t, IMAP_NOTHING);
	server(&t, ")\r\nt5 OK Fetch completed.\r\n");
	event(&t, IMAP_MAIL);
	assert_int_equal(t.event.length, strlen(mail));
	assert_memory_equal(t.event.bytes, mail, strlen(mail));
	end_talk(&t);
}

static void
a_dialogue_may_come_byte_by_byte(void **state)
{
	static const char said[] = "* 2 FETCH (FLAGS (\\Seen) BODY[] {5}\r\nHello UID 8)\r\n"
							   "t5 OK Fetch completed.\r\n";
	struct talk t = fetching();

	(void)state;
	for (size_t i = 0; i < strlen(said); i++) {
		imap_receive(t.imap, said + i, 1, t.now);
	}
	event(&t, IMAP_MAIL);
	assert_memory_equal(t.event.bytes, "Hello", 5);
	end_talk(&t);
}

static void
a_short_mail_may_come_quoted(void **state)
{
	struct talk t = fetching();

	(void)state;
	server(&t, "* 2 FETCH (UID 8 BODY[] \"A\\\"b {9}\")\r\nt5 OK Fetch completed.\r\n");
	event(&t, IMAP_MAIL);
	assert_int_equal(t.event.length, 7);
	assert_memory_equal(t.event.bytes, "A\"b {9}", 7);
	end_talk(&t);
}

static void
of_a_mail_that_is_too_large_the_head_is_fetched(void **state)
{
	struct talk t = opened(77, 7);

	(void)state;
	client(&t, "t3 UID SEARCH UID 8:* SINCE 21-Nov-2026\r\n");
	server(&t, "* SEARCH 8\r\nt3 OK\r\n");
	client(&t, "t4 UID FETCH 8 (UID INTERNALDATE RFC822.SIZE)\r\n");
	server(&t,
		"* 2 FETCH (UID 8 INTERNALDATE \"22-Nov-2026 01:00:00 +0000\" "
		"RFC822.SIZE 31457280)\r\nt4 OK\r\n");
	client(&t, "t5 UID FETCH 8 (UID BODY.PEEK[HEADER])\r\n");
	server(&t, "* 2 FETCH (UID 8 BODY[HEADER] {8}\r\nTo: me\r\n)\r\nt5 OK\r\n");
	event(&t, IMAP_MAIL);
	assert_true(t.event.head_only);
	assert_int_equal(t.event.size, 31457280);
	assert_memory_equal(t.event.bytes, "To: me\r\n", 8);
	assert_false(t.event.backlog);
	end_talk(&t);
}

static void
a_mail_that_is_larger_than_announced_takes_no_more_memory(void **state)
{
	static char filling[2000];
	struct talk t = fetching();

	(void)state;
	memset(filling, 'x', sizeof(filling));
	server(&t, "* 2 FETCH (UID 8 BODY[] {2000}\r\n");
	imap_receive(t.imap, filling, sizeof(filling), t.now);
	server(&t, ")\r\nt5 OK\r\n");
	client(&t, "t6 UID FETCH 8 (UID BODY.PEEK[HEADER])\r\n");
	server(&t, "* 2 FETCH (UID 8 BODY[HEADER] {2}\r\n\r\n)\r\nt6 OK\r\n");
	event(&t, IMAP_MAIL);
	assert_true(t.event.head_only);
	assert_int_equal(t.event.size, 2000);
	end_talk(&t);
}

static void
mail_from_before_the_chosen_instant_is_passed_by(void **state)
{
	struct talk t = opened(0, 0);

	(void)state;
	client(&t, "t3 UID SEARCH UID 1:* SINCE 21-Nov-2026\r\n");
	server(&t, "* SEARCH 9 4\r\nt3 OK\r\n");
	client(&t, "t4 UID FETCH 4,9 (UID INTERNALDATE RFC822.SIZE)\r\n");
	server(&t,
		"* 1 FETCH (UID 4 INTERNALDATE \"21-Nov-2026 23:59:59 +0000\" RFC822.SIZE 9)\r\n"
		"* 2 FETCH (UID 9 INTERNALDATE \" 1-Dec-2026 00:00:00 -0800\" RFC822.SIZE 9)\r\n"
		"t4 OK\r\n");
	client(&t, "t5 UID FETCH 9 (UID BODY.PEEK[])\r\n");
	end_talk(&t);
}

static void
a_mail_that_somebody_moved_away_meanwhile_is_no_error(void **state)
{
	struct talk t = fetching();

	(void)state;
	server(&t, "* 2 EXPUNGE\r\nt5 OK\r\n");
	client(&t, "t6 UID SEARCH UID 9:* SINCE 21-Nov-2026\r\n");
	end_talk(&t);
}

static void
new_numbers_of_the_folder_begin_it_anew(void **state)
{
	struct talk t = opened(76, 500);

	(void)state;
	client(&t, "t3 UID SEARCH UID 1:* SINCE 21-Nov-2026\r\n");
	server(&t, "* SEARCH\r\nt3 OK\r\n");
	event(&t, IMAP_CAUGHT_UP);
	assert_int_equal(t.event.uidvalidity, 77);
	assert_int_equal(t.event.uid, 0);
	asleep(&t, "t4");
	end_talk(&t);
}

static void
idle_ends_when_there_is_mail_and_is_renewed_when_there_is_none(void **state)
{
	struct talk t = opened(77, 8);

	(void)state;
	client(&t, "t3 UID SEARCH UID 9:* SINCE 21-Nov-2026\r\n");
	server(&t, "* SEARCH 8\r\nt3 OK\r\n");
	event(&t, IMAP_CAUGHT_UP);
	asleep(&t, "t4");
	assert_true(imap_deadline(t.imap) - t.now < 29 * 60 * 1000);
	server(&t, "* OK Still here\r\n");
	client(&t, "");
	server(&t, "* 3 EXISTS\r\n* 1 RECENT\r\n");
	client(&t, "DONE\r\n");
	server(&t, "t4 OK Idle completed.\r\n");
	client(&t, "t5 UID SEARCH UID 9:* SINCE 21-Nov-2026\r\n");
	server(&t, "* SEARCH 8\r\nt5 OK\r\n");
	asleep(&t, "t6");
	t.now = imap_deadline(t.imap);
	imap_tick(t.imap, t.now);
	client(&t, "DONE\r\n");
	server(&t, "t6 OK Idle completed.\r\n");
	client(&t, "t7 UID SEARCH UID 9:* SINCE 21-Nov-2026\r\n");
	end_talk(&t);
}

static void
mail_that_comes_while_idle_begins_is_not_overlooked(void **state)
{
	struct talk t = opened(77, 8);

	(void)state;
	imap_sent(t.imap, imap_output(t.imap).length);
	server(&t, "* SEARCH\r\nt3 OK\r\n");
	event(&t, IMAP_CAUGHT_UP);
	client(&t, "t4 IDLE\r\n");
	server(&t, "* 3 EXISTS\r\n+ idling\r\n");
	client(&t, "DONE\r\n");
	end_talk(&t);
}

static void
where_there_is_no_idle_it_asks_every_minute(void **state)
{
	struct talk t = begin(77, 8);

	(void)state;
	client(&t, "t1 CAPABILITY\r\n");
	server(&t, "* CAPABILITY IMAP4rev1 ID UIDPLUS X-CM-EXT-1\r\nt1 OK\r\n");
	client(&t, "t2 ID (\"name\" \"Trunkline\" \"vendor\" \"Trunkline\")\r\n");
	server(&t, "* ID NIL\r\nt2 OK\r\n");
	client(&t, "t3 EXAMINE \"INBOX\"\r\n");
	server(&t, "* 0 EXISTS\r\n* OK [UIDVALIDITY 77]\r\nt3 OK\r\n");
	event(&t, IMAP_OPENED);
	assert_false(t.event.idle);
	event(&t, IMAP_CAUGHT_UP);
	t.now = imap_deadline(t.imap);
	imap_tick(t.imap, t.now);
	client(&t, "t4 NOOP\r\n");
	server(&t, "* 1 EXISTS\r\nt4 OK\r\n");
	client(&t, "t5 UID SEARCH UID 9:* SINCE 21-Nov-2026\r\n");
	end_talk(&t);
}

static void
a_folder_that_is_refused_is_told_in_the_servers_words(void **state)
{
	struct talk t = begin(0, 0);

	(void)state;
	client(&t, "t1 CAPABILITY\r\n");
	server(&t, "* CAPABILITY IMAP4rev1\r\nt1 OK\r\n");
	client(&t, "t2 EXAMINE \"INBOX\"\r\n");
	server(&t,
		"t2 NO EXAMINE Unsafe Login. Please contact kefu@188.com for help {3}\r\n");
	event(&t, IMAP_REFUSED);
	assert_string_equal(t.event.words,
		"EXAMINE Unsafe Login. Please contact kefu@188.com for help {3}");
	end_talk(&t);
}

static void
silence_amid_a_command_and_goodbye_end_it(void **state)
{
	struct talk t = fetching();

	(void)state;
	imap_tick(t.imap, t.now + 1000);
	event(&t, IMAP_NOTHING);
	imap_tick(t.imap, t.now + IMAP_COMMAND_MS);
	event(&t, IMAP_ENDED);
	assert_int_equal(imap_fetching(t.imap), 8);
	end_talk(&t);
	t = fetching();
	server(&t, "* BYE Server \x1b[31m shutting down.\r\n");
	event(&t, IMAP_ENDED);
	assert_string_equal(t.event.words, "Server  [31m shutting down.");
	end_talk(&t);
}

static void
a_hopeless_mail_is_handed_out_without_its_bytes(void **state)
{
	struct imap_conf conf = {.folder = "INBOX",
		.uid = 7,
		.uidvalidity = 77,
		.mail_max = 1000,
		.hopeless = 8};
	struct talk t = {.imap = imap_create(&conf, 0)};

	(void)state;
	server(&t, "t1 OK\r\n" SELECTED "* SEARCH 8 9\r\nt3 OK\r\n");
	event(&t, IMAP_OPENED);
	server(&t, "* 1 FETCH (UID 8 RFC822.SIZE 5)\r\n* 2 FETCH (UID 9)\r\nt4 OK\r\n");
	event(&t, IMAP_MAIL);
	assert_int_equal(t.event.length, 0);
	imap_sent(t.imap, imap_output(t.imap).length);
	imap_go_on(t.imap, 0);
	client(&t, "t5 UID FETCH 9 (UID BODY.PEEK[])\r\n");
	end_talk(&t);
}

static void
a_line_without_end_and_too_many_parts_end_it(void **state)
{
	static char filling[20000];
	struct talk t = begin(0, 0);

	(void)state;
	memset(filling, 'x', sizeof(filling));
	server(&t, "* OK ");
	imap_receive(t.imap, filling, sizeof(filling), t.now);
	event(&t, IMAP_ENDED);
	end_talk(&t);
	t = begin(0, 0);
	for (int i = 0; i < 20; i++) {
		server(&t, "* LIST {1}\r\nx");
	}
	event(&t, IMAP_ENDED);
	end_talk(&t);
}

static void
of_a_long_search_the_lowest_are_taken(void **state)
{
	struct talk t = opened(0, 0);
	char number[12];
	struct slice out;

	(void)state;
	imap_sent(t.imap, imap_output(t.imap).length);
	server(&t, "* SEARCH");
	for (int i = 50000; i > 0; i--) {
		snprintf(number, sizeof(number), " %d", i);
		server(&t, number);
	}
	server(&t, "\r\nt3 OK\r\n");
	out = imap_output(t.imap);
	assert_memory_equal(out.data, "t4 UID FETCH 1,2,3,4,5,6,", 25);
	assert_non_null(strstr(out.data, ",99,100 (UID"));
	end_talk(&t);
}

static void
folders_are_written_in_modified_utf7(void **state)
{
	struct arena *a = arena_create();

	(void)state;
	assert_string_equal(imap_folder("INBOX", a), "\"INBOX\"");
	assert_string_equal(imap_folder("A&B \"c\\", a), "\"A&-B \\\"c\\\\\"");
	/* The examples of RFC 3501 and a Chinese one. */
	assert_string_equal(imap_folder("~peter/mail/台北/日本語", a),
		"\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"");
	assert_string_equal(imap_folder("客户来信", a), "\"&W6JiN2dlT+E-\"");
	assert_string_equal(imap_folder("😀", a), "\"&2D3eAA-\"");
	assert_null(imap_folder("\xff", a));
	arena_destroy(a);
}

static void
dates_are_read_in_every_zone(void **state)
{
	char day[IMAP_DAY_SIZE];
	int64_t ms = 0;

	(void)state;
	assert_true(imap_date_parse("22-Nov-2026 08:00:00 +0800", &ms));
	assert_int_equal(ms, SINCE);
	assert_true(imap_date_parse(" 2-Nov-2026 00:00:00 +0000", &ms));
	assert_int_equal(ms, SINCE - 20LL * 24 * 3600 * 1000);
	assert_false(imap_date_parse("22-Foo-2026 08:00:00 +0800", &ms));
	assert_false(imap_date_parse("", &ms));
	imap_day(SINCE, day);
	assert_string_equal(day, "22-Nov-2026");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_is_handed_out_and_the_next_only_after_it_was_put_away),
		cmocka_unit_test(what_a_mail_contains_is_never_an_answer),
		cmocka_unit_test(a_dialogue_may_come_byte_by_byte),
		cmocka_unit_test(a_short_mail_may_come_quoted),
		cmocka_unit_test(of_a_mail_that_is_too_large_the_head_is_fetched),
		cmocka_unit_test(a_mail_that_is_larger_than_announced_takes_no_more_memory),
		cmocka_unit_test(mail_from_before_the_chosen_instant_is_passed_by),
		cmocka_unit_test(a_mail_that_somebody_moved_away_meanwhile_is_no_error),
		cmocka_unit_test(new_numbers_of_the_folder_begin_it_anew),
		cmocka_unit_test(idle_ends_when_there_is_mail_and_is_renewed_when_there_is_none),
		cmocka_unit_test(mail_that_comes_while_idle_begins_is_not_overlooked),
		cmocka_unit_test(where_there_is_no_idle_it_asks_every_minute),
		cmocka_unit_test(a_folder_that_is_refused_is_told_in_the_servers_words),
		cmocka_unit_test(silence_amid_a_command_and_goodbye_end_it),
		cmocka_unit_test(a_hopeless_mail_is_handed_out_without_its_bytes),
		cmocka_unit_test(a_line_without_end_and_too_many_parts_end_it),
		cmocka_unit_test(of_a_long_search_the_lowest_are_taken),
		cmocka_unit_test(folders_are_written_in_modified_utf7),
		cmocka_unit_test(dates_are_read_in_every_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
