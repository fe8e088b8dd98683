/* Log-in, sessions, CSRF, rights of staff: over real sockets on a fresh database. */
#include "rest_fixture.h"

static int
open_house(void **state)
{
	*state = house_open("127.0.0.1", NULL);
	return 0;
}

static int
close_house(void **state)
{
	house_close(*state);
	return 0;
}

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
log_in_gives_a_cookie_that_scripts_cannot_read(void **state)
{
	const struct house *h = *state;
	struct answer a;
	char cookie[300];

	assert_int_equal(try_log_in(h, "anna", PASSWORD, &a), 200);
	assert_non_null(answer_header(&a, "set-cookie", cookie, sizeof(cookie)));
	assert_non_null(strstr(cookie, "trunkline_session=ts_"));
	assert_non_null(strstr(cookie, "; HttpOnly"));
	assert_non_null(strstr(cookie, "; SameSite=Strict"));
	assert_null(strstr(cookie, "; Secure")); /* without TLS it would be lost */
	assert_string_equal(answer_text(&a, "staff.login"), "anna");
	assert_null(strstr(a.body, "argon2"));
	assert_int_equal(audited(h, "session.opened", h->anna), 1);
	answer_free(&a);
}

static void
nobody_learns_which_names_exist(void **state)
{
	const struct house *h = *state;
	struct answer wrong;
	struct answer unknown;

	assert_int_equal(try_log_in(h, "anna", "password-2", &wrong), 401);
	assert_int_equal(try_log_in(h, "nobody", "password-2", &unknown), 401);
	assert_string_equal(wrong.body, unknown.body);
	assert_null(strcasestr(wrong.head, "set-cookie"));
	assert_int_equal(audited(h, "session.refused", h->anna), 1);
	assert_int_equal(audited(h, "session.refused", 0), 2);
	answer_free(&wrong);
	answer_free(&unknown);
}

static void
a_session_id_is_new_at_each_log_in(void **state)
{
	struct client one = logged_in(*state, "anna", PASSWORD);
	struct client two = logged_in(*state, "anna", PASSWORD);

	assert_string_not_equal(one.headers, two.headers);
	assert_int_equal(ask(&one, "GET", "/api/v1/session", NULL, NULL), 200);
	assert_int_equal(ask(&two, "GET", "/api/v1/session", NULL, NULL), 200);
}

/* ⛔ */
static void
writes_need_the_token_of_this_session(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	struct client root = logged_in(*state, "root", PASSWORD);
	struct client mixed = {.house = *state};
	struct answer a;

	assert_int_equal(ask(&anna, "POST", "/api/v1/customers", "{\"name\":\"A\"}", NULL),
		201);
	mixed = anna;
	*strstr(mixed.headers, "X-CSRF-Token") = '\0';
	assert_int_equal(ask(&mixed, "POST", "/api/v1/customers", "{\"name\":\"A\"}", &a),
		403);
	answer_free(&a);
	assert_int_equal(ask(&mixed, "DELETE", "/api/v1/session", NULL, NULL), 403);
	assert_int_equal(ask(&mixed, "GET", "/api/v1/session", NULL, NULL), 200);
	strcat(mixed.headers, strstr(root.headers, "X-CSRF-Token"));
	assert_int_equal(ask(&mixed, "POST", "/api/v1/customers", "{\"name\":\"A\"}", NULL),
		403);
}

static void
other_sites_cannot_log_somebody_in(void **state)
{
	struct client c = {.house = *state, .headers = "Origin: https://evil.example\r\n"};
	struct client own = {.house = *state};
	static const char body[] = "{\"login\":\"anna\",\"password\":\"" PASSWORD "\"}";

	assert_int_equal(ask(&c, "POST", "/api/v1/session", body, NULL), 403);
	strcpy(c.headers, "Origin: null\r\n");
	assert_int_equal(ask(&c, "POST", "/api/v1/session", body, NULL), 403);
	snprintf(own.headers, sizeof(own.headers), "Origin: http://127.0.0.1:%d\r\n",
		((struct house *)*state)->port);
	assert_int_equal(ask(&own, "POST", "/api/v1/session", body, NULL), 200);
}

static void
log_out_ends_the_session(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	struct client other = logged_in(*state, "anna", PASSWORD);

	assert_int_equal(ask(&anna, "DELETE", "/api/v1/session", NULL, NULL), 204);
	assert_int_equal(ask(&anna, "GET", "/api/v1/session", NULL, NULL), 401);
	assert_int_equal(ask(&other, "GET", "/api/v1/session", NULL, NULL), 200);
}

static void
forged_credentials_are_refused(void **state)
{
	static const char *const headers[] = {
		"Cookie: trunkline_session=ts_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		"Cookie: trunkline_session=\r\n",
		"Cookie: trunkline_session=ts_short\r\n",
		"Authorization: Bearer ts_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		"Authorization: Bearer tk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		"Authorization: Bearer \r\n",
		"Authorization: Basic YW5uYTpwYXNzd29yZC0x\r\n",
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct client c = {.house = *state};

		strcpy(c.headers, headers[i]);
		assert_int_equal(ask(&c, "GET", "/api/v1/session", NULL, NULL), 401);
		assert_int_equal(ask(&c, "GET", "/api/v1/customers", NULL, NULL), 401);
	}
}

static void
agents_do_not_administer(void **state)
{
	struct client anna = logged_in(*state, "anna", PASSWORD);
	const struct house *h = *state;
	char path[80];

	snprintf(path, sizeof(path), "/api/v1/staff/%llu", (unsigned long long)h->anna);
	assert_int_equal(ask(&anna, "PATCH", path, "{\"role\":\"administrator\"}", NULL),
		403);
	assert_int_equal(ask(&anna, "GET", "/api/v1/api-keys", NULL, NULL), 403);
	assert_int_equal(ask(&anna, "GET", "/api/v1/channels", NULL, NULL), 403);
	assert_int_equal(ask(&anna, "GET", "/api/v1/audit", NULL, NULL), 403);
	assert_int_equal(ask(&anna, "PATCH", "/api/v1/staff/me",
						 "{\"language\":\"zh-CN\",\"role\":\"administrator\"}", NULL),
		200);
	assert_int_equal(ask(&anna, "GET", "/api/v1/audit", NULL, NULL), 403);
}

static void
changed_rights_end_the_sessions(void **state)
{
	const struct house *h = *state;
	struct client anna = logged_in(h, "anna", PASSWORD);
	struct client root = logged_in(h, "root", PASSWORD);
	char path[80];

	snprintf(path, sizeof(path), "/api/v1/staff/%llu", (unsigned long long)h->anna);
	assert_int_equal(ask(&root, "PATCH", path, "{\"name\":\"Anna\"}", NULL), 200);
	assert_int_equal(ask(&anna, "GET", "/api/v1/session", NULL, NULL), 200);
	assert_int_equal(ask(&root, "PATCH", path, "{\"role\":\"supervisor\"}", NULL), 200);
	assert_int_equal(ask(&anna, "GET", "/api/v1/session", NULL, NULL), 401);
	anna = logged_in(h, "anna", PASSWORD);
	assert_int_equal(ask(&anna, "GET", "/api/v1/audit", NULL, NULL), 200);
	assert_int_equal(ask(&root, "PATCH", path, "{\"active\":false}", NULL), 200);
	assert_int_equal(ask(&anna, "GET", "/api/v1/session", NULL, NULL), 401);
	assert_int_equal(try_log_in(h, "anna", PASSWORD, NULL), 401);
	assert_int_equal(audited(h, "staff.rights", h->anna), 1);
	assert_int_equal(audited(h, "staff.deactivated", h->anna), 1);
}

static void
a_new_password_ends_all_sessions_but_gives_a_new_one(void **state)
{
	const struct house *h = *state;
	struct client anna = logged_in(h, "anna", PASSWORD);
	struct client other = logged_in(h, "anna", PASSWORD);
	struct client renewed = {.house = h};
	struct answer a;

	assert_int_equal(ask(&anna, "POST", "/api/v1/staff/me/password",
						 "{\"old\":\"wrong\",\"new\":\"password-2\"}", &a),
		400);
	assert_string_equal(answer_text(&a, "error.field"), "old");
	answer_free(&a);
	assert_int_equal(ask(&anna, "POST", "/api/v1/staff/me/password",
						 "{\"old\":\"" PASSWORD "\",\"new\":\"short\"}", &a),
		400);
	assert_string_equal(answer_text(&a, "error.field"), "new");
	answer_free(&a);
	assert_int_equal(ask(&anna, "POST", "/api/v1/staff/me/password",
						 "{\"old\":\"" PASSWORD "\",\"new\":\"password-2\"}", &a),
		200);
	take_session(&renewed, &a);
	answer_free(&a);
	assert_int_equal(ask(&anna, "GET", "/api/v1/session", NULL, NULL), 401);
	assert_int_equal(ask(&other, "GET", "/api/v1/session", NULL, NULL), 401);
	assert_int_equal(ask(&renewed, "DELETE", "/api/v1/session", NULL, NULL), 204);
	logged_in(h, "anna", "password-2");
}

static void
the_house_keeps_an_administrator(void **state)
{
	const struct house *h = *state;
	struct client root = logged_in(h, "root", PASSWORD);
	struct answer a;
	char path[80];

	snprintf(path, sizeof(path), "/api/v1/staff/%llu", (unsigned long long)h->root);
	assert_int_equal(ask(&root, "PATCH", path, "{\"role\":\"agent\"}", &a), 400);
	assert_string_equal(answer_text(&a, "error.field"), "role");
	answer_free(&a);
	assert_int_equal(ask(&root, "PATCH", path, "{\"active\":false}", &a), 400);
	assert_string_equal(answer_text(&a, "error.field"), "active");
	answer_free(&a);
}

static void
an_api_key_does_what_its_scopes_say(void **state)
{
	struct client root = logged_in(*state, "root", PASSWORD);
	struct client key;
	struct answer a;
	char path[80];

	assert_int_equal(ask(&root, "POST", "/api/v1/api-keys",
						 "{\"name\":\"crm\",\"scopes\":[\"customers:read\"]}", &a),
		201);
	key = bearer(*state, answer_text(&a, "key"));
	snprintf(path, sizeof(path), "/api/v1/api-keys/%s", answer_text(&a, "api_key.id"));
	answer_free(&a);
	assert_int_equal(ask(&key, "GET", "/api/v1/customers", NULL, NULL), 200);
	assert_int_equal(ask(&key, "POST", "/api/v1/customers", "{\"name\":\"x\"}", NULL),
		403);
	assert_int_equal(ask(&key, "POST", "/api/v1/calls", "{}", NULL), 403);
	assert_int_equal(ask(&key, "GET", "/api/v1/session", NULL, NULL), 403);
	assert_int_equal(ask(&key, "GET", "/api/v1/conversations", NULL, NULL), 403);
	/* The list shows the key no more. */
	assert_int_equal(ask(&root, "GET", "/api/v1/api-keys", NULL, &a), 200);
	assert_null(strstr(a.body, "tk_"));
	answer_free(&a);
	assert_int_equal(ask(&root, "DELETE", path, NULL, NULL), 204);
	assert_int_equal(ask(&key, "GET", "/api/v1/customers", NULL, NULL), 401);
}

static void
bad_bodies_are_refused_by_name(void **state)
{
	static const char *const bodies[][2] = {
		{"", NULL},
		{"[]", NULL},
		{"{", NULL},
		{"{\"password\":\"x\"}", "login"},
		{"{\"login\":7,\"password\":\"x\"}", "login"},
		{"{\"login\":\"a\\nb\",\"password\":\"x\"}", "login"},
		{"{\"login\":\"anna\"}", "password"},
		{"{\"login\":\"anna\",\"login\":\"root\",\"password\":\"x\"}", NULL},
		{"{\"login\":\"anna\\u0000\",\"password\":\"x\"}", NULL},
	};
	struct client c = anybody(*state);

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct answer a;

		assert_int_equal(ask(&c, "POST", "/api/v1/session", bodies[i][0], &a), 400);
		assert_string_equal(answer_text(&a, "error.code"), "invalid");
		if (bodies[i][1] != NULL) {
			assert_string_equal(answer_text(&a, "error.field"), bodies[i][1]);
		}
		answer_free(&a);
	}
}

#define house_test(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(log_in_gives_a_cookie_that_scripts_cannot_read),
		house_test(nobody_learns_which_names_exist),
		house_test(a_session_id_is_new_at_each_log_in),
		house_test(writes_need_the_token_of_this_session),
		house_test(other_sites_cannot_log_somebody_in),
		house_test(log_out_ends_the_session),
		house_test(forged_credentials_are_refused),
		house_test(agents_do_not_administer),
		house_test(changed_rights_end_the_sessions),
		house_test(a_new_password_ends_all_sessions_but_gives_a_new_one),
		house_test(the_house_keeps_an_administrator),
		house_test(an_api_key_does_what_its_scopes_say),
		house_test(bad_bodies_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
