/* Signatures as receivers check them, and what an answer means. */
#include "flow/webhook.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "lib/test.h"
#include "model/fact.h"
#include "model/staff.h"

/* Of the reference libraries of standardwebhooks.com. */
static void
signature_is_that_of_standard_webhooks(void **state)
{
	static const char body[] = "{\"test\": 2432232314}";
	uint8_t secret[32];
	size_t length = 0;
	char signature[WEBHOOK_SIGNATURE_SIZE];

	(void)state;
	assert_int_equal(base64url_decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 32, secret,
						 sizeof(secret), &length),
		ERR_OK);
	webhook_sign(secret, length, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body,
		strlen(body), signature);
	assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void
secret_is_shown_with_its_prefix(void **state)
{
	uint8_t secret[WEBHOOK_SECRET_SIZE] = {0xff, 0xef};
	char text[WEBHOOK_SECRET_TEXT_SIZE];

	(void)state;
	webhook_secret_text(secret, text);
	assert_string_equal(text, "whsec_/+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
}

static void
answers_are_judged(void **state)
{
	(void)state;
	assert_int_equal(webhook_judge(200, "ok", "", 0).verdict, VERDICT_SENT);
	assert_int_equal(webhook_judge(204, "", "", 0).verdict, VERDICT_SENT);
	assert_int_equal(webhook_judge(302, "", "", 0).verdict, VERDICT_RETRY);
	assert_int_equal(webhook_judge(404, "", "", 0).verdict, VERDICT_RETRY);
	assert_int_equal(webhook_judge(410, "", "", 0).verdict, VERDICT_REFUSED);
	assert_int_equal(webhook_judge(500, "", "", 0).verdict, VERDICT_RETRY);
	assert_int_equal(webhook_judge(429, "", "", 7000).retry_after_ms, 7000);
	assert_string_equal(webhook_judge(500, "on fire", "", 0).text, "on fire");
	assert_string_equal(webhook_judge(0, "", "timed out", 0).text, "timed out");
}

static void
body_tells_only_what_a_customer_may_know(void **state)
{
	struct channel_row channel = {.public_key = "wk_1", .name = "远岫"};
	struct outbox_due due = {.item = {.id = 7, .created_at = 1},
		.subject = "u-\"1\"",
		.unread = 3};
	struct fact *f = fact_create();
	struct json *json;
	struct buf body;

	(void)state;
	f->kind = FACT_MESSAGE;
	f->author_kind = AUTHOR_STAFF;
	f->author = 4711;
	f->pub = 2;
	f->seq = 99;
	f->conversation = 8812;
	f->body = strdup("{\"text\":\"好\"}");
	f->body_length = strlen(f->body);
	due.fact = f;
	buf_init(&body, 10000);
	webhook_entry_body(&due, &channel, "陈嘉禾", &body);
	assert_int_equal(json_parse(body.data, body.length, &json, NULL), ERR_OK);
	assert_string_equal(json_string(json, "type"), "entry");
	assert_string_equal(json_string(json, "id"), "7");
	assert_string_equal(json_string(json_get(json, "user"), "sub"), "u-\"1\"");
	assert_string_equal(json_string(json_get(json_get(json, "entry"), "body"), "text"),
		"好");
	assert_null(strstr(body.data, "4711"));
	assert_null(strstr(body.data, "8812"));
	json_free(json);
	buf_fini(&body);
	fact_put(f);
}

static void
delays_double_up_to_an_hour_and_are_scattered(void **state)
{
	(void)state;
	assert_int_equal(outbox_backoff(5000, 1, 0), 2500);
	assert_true(outbox_backoff(5000, 1, 0.999) < 5000);
	assert_int_equal(outbox_backoff(5000, 2, 0), 5000);
	assert_int_equal(outbox_backoff(5000, 4, 0.5), 30000);
	assert_int_equal(outbox_backoff(5000, 11, 0), 1800 * 1000);
	assert_int_equal(outbox_backoff(5000, 1000000, 0), 1800 * 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_is_that_of_standard_webhooks),
		cmocka_unit_test(secret_is_shown_with_its_prefix),
		cmocka_unit_test(answers_are_judged),
		cmocka_unit_test(body_tells_only_what_a_customer_may_know),
		cmocka_unit_test(delays_double_up_to_an_hour_and_are_scattered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
