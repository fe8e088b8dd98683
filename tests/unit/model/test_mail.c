/* What a mail says, to JSON and back, and subjects that belong together. */
#include "lib/test.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "model/mail.h"

static void
a_mail_survives_its_json(void **state)
{
	const struct mail_address to[] = {{"客服", "service@broker.example"}};
	const char *const references[] = {"a@x", "b@x"};
	struct mail m = {
		.subject = "补交\"资料\"",
		.from = {"林若溪", "lin@example.com"},
		.reply_to = {"", "home@example.com"},
		.to = to,
		.to_count = 1,
		.message_id = "1@example.com",
		.in_reply_to = "b@x",
		.references = references,
		.reference_count = 2,
		.trust = MAIL_TRUST_FAILED,
		.nature = MAIL_DELAYED,
		.quote = "before",
		.truncated = true,
		.source = 7,
		.html = 8,
		.answers = 9,
	};
	struct arena *a = arena_create();
	struct json *body;
	struct json_writer w;
	struct mail back;
	struct buf out;

	(void)state;
	buf_init(&out, 10000);
	jw_init(&w, &out);
	jw_object(&w);
	jw_key(&w, "mail");
	jw_object(&w);
	mail_encode(&m, &w);
	jw_object_end(&w);
	jw_object_end(&w);
	assert_int_equal(json_parse(out.data, out.length, &body, NULL), ERR_OK);
	assert_int_equal(mail_decode(body, a, &back, NULL), ERR_OK);
	assert_string_equal(back.subject, m.subject);
	assert_string_equal(back.from.name, "林若溪");
	assert_string_equal(back.reply_to.address, "home@example.com");
	assert_int_equal(back.to_count, 1);
	assert_string_equal(back.to[0].address, "service@broker.example");
	assert_int_equal(back.cc_count, 0);
	assert_string_equal(back.message_id, "1@example.com");
	assert_int_equal(back.reference_count, 2);
	assert_string_equal(back.references[1], "b@x");
	assert_int_equal(back.trust, MAIL_TRUST_FAILED);
	assert_int_equal(back.nature, MAIL_DELAYED);
	assert_string_equal(back.quote, "before");
	assert_true(back.truncated);
	assert_int_equal(back.source, 7);
	assert_int_equal(back.html, 8);
	assert_int_equal(back.answers, 9);
	json_free(body);
	buf_fini(&out);
	arena_destroy(a);
}

static void
what_is_no_mail_is_corrupt(void **state)
{
	struct arena *a = arena_create();
	struct json *body;
	struct mail m;

	(void)state;
	assert_int_equal(json_parse("{\"text\":\"x\"}", 12, &body, NULL), ERR_OK);
	assert_int_equal(mail_decode(body, a, &m, NULL), ERR_CORRUPT);
	json_free(body);
	arena_destroy(a);
}

static void
answers_have_the_subject_of_what_they_answer(void **state)
{
	uint64_t key = mail_subject_key("补交开户资料");

	(void)state;
	assert_int_not_equal(key, 0);
	assert_int_equal(mail_subject_key("Re: 补交开户资料"), key);
	assert_int_equal(mail_subject_key("回复：补交开户资料"), key);
	assert_int_equal(mail_subject_key("答复: Re[2]: 补交 开户资料 "), key);
	assert_int_equal(mail_subject_key("RE: [#12345] FW: 补交开户资料"), key);
	assert_int_not_equal(mail_subject_key("补交资料"), key);
	assert_int_equal(mail_subject_key("Reply wanted"), mail_subject_key("reply  WANTED"));
	assert_int_not_equal(mail_subject_key("Reply wanted"),
		mail_subject_key("ply wanted"));
	assert_int_equal(mail_subject_key("Re: "), 0);
	assert_int_equal(mail_subject_key(NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_survives_its_json),
		cmocka_unit_test(what_is_no_mail_is_corrupt),
		cmocka_unit_test(answers_have_the_subject_of_what_they_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
