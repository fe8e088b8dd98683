/* Which mail may be answered automatically: what a person wrote to us, lately, by herself. */
#include "lib/test.h"

#include <string.h>

#include "flow/mail_answerable.h"

enum { NOW = 1800000000 };

#define NOW_MS (INT64_C(1000) * NOW)
#define HOUR_MS (INT64_C(3600) * 1000)

static const char *const ours[] = {"support@broker.example", "sales@broker.example"};

struct letter {
	struct mail mail;
	struct mail_address to[1];
	struct mail_answerable asked;
};

/* One that may be answered. */
static void
good_letter(struct letter *l)
{
	*l = (struct letter){
		.mail = {.subject = "Fees",
			.from = {"Alice", "alice@x.example"},
			.reply_to = {"", ""},
			.trust = MAIL_TRUST_PROVEN,
			.nature = MAIL_PERSONAL},
		.to = {{"", "support@broker.example"}},
		.asked = {.text = "What is the fee?",
			.answering = MAILBOX_ANSWERS_PROVEN,
			.sent_at = NOW_MS - HOUR_MS,
			.received_at = NOW_MS - HOUR_MS,
			.since = NOW_MS - 48 * HOUR_MS,
			.now = NOW_MS,
			.ours = ours,
			.our_count = 2},
	};
	l->mail.to = l->to;
	l->mail.to_count = 1;
	l->asked.mail = &l->mail;
}

static void
assert_refused(const struct letter *l, const char *why)
{
	const char *got = mail_not_answerable(&l->asked);

	assert_non_null(got);
	assert_string_equal(got, why);
}

static void
what_a_person_asks_us_may_be_answered(void **state)
{
	struct letter l;

	(void)state;
	good_letter(&l);
	assert_null(mail_not_answerable(&l.asked));
	l.to[0].address = "sales+token@broker.example";
	assert_null(mail_not_answerable(&l.asked));
	l.asked.sent_at = 0;
	l.asked.received_at = 0;
	assert_null(mail_not_answerable(&l.asked));
}

static void
nothing_is_answered_unless_the_mailbox_says_so(void **state)
{
	struct letter l;

	(void)state;
	good_letter(&l);
	l.asked.answering = MAILBOX_ANSWERS_NOBODY;
	assert_refused(&l, "off");
}

static void
machines_are_not_answered(void **state)
{
	struct letter l;

	(void)state;
	for (int nature = MAIL_AUTOMATIC; nature <= MAIL_LOOP; nature++) {
		good_letter(&l);
		l.mail.nature = (enum mail_nature)nature;
		assert_refused(&l, "machine");
	}
}

static void
strangers_only_where_it_was_chosen_and_forgers_never(void **state)
{
	struct letter l;

	(void)state;
	good_letter(&l);
	l.mail.trust = MAIL_TRUST_NONE;
	assert_refused(&l, "unproven");
	l.asked.answering = MAILBOX_ANSWERS_ALL;
	assert_null(mail_not_answerable(&l.asked));
	l.mail.trust = MAIL_TRUST_FAILED;
	assert_refused(&l, "forged");
}

static void
senders_who_do_not_read_are_not_answered(void **state)
{
	static const char *const mute[] = {"no-reply@x.example", "noreply+1@x.example",
		"shop-noreply@x.example", "list-request@x.example", "owner-list@x.example",
		"mailer-daemon@x.example", "alerts@x.example", "sales@broker.example",
		"support+token@broker.example", "", "nobody"};
	static const char *const people[] = {"alertson@x.example", "norma@x.example",
		"bounceback@x.example", "groot@x.example", "salesman@broker.example"};
	struct letter l;

	(void)state;
	for (size_t i = 0; i < sizeof(mute) / sizeof(mute[0]); i++) {
		good_letter(&l);
		l.mail.from.address = mute[i];
		assert_refused(&l, "sender");
	}
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		good_letter(&l);
		l.mail.from.address = people[i];
		assert_null(mail_not_answerable(&l.asked));
	}
}

static void
who_wants_the_answer_elsewhere_gets_it_from_a_person(void **state)
{
	struct letter l;

	(void)state;
	good_letter(&l);
	l.mail.reply_to.address = "other@y.example";
	assert_refused(&l, "reply_to");
}

static void
mail_that_does_not_name_us_is_not_answered(void **state)
{
	struct letter l;

	(void)state;
	good_letter(&l);
	l.to[0].address = "undisclosed@x.example";
	assert_refused(&l, "recipient");
	l.mail.to_count = 0;
	assert_refused(&l, "recipient");
	l.to[0].address = "support@broker.example";
	l.mail.cc = l.to;
	l.mail.cc_count = 1;
	assert_null(mail_not_answerable(&l.asked));
}

static void
old_mail_is_not_answered(void **state)
{
	struct letter l;

	(void)state;
	good_letter(&l);
	l.asked.sent_at = NOW_MS - 25 * HOUR_MS;
	assert_refused(&l, "old");
	good_letter(&l);
	l.asked.received_at = NOW_MS - 25 * HOUR_MS;
	assert_refused(&l, "old");
	good_letter(&l);
	l.asked.since = NOW_MS - HOUR_MS / 2;
	assert_refused(&l, "old");
	/* Dates of mail have whole seconds. */
	l.asked.since = l.asked.sent_at + 999;
	assert_null(mail_not_answerable(&l.asked));
}

static void
a_long_letter_is_left_to_a_person(void **state)
{
	char text[MAIL_QUESTION_MAX + 2];
	struct letter l;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	good_letter(&l);
	l.asked.text = text;
	assert_refused(&l, "long");
	text[MAIL_QUESTION_MAX] = '\0';
	assert_null(mail_not_answerable(&l.asked));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_person_asks_us_may_be_answered),
		cmocka_unit_test(nothing_is_answered_unless_the_mailbox_says_so),
		cmocka_unit_test(machines_are_not_answered),
		cmocka_unit_test(strangers_only_where_it_was_chosen_and_forgers_never),
		cmocka_unit_test(senders_who_do_not_read_are_not_answered),
		cmocka_unit_test(who_wants_the_answer_elsewhere_gets_it_from_a_person),
		cmocka_unit_test(mail_that_does_not_name_us_is_not_answered),
		cmocka_unit_test(old_mail_is_not_answered),
		cmocka_unit_test(a_long_letter_is_left_to_a_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
