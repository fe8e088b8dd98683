/* Log-in under other settings: limits, and demo accounts of a server that others can reach. */
#include "rest_fixture.h"

static int
try_log_in(const struct house *h, const char *login, const char *password,
	struct answer *out)
{
	struct client c = anybody(h);
	char body[300];

	snprintf(body, sizeof(body), "{\"login\":\"%s\",\"password\":\"%s\"}", login,
		password);
	return ask(&c, "POST", "/api/v1/session", body, out);
}

static void
failures_are_limited_per_account_and_per_address(void **state)
{
	static const char *const settings[] = {"security.logins_per_minute=3", NULL};
	struct house *h = house_open("127.0.0.1", settings);
	struct answer a;
	char text[40];

	(void)state;
	/* What was right costs nothing. */
	for (int i = 0; i < 5; i++) {
		assert_int_equal(try_log_in(h, "bert", PASSWORD, &a), 200);
		answer_free(&a);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(try_log_in(h, i % 2 == 0 ? "anna" : "ANNA", "wrong", &a), 401);
		answer_free(&a);
	}
	assert_int_equal(try_log_in(h, "anna", PASSWORD, &a), 429);
	assert_non_null(answer_header(&a, "retry-after", text, sizeof(text)));
	assert_in_range(atoll(text), 1, 20);
	answer_free(&a);
	/* Another account of the same office still gets in, until the address has its fill. */
	assert_int_equal(try_log_in(h, "bert", PASSWORD, &a), 200);
	answer_free(&a);
	for (int i = 0; i < 12; i++) {
		char login[24];

		snprintf(login, sizeof(login), "nobody%d", i);
		assert_int_equal(try_log_in(h, login, "wrong", &a), 401);
		answer_free(&a);
	}
	assert_int_equal(try_log_in(h, "bert", PASSWORD, &a), 429);
	answer_free(&a);
	house_close(h);
}

static void
demo_accounts_work_on_loopback_only(void **state)
{
	struct house *h = house_open("127.0.0.1", NULL);
	struct answer a;

	(void)state;
	assert_int_equal(try_log_in(h, "demo", PASSWORD, &a), 200);
	answer_free(&a);
	house_close(h);
	h = house_open("0.0.0.0", NULL);
	assert_int_equal(try_log_in(h, "demo", PASSWORD, &a), 401);
	answer_free(&a);
	assert_int_equal(try_log_in(h, "anna", PASSWORD, &a), 200);
	answer_free(&a);
	house_close(h);
}

static void
behind_a_public_https_address_the_cookie_is_secure(void **state)
{
	static const char *const settings[] = {"server.public_url=https://cc.example.com/",
		NULL};
	struct house *h = house_open("127.0.0.1", settings);
	struct client c = {.house = h, .headers = "Origin: https://cc.example.com\r\n"};
	struct answer a;
	char cookie[300];

	(void)state;
	assert_int_equal(ask(&c, "POST", "/api/v1/session",
						 "{\"login\":\"anna\",\"password\":\"" PASSWORD "\"}", &a),
		200);
	assert_non_null(answer_header(&a, "set-cookie", cookie, sizeof(cookie)));
	assert_non_null(strstr(cookie, "; Secure"));
	answer_free(&a);
	house_close(h);
}

static void
a_cookie_lives_as_long_as_its_session(void **state)
{
	static const char *const settings[] = {"security.session=60s", NULL};
	struct house *h = house_open("127.0.0.1", settings);
	struct answer a;
	char cookie[300];

	(void)state;
	assert_int_equal(try_log_in(h, "anna", PASSWORD, &a), 200);
	assert_non_null(answer_header(&a, "set-cookie", cookie, sizeof(cookie)));
	assert_non_null(strstr(cookie, "; Max-Age=60;"));
	answer_free(&a);
	house_close(h);
}

static void
stored_hash(const struct house *h, const char *login, char out[static PASSWORD_HASH_SIZE])
{
	struct arena *a = arena_create();
	struct reader *reader;
	struct staff staff;
	struct error e = {0};

	assert_int_equal(store_reader_open(&h->conf->store, &reader, &e), ERR_OK);
	assert_int_equal(read_staff_by_login(reader, login, a, &staff, &e), ERR_OK);
	str_copy(out, PASSWORD_HASH_SIZE, staff.password_hash);
	store_reader_close(reader);
	arena_destroy(a);
}

static void
a_log_in_brings_an_old_hash_up_to_the_settings(void **state)
{
	static const char *const settings[] = {"security.argon2_memory_kib=2048",
		"security.argon2_passes=2", NULL};
	struct house *h = house_open("127.0.0.1", settings);
	char before[PASSWORD_HASH_SIZE];
	char after[PASSWORD_HASH_SIZE];
	struct answer a;

	(void)state;
	stored_hash(h, "anna", before);
	assert_non_null(strstr(before, "$m=1024,t=1,"));
	assert_int_equal(try_log_in(h, "anna", "wrong", &a), 401);
	answer_free(&a);
	stored_hash(h, "anna", after);
	assert_string_equal(after, before);
	assert_int_equal(try_log_in(h, "anna", PASSWORD, &a), 200);
	answer_free(&a);
	stored_hash(h, "anna", after);
	assert_non_null(strstr(after, "$m=2048,t=2,"));
	/* It is good for the next time, and stays as it is then. */
	assert_int_equal(try_log_in(h, "anna", PASSWORD, &a), 200);
	answer_free(&a);
	stored_hash(h, "anna", before);
	assert_string_equal(after, before);
	house_close(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_are_limited_per_account_and_per_address),
		cmocka_unit_test(demo_accounts_work_on_loopback_only),
		cmocka_unit_test(behind_a_public_https_address_the_cookie_is_secure),
		cmocka_unit_test(a_cookie_lives_as_long_as_its_session),
		cmocka_unit_test(a_log_in_brings_an_old_hash_up_to_the_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
