/* What a mail server's answer means, and whom a mail goes to. */
#include "lib/test.h"

#include <string.h>

#include "base/arena.h"
#include "flow/mail_out.h"

static void
an_accepted_mail_is_sent(void **state)
{
	struct outbox_answer a = mail_judge(250, "250 OK id=1", "", false);

	(void)state;
	assert_int_equal(a.verdict, VERDICT_SENT);
	assert_string_equal(a.text, "250 OK id=1");
}

static void
a_refusal_is_final_and_told_in_the_servers_words(void **state)
{
	struct outbox_answer a = mail_judge(550, "550 5.1.1 nobody", "send failure", false);

	(void)state;
	assert_int_equal(a.verdict, VERDICT_REFUSED);
	assert_int_equal(a.status, 550);
	assert_string_equal(a.text, "550 5.1.1 nobody");
}

static void
what_is_put_off_is_tried_again(void **state)
{
	(void)state;
	assert_int_equal(mail_judge(451, "451 later", "x", false).verdict, VERDICT_RETRY);
	assert_int_equal(mail_judge(421, "421 busy", "x", false).verdict, VERDICT_RETRY);
}

static void
a_refused_log_in_is_nobodys_refusal_of_the_mail(void **state)
{
	(void)state;
	assert_int_equal(mail_judge(535, "535 wrong", "x", false).verdict, VERDICT_RETRY);
}

static void
a_connection_that_breaks_early_is_tried_again(void **state)
{
	struct outbox_answer a = mail_judge(354, "354 go on", "connection reset", false);

	(void)state;
	assert_int_equal(a.verdict, VERDICT_RETRY);
	assert_int_equal(a.status, 0);
	assert_string_equal(a.text, "connection reset");
}

static void
a_connection_that_breaks_at_the_end_is_left_to_a_person(void **state)
{
	struct outbox_answer a = mail_judge(0, "", "connection reset", true);

	(void)state;
	assert_int_equal(a.verdict, VERDICT_REFUSED);
	assert_non_null(strstr(a.text, "nobody knows whether it was sent"));
}

static void
each_recipient_gets_it_once(void **state)
{
	const struct mail_address to[] = {{"", "a@x.example"}, {"", "b@x.example"}};
	const struct mail_address cc[] = {{"", "a@x.example"}, {"", "c@x.example"}};
	const struct mail m = {.to = to, .to_count = 2, .cc = cc, .cc_count = 2};
	struct arena *a = arena_create();
	size_t count = 0;
	const char *const *list = mail_recipients(&m, a, &count);

	(void)state;
	assert_int_equal(count, 3);
	assert_string_equal(list[2], "c@x.example");
	assert_string_equal(mail_reply_address("desk@x.example", "t0ken", a),
		"desk+t0ken@x.example");
	arena_destroy(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_accepted_mail_is_sent),
		cmocka_unit_test(a_refusal_is_final_and_told_in_the_servers_words),
		cmocka_unit_test(what_is_put_off_is_tried_again),
		cmocka_unit_test(a_refused_log_in_is_nobodys_refusal_of_the_mail),
		cmocka_unit_test(a_connection_that_breaks_early_is_tried_again),
		cmocka_unit_test(a_connection_that_breaks_at_the_end_is_left_to_a_person),
		cmocka_unit_test(each_recipient_gets_it_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
