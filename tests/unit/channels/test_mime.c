/* Single traps of mail, each as small as it can be. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "channels/email/mime.h"

static const struct mime_reader reader = {"support@broker.example", "mx.broker.example"};

struct fixture {
	struct arena *arena;
	struct mime_mail mail;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_create();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	arena_destroy(f->arena);
	free(f);
	return 0;
}

static const struct mime_mail *
read_bytes(struct fixture *f, const void *bytes, size_t length)
{
	struct error e;

	assert_int_equal(mime_read(bytes, length, &reader, f->arena, &f->mail, &e), ERR_OK);
	return &f->mail;
}

static const struct mime_mail *
read_mail(struct fixture *f, const char *text)
{
	return read_bytes(f, text, strlen(text));
}

static void
chinese_words_that_cut_a_character_are_put_together(void **state)
{
	/* 答复 split between the two bytes of 复, one word B and one Q, and folded. */
	const struct mime_mail *m = read_mail(*state,
		"From: =?gb2312?B?1cXI/Q==?= <Zhang@QQ.com>\r\n"
		"Subject: =?gb2312?B?tPC4?=\r\n =?gb2312?Q?=B4=3A?= =?utf-8?B?5oiR?= ok\r\n"
		"\r\nhello\r\n");

	assert_string_equal(m->head.subject, "答复:我 ok");
	assert_string_equal(m->head.from.name, "张三");
	assert_string_equal(m->head.from.address, "zhang@qq.com");
}

static void
a_name_of_encoded_words_within_quotes_is_read(void **state)
{
	const struct mime_mail *m = read_mail(*state,
		"From: \"=?gb18030?B?1cUsyP0=?=\" <a@b.cn>\n"
		"To: \"Li, \\\"Lei\\\"\" <l@b.cn>, =?utf-8?B?546LLOS6lA==?= <w@b.cn>\n\nx\n");

	assert_string_equal(m->head.from.name, "张,三");
	assert_int_equal(m->head.to_count, 2);
	assert_string_equal(m->head.to[0].name, "Li, \"Lei\"");
	assert_string_equal(m->head.to[1].name, "王,五");
}

static void
text_is_read_by_what_it_is_not_by_its_label(void **state)
{
	const struct mime_mail *m = read_mail(*state,
		"From: a@b.cn\nContent-Type: text/plain; charset=big5\n\n您好，客服\n");
	assert_string_equal(m->text, "您好，客服");

	/* 您好，账户余额 in GB18030, said to be UTF-8, and unsaid. */
	static const char gb[] = "\xc4\xfa\xba\xc3\xa3\xac\xd5\xcb\xbb\xa7\xd3\xe0\xb6\xee";
	char mail[300];
	(void)snprintf(mail, sizeof(mail),
		"From: a@b.cn\nContent-Type: text/plain; charset=utf-8\n\n%s\n", gb);
	assert_string_equal(read_mail(*state, mail)->text, "您好，账户余额");
	(void)snprintf(mail, sizeof(mail), "From: a@b.cn\nSubject: %s\n\n%s\n", gb, gb);
	m = read_mail(*state, mail);
	assert_string_equal(m->text, "您好，账户余额");
	assert_string_equal(m->head.subject, "您好，账户余额");
	(void)snprintf(mail, sizeof(mail),
		"From: a@b.cn\nContent-Type: text/plain; charset=\"x-gbk\"\n"
		"Content-Transfer-Encoding: 8bit\n\n%s\n",
		gb);
	assert_string_equal(read_mail(*state, mail)->text, "您好，账户余额");
	/* Western bytes are not made Chinese. */
	m = read_mail(*state, "From: a@b.fr\n\nd\xe9j\xe0 vu, \xe0 bient\xf4t\n");
	assert_string_equal(m->text, "déjà vu, à bientôt");
}

static void
a_raw_header_is_in_the_character_set_of_the_text(void **state)
{
	/* 開戶 in Big5. */
	const struct mime_mail *m = read_mail(*state,
		"From: a@b.tw\nSubject: \xb6\x7d\xa4\xe1\n"
		"Content-Type: text/plain; charset=big5\n\n\xb6\x7d\xa4\xe1\n");

	assert_string_equal(m->head.subject, "開戶");
	assert_string_equal(m->text, "開戶");
}

static void
control_characters_never_pass(void **state)
{
	static const char mail[] = "From: a@b.cn\nSubject: a\0b\x1b[31m\n\nx\0y\x07z\n";
	const struct mime_mail *m = read_bytes(*state, mail, sizeof(mail) - 1);

	assert_string_equal(m->head.subject, "ab[31m");
	assert_string_equal(m->text, "xyz");
}

static void
a_file_name_keeps_its_language_and_loses_its_path(void **state)
{
	const struct mime_mail *m = read_mail(*state,
		"From: a@b.cn\nContent-Type: multipart/mixed; boundary=x\n\n"
		"--x\n\ntext\n"
		"--x\nContent-Type: application/pdf;\n name=\"=?gb2312?B?x6nD+y5wZGY=?=\"\n"
		"Content-Disposition: attachment\n\nAA\n"
		"--x\nContent-Type: application/pdf\nContent-Disposition: attachment;\n"
		" filename*=utf-8''%E5%AF%B9%E8%B4%A6%E5%8D%95.pdf\n\nBB\n"
		"--x\nContent-Type: image/png\n"
		"Content-Disposition: attachment; filename=\"../../etc/a:b.png\"\n\nCC\n"
		"--x\nContent-Type: image/gif\nContent-Disposition: attachment\n\nDD\n--x--\n");

	assert_int_equal(m->attachment_count, 4);
	assert_string_equal(m->attachments[0].name, "签名.pdf");
	assert_string_equal(m->attachments[1].name, "对账单.pdf");
	assert_string_equal(m->attachments[2].name, "a_b.png");
	assert_string_equal(m->attachments[3].name, "attachment-4.gif");
	assert_int_equal(m->attachments[1].length, 2);
	assert_string_equal(m->text, "text");
}

static void
a_mail_of_html_alone_is_readable(void **state)
{
	const struct mime_mail *m = read_mail(*state,
		"From: a@b.cn\nContent-Type: text/html; charset=utf-8\n\n"
		"<html><head><style>p{}</style><title>no</title></head><body>"
		"<div style='display: none'>preview</div><p>您好&nbsp;&amp; <b>hi</b></p>"
		"<ul><li>one</li><li>two</li></ul>see <a href='https://broker.example/x'>here"
		"</a><script>alert(1)</script><blockquote>old<br>words</blockquote></body>\n");

	assert_string_equal(m->text,
		"您好 & hi\n\n- one\n- two\n\nsee here (https://broker.example/x)");
	assert_string_equal(m->head.quote, "> old\n> words");
	assert_non_null(strstr(m->html, "<script>"));
}

static void
flowed_lines_are_put_together(void **state)
{
	const struct mime_mail *m = read_mail(*state,
		"From: a@b.cn\nContent-Type: text/plain; format=flowed; delsp=no\n\n"
		"one \ntwo\n> three \n> four\n five \nsix\n");

	assert_string_equal(m->text, "one two\n> three four\nfive six");
}

static void
a_boundary_that_never_closes_or_is_not_named_does_no_harm(void **state)
{
	const struct mime_mail *m = read_mail(*state,
		"From: a@b.cn\nContent-Type: multipart/mixed; boundary=outer\n\n--outer\n"
		"Content-Type: multipart/alternative; boundary=inner\n\n--inner\n\nplain\n"
		"--inner\nContent-Type: text/html\n\n<b>rich</b>\n"
		"--outer\nContent-Type: application/pdf; name=a.pdf\n\nPDF");
	assert_string_equal(m->text, "plain");
	assert_int_equal(m->attachment_count, 1);
	assert_string_equal(m->attachments[0].name, "a.pdf");

	m = read_mail(*state,
		"From: a@b.cn\nContent-Type: multipart/mixed\n\n"
		"--mark\nContent-Type: text/plain\n\nfound\n--mark--\n");
	assert_string_equal(m->text, "found");
}

static void
ids_are_read_as_programs_write_them(void **state)
{
	const struct mime_mail *m = read_mail(*state,
		"From: a@b.cn\nMessage-ID: <1@b.cn>\nIn-Reply-To: <2@b.cn> (message of Friday)\n"
		"References: <0@b.cn>\n <2@b.cn>\t<9@b.cn>,<0@b.cn>\n\nx\n");
	assert_string_equal(m->head.message_id, "1@b.cn");
	assert_string_equal(m->head.in_reply_to, "2@b.cn");
	assert_int_equal(m->head.reference_count, 2);
	assert_string_equal(m->head.references[0], "0@b.cn");
	assert_string_equal(m->head.references[1], "9@b.cn");

	m = read_mail(*state, "From: a@b.cn\nMessage-ID: 5@b.cn\nIn-Reply-To:\n\nx\n");
	assert_string_equal(m->head.message_id, "5@b.cn");
	assert_string_equal(m->head.in_reply_to, "");
}

static void
a_mail_without_an_id_gets_the_same_one_in_every_mailbox(void **state)
{
	struct fixture *f = *state;
	char first[MAIL_ID_MAX];

	(void)str_copy(first, sizeof(first),
		read_mail(f,
			"Received: by one\nFrom: a@b.cn\nDate: Mon, 1 Jan 2024 00:00:00 "
			"+0000\n\nx\n")
			->head.message_id);
	assert_non_null(strstr(first, "@no-id.invalid"));
	assert_string_equal(first,
		read_mail(f,
			"Delivered-To: c@d.cn\r\nFrom: a@b.cn\r\nDate: Mon, 1 Jan 2024 "
			"00:00:00 +0000\r\n\r\nx\r\n\r\n")
			->head.message_id);
	assert_string_not_equal(first,
		read_mail(f, "From: a@b.cn\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n\ny\n")
			->head.message_id);
}

static void
where_it_belongs_is_read_from_address_text_and_subject(void **state)
{
	const struct mime_mail *m = read_mail(*state,
		"From: a@b.cn\nTo: \"S\" <Support+AbC-d_9@Broker.example>\n"
		"Subject: Re: [#12] Fwd: [#345] hi\n\nx\n");
	assert_string_equal(m->token, "AbC-d_9");
	assert_int_equal(m->conversation, 345);

	m = read_mail(*state,
		"From: a@b.cn\nTo: support@broker.example\n\n"
		"yes\n\nOn Mon, Jan 1, 2024 at 10:00 S <s@x.cn> wrote:\n> [ref:Zz9]\n");
	assert_string_equal(m->token, "Zz9");
	assert_string_equal(m->text, "yes");
	m = read_mail(*state, "From: a@b.cn\nTo: support+evil%0a@broker.example\n\nx\n");
	assert_string_equal(m->token, "");
	m = read_mail(*state, "From: a@b.cn\nTo: support+abc@other.example\n\nx\n");
	assert_string_equal(m->token, "");
}

static enum mail_trust
trust_of(struct fixture *f, const char *results, const char *from)
{
	char mail[1500];

	(void)snprintf(mail, sizeof(mail), "%sReceived: by mx\nFrom: %s\n\nx\n", results,
		from);
	return read_mail(f, mail)->head.trust;
}

static void
only_the_trusted_server_proves_a_sender(void **state)
{
	static const char good[] =
		"Authentication-Results: mx.broker.example;\n spf=pass "
		"smtp.mailfrom=b.cn;\n dmarc=pass (p=none) header.from=b.cn\n";

	assert_int_equal(trust_of(*state, good, "a@b.cn"), MAIL_TRUST_PROVEN);
	assert_int_equal(trust_of(*state, good, "a@other.cn"), MAIL_TRUST_NONE);
	assert_int_equal(trust_of(*state, "", "a@b.cn"), MAIL_TRUST_NONE);
	assert_int_equal(trust_of(*state,
						 "Authentication-Results: evil.example; dmarc=pass "
						 "header.from=b.cn\n",
						 "a@b.cn"),
		MAIL_TRUST_NONE);
	assert_int_equal(trust_of(*state,
						 "Authentication-Results: mx.broker.example; dmarc=fail "
						 "header.from=b.cn\n",
						 "a@b.cn"),
		MAIL_TRUST_FAILED);
	assert_int_equal(trust_of(*state,
						 "Authentication-Results: mx.broker.example; dkim=pass "
						 "header.d=b.cn\n",
						 "a@mail.b.cn"),
		MAIL_TRUST_PROVEN);
	assert_int_equal(trust_of(*state,
						 "Authentication-Results: mx.broker.example; dkim=pass "
						 "header.d=mailer.example\n",
						 "a@b.cn"),
		MAIL_TRUST_NONE);
	assert_int_equal(trust_of(*state,
						 "Authentication-Results: mx.broker.example; spf=pass "
						 "smtp.mailfrom=b.cn\n",
						 "a@b.cn"),
		MAIL_TRUST_NONE);
}

static void
forged_results_below_the_real_ones_are_not_believed(void **state)
{
	/* The server said "none"; what the sender put in stands below the journey. */
	assert_int_equal(trust_of(*state,
						 "Authentication-Results: mx.broker.example; spf=none\n"
						 "Received: by mx.broker.example\n"
						 "Authentication-Results: mx.broker.example; dmarc=pass "
						 "header.from=b.cn\n",
						 "a@b.cn"),
		MAIL_TRUST_NONE);
	assert_int_equal(trust_of(*state,
						 "Authentication-Results: mx.broker.example; dmarc=pass "
						 "header.from=b.cn\nFrom: x@b.cn\n",
						 "a@b.cn"),
		MAIL_TRUST_FAILED);
	/* A comment is not a result. */
	assert_int_equal(
		trust_of(*state,
			"Authentication-Results: mx.broker.example; spf=none (dmarc=pass "
			"; dmarc=pass header.from=b.cn)\n",
			"a@b.cn"),
		MAIL_TRUST_NONE);
}

static enum mail_nature
nature_of(struct fixture *f, const char *fields)
{
	char mail[1000];

	(void)snprintf(mail, sizeof(mail), "%s\n\nx\n", fields);
	return read_mail(f, mail)->head.nature;
}

static void
mail_that_no_person_wrote_is_recognised(void **state)
{
	assert_int_equal(nature_of(*state, "From: a@b.cn"), MAIL_PERSONAL);
	assert_int_equal(nature_of(*state, "From: a@b.cn\nAuto-Submitted: no"),
		MAIL_PERSONAL);
	assert_int_equal(nature_of(*state, "From: a@b.cn\nAuto-Submitted: auto-replied"),
		MAIL_AUTOMATIC);
	assert_int_equal(nature_of(*state, "From: a@qq.com\nX-QQ-AUTO-REPLY: true"),
		MAIL_AUTOMATIC);
	assert_int_equal(nature_of(*state,
						 "From: a@b.cn\nSubject: =?utf-8?B?6Ieq5Yqo5Zue5aSN?=:x"),
		MAIL_AUTOMATIC);
	assert_int_equal(nature_of(*state, "From: a@b.cn\nPrecedence: bulk"), MAIL_AUTOMATIC);
	assert_int_equal(nature_of(*state, "From: noreply@b.cn"), MAIL_AUTOMATIC);
	assert_int_equal(nature_of(*state, "Return-Path: <>\nFrom: a@b.cn"), MAIL_AUTOMATIC);
	assert_int_equal(nature_of(*state, "From: a@b.cn\nList-Id: <l.b.cn>"), MAIL_LIST);
	assert_int_equal(nature_of(*state, "From: Support@Broker.example"), MAIL_LOOP);
	assert_int_equal(nature_of(*state, "From: a@b.cn\nX-Loop: support@broker.example"),
		MAIL_LOOP);
}

static void
a_delay_is_not_a_failure(void **state)
{
	static const char report[] =
		"From: mailer-daemon@b.cn\nSubject: x\nContent-Type: multipart/report;\n"
		" report-type=delivery-status; boundary=r\n\n--r\n\nwords\n"
		"--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; b.cn\n\n"
		"Final-Recipient: rfc822; Li@c.cn\nAction: %s\nStatus: %s\n"
		"Diagnostic-Code: smtp; %s busy\n\n"
		"--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <77@broker.example>\n\n"
		"--r--\n";
	char mail[1000];

	(void)snprintf(mail, sizeof(mail), report, "delayed", "4.4.1", "421");
	const struct mime_mail *m = read_mail(*state, mail);
	assert_int_equal(m->head.nature, MAIL_DELAYED);
	assert_string_equal(m->report.recipient, "li@c.cn");
	assert_string_equal(m->report.status, "4.4.1");
	assert_string_equal(m->report.diagnostic, "421 busy");
	assert_string_equal(m->report.original_id, "77@broker.example");
	(void)snprintf(mail, sizeof(mail), report, "failed", "5.1.1", "550");
	assert_int_equal(read_mail(*state, mail)->head.nature, MAIL_BOUNCE);
	(void)snprintf(mail, sizeof(mail), report, "relayed", "2.0.0", "250");
	assert_int_equal(read_mail(*state, mail)->head.nature, MAIL_AUTOMATIC);
}

static void
what_is_no_mail_is_refused(void **state)
{
	struct fixture *f = *state;
	struct error e;

	assert_int_equal(mime_read("", 0, &reader, f->arena, &f->mail, &e), ERR_INVALID);
	assert_int_equal(mime_read("\n\nhello", 7, &reader, f->arena, &f->mail, &e),
		ERR_INVALID);
}

/* As a hostile sender would: more parts, levels and fields than memory should hold. */
static void
bounds_hold_against_a_mail_made_to_break_them(void **state)
{
	struct buf b;

	buf_init(&b, 4 * 1024 * 1024);
	buf_puts(&b, "From: a@b.cn\n");
	for (int i = 0; i < 100000; i++) {
		buf_puts(&b, "X:\n");
	}
	buf_puts(&b, "Content-Type: text/plain\n\nfields\n");
	assert_string_equal(read_bytes(*state, b.data, b.length)->text, "fields");

	buf_clear(&b);
	buf_puts(&b, "From: a@b.cn\nContent-Type: multipart/mixed; boundary=a\n\n");
	for (int i = 0; i < 100000; i++) {
		buf_puts(&b, "--a\n\nx\n");
	}
	const struct mime_mail *m = read_bytes(*state, b.data, b.length);
	assert_true(m->head.truncated);
	assert_true(strlen(m->text) <= MIME_PARTS_MAX * 3);

	buf_clear(&b);
	buf_puts(&b, "From: a@b.cn\n");
	for (int i = 0; i < 5000; i++) {
		buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	}
	assert_true(read_bytes(*state, b.data, b.length)->head.truncated);

	buf_clear(&b);
	buf_puts(&b, "From: a@b.cn\nContent-Type: text/html\n\n");
	for (int i = 0; i < 200000; i++) {
		buf_puts(&b, "<div>");
	}
	(void)read_bytes(*state, b.data, b.length);
	buf_fini(&b);
}

static void
a_long_text_is_cut_between_characters_and_says_so(void **state)
{
	struct buf b;

	buf_init(&b, 4 * 1024 * 1024);
	buf_puts(&b, "From: a@b.cn\n\n");
	for (int i = 0; i < 20000; i++) {
		buf_puts(&b, "字");
	}
	const struct mime_mail *m = read_bytes(*state, b.data, b.length);
	assert_true(m->head.truncated);
	assert_true(strlen(m->text) > MAIL_TEXT_MAX - 3);
	assert_true(utf8_valid(m->text, strlen(m->text)));
	assert_int_equal(strlen(m->whole_text), 60000);
	buf_fini(&b);
}

#define TRAP(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRAP(chinese_words_that_cut_a_character_are_put_together),
		TRAP(a_name_of_encoded_words_within_quotes_is_read),
		TRAP(text_is_read_by_what_it_is_not_by_its_label),
		TRAP(a_raw_header_is_in_the_character_set_of_the_text),
		TRAP(control_characters_never_pass),
		TRAP(a_file_name_keeps_its_language_and_loses_its_path),
		TRAP(a_mail_of_html_alone_is_readable),
		TRAP(flowed_lines_are_put_together),
		TRAP(a_boundary_that_never_closes_or_is_not_named_does_no_harm),
		TRAP(ids_are_read_as_programs_write_them),
		TRAP(a_mail_without_an_id_gets_the_same_one_in_every_mailbox),
		TRAP(where_it_belongs_is_read_from_address_text_and_subject),
		TRAP(only_the_trusted_server_proves_a_sender),
		TRAP(forged_results_below_the_real_ones_are_not_believed),
		TRAP(mail_that_no_person_wrote_is_recognised),
		TRAP(a_delay_is_not_a_failure),
		TRAP(what_is_no_mail_is_refused),
		TRAP(bounds_hold_against_a_mail_made_to_break_them),
		TRAP(a_long_text_is_cut_between_characters_and_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
