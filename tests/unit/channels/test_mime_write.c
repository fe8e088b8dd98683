/* Mail that we send: what is written reads back the same, and nobody slips a field in. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "channels/email/mime.h"

static const struct mime_reader reader = {"desk@customer.example", ""};

static struct mail_address to[] = {{"李, \"雷\"", "li@customer.example"},
	{"", "b@c.example"}};
static struct mail_address cc[] = {{"Zoë", "zoe@customer.example"}};
static const char *const references[] = {"1@a.example", "2@a.example"};

static struct mime_draft
draft(void)
{
	return (struct mime_draft){
		.from = {"客户服务", "support@broker.example"},
		.reply_to = "support+Tok_en-1@broker.example",
		.to = to,
		.to_count = 2,
		.cc = cc,
		.cc_count = 1,
		.subject =
			"答复：关于您的开户申请（非常长的主题，超过一行所能容纳的长度，需要折行）",
		.text = "您好，\n\n.leading dot\nFrom here\n谢谢",
		.message_id = "9.abc@broker.example",
		.in_reply_to = "3@a.example",
		.references = references,
		.reference_count = 2,
		.at = INT64_C(1700000000) * 1000,
	};
}

static void
check_wire(const struct buf *wire)
{
	for (size_t i = 0, line = 0; i < wire->length; i++) {
		line = wire->data[i] == '\n' ? 0 : line + 1;
		assert_true(line <= 999);
		if (wire->data[i] == '\n') {
			assert_true(i > 0 && wire->data[i - 1] == '\r');
		} else if (wire->data[i] == '\r') {
			assert_true(i + 1 < wire->length && wire->data[i + 1] == '\n');
		}
		assert_true((unsigned char)wire->data[i] < 0x80);
	}
}

static void
write_and_read(const struct mime_draft *d, struct arena *a, struct mime_mail *out)
{
	struct buf wire;
	struct error e;

	buf_init(&wire, 4 * 1024 * 1024);
	assert_int_equal(mime_write(d, &wire, &e), ERR_OK);
	check_wire(&wire);
	char *copy = arena_strndup(a, wire.data, wire.length);
	assert_int_equal(mime_read(copy, wire.length, &reader, a, out, &e), ERR_OK);
	buf_fini(&wire);
}

static void
what_is_written_reads_back_the_same(void **state)
{
	struct arena *a = arena_create();
	struct mime_draft d = draft();
	struct mime_mail m;

	(void)state;
	write_and_read(&d, a, &m);
	assert_string_equal(m.head.subject, d.subject);
	assert_string_equal(m.head.from.name, "客户服务");
	assert_string_equal(m.head.from.address, "support@broker.example");
	assert_string_equal(m.head.reply_to.address, "support+tok_en-1@broker.example");
	assert_int_equal(m.head.to_count, 2);
	assert_string_equal(m.head.to[0].name, "李, \"雷\"");
	assert_string_equal(m.head.to[1].address, "b@c.example");
	assert_string_equal(m.head.cc[0].name, "Zoë");
	assert_string_equal(m.head.message_id, d.message_id);
	assert_string_equal(m.head.in_reply_to, d.in_reply_to);
	assert_int_equal(m.head.reference_count, 2);
	assert_string_equal(m.head.references[1], "2@a.example");
	assert_string_equal(m.text, d.text);
	assert_int_equal(m.sent_at, d.at);
	assert_int_equal(m.head.nature, MAIL_PERSONAL);
	arena_destroy(a);
}

static void
files_arrive_byte_by_byte_under_their_names(void **state)
{
	struct arena *a = arena_create();
	struct mime_draft d = draft();
	struct mime_mail m;
	static char bytes[70000];
	struct mime_attachment files[2] = {
		{.name = "对账单 2026 年 1 月 – 张三的账户（最终版）.pdf",
			.type = "application/pdf",
			.content_id = "",
			.bytes = bytes,
			.length = sizeof(bytes)},
		{.name = "mail.eml",
			.type = "message/rfc822",
			.content_id = "",
			.bytes = "From: x",
			.length = 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (char)(i * 7 % 256);
	}
	d.attachments = files;
	d.attachment_count = 2;
	write_and_read(&d, a, &m);
	assert_string_equal(m.text, d.text);
	assert_int_equal(m.attachment_count, 2);
	assert_string_equal(m.attachments[0].name, files[0].name);
	assert_int_equal(m.attachments[0].length, sizeof(bytes));
	assert_memory_equal(m.attachments[0].bytes, bytes, sizeof(bytes));
	assert_string_equal(m.attachments[1].name, "mail.eml");
	assert_int_equal(m.attachments[1].length, 7);
	arena_destroy(a);
}

static void
what_is_answered_stands_below_and_is_folded_again(void **state)
{
	struct arena *a = arena_create();
	struct mime_draft d = draft();
	struct mime_mail m;

	(void)state;
	d.text = "Yes.";
	d.quote = "Is it open?\n> Older\n";
	write_and_read(&d, a, &m);
	assert_string_equal(m.text, "Yes.");
	assert_string_equal(m.head.quote, "> Is it open?\n>> Older");
	arena_destroy(a);
}

static void
plain_text_is_sent_as_it_is_and_long_lines_are_not(void **state)
{
	struct arena *a = arena_create();
	struct mime_draft d = draft();
	struct mime_mail m;
	char *line = arena_alloc(a, 5001);

	(void)state;
	memset(line, 'x', 5000);
	d.text = line;
	write_and_read(&d, a, &m);
	assert_string_equal(m.text, line);
	arena_destroy(a);
}

static void
an_automatic_answer_says_so(void **state)
{
	struct arena *a = arena_create();
	struct mime_draft d = draft();
	struct mime_mail m;

	(void)state;
	d.automatic = true;
	write_and_read(&d, a, &m);
	assert_int_equal(m.head.nature, MAIL_AUTOMATIC);
	arena_destroy(a);
}

static void
our_own_mail_come_back_is_a_loop(void **state)
{
	struct arena *a = arena_create();
	struct mime_draft d = draft();
	struct mime_reader ours = {"support@broker.example", ""};
	struct mime_mail m;
	struct buf wire;

	(void)state;
	buf_init(&wire, 1024 * 1024);
	assert_int_equal(mime_write(&d, &wire, NULL), ERR_OK);
	assert_int_equal(mime_read(wire.data, wire.length, &ours, a, &m, NULL), ERR_OK);
	assert_int_equal(m.head.nature, MAIL_LOOP);
	buf_fini(&wire);
	arena_destroy(a);
}

static void
assert_refused(const struct mime_draft *d, const char *what)
{
	struct buf wire;
	struct error e = {0};

	buf_init(&wire, 1024 * 1024);
	assert_int_equal(mime_write(d, &wire, &e), ERR_INVALID);
	assert_true(str_starts_with(e.text, what));
	assert_int_equal(wire.length, 0);
	buf_fini(&wire);
}

static void
a_line_end_in_any_value_is_refused(void **state)
{
	struct mime_draft d = draft();
	struct mail_address evil[] = {{"x\r\nBcc: all@c.example", "a@c.example"}};
	struct mail_address space[] = {{"", "a@c.example\nRCPT TO:<b@c.example>"}};
	const char *const ids[] = {"a>\r\nX: y <b"};
	struct mime_attachment file = {"a\r\nb.pdf", "application/pdf", "", false, "", 0};

	(void)state;
	d.subject = "hi\r\nBcc: all@c.example";
	assert_refused(&d, "subject");
	d = draft();
	d.subject = "hi\nthere";
	assert_refused(&d, "subject");
	d = draft();
	d.to = evil;
	d.to_count = 1;
	assert_refused(&d, "to");
	d.to = space;
	assert_refused(&d, "to");
	d = draft();
	d.reply_to = "a@c.example>, <b@c.example";
	assert_refused(&d, "reply_to");
	d = draft();
	d.references = ids;
	d.reference_count = 1;
	assert_refused(&d, "references");
	d = draft();
	d.message_id = "";
	assert_refused(&d, "message_id");
	d = draft();
	d.attachments = &file;
	d.attachment_count = 1;
	assert_refused(&d, "file name");
	file.name = "a.pdf";
	file.type = "application/pdf; x=y\r\nX: y";
	assert_refused(&d, "file type");
	d = draft();
	d.to_count = 0;
	assert_refused(&d, "to");
	d = draft();
	d.text = "\xff";
	assert_refused(&d, "text");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_back_the_same),
		cmocka_unit_test(files_arrive_byte_by_byte_under_their_names),
		cmocka_unit_test(what_is_answered_stands_below_and_is_folded_again),
		cmocka_unit_test(plain_text_is_sent_as_it_is_and_long_lines_are_not),
		cmocka_unit_test(an_automatic_answer_says_so),
		cmocka_unit_test(our_own_mail_come_back_is_a_loop),
		cmocka_unit_test(a_line_end_in_any_value_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
