#include "api/channel_settings.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "lib/test.h"

static const uint8_t secret[SEAL_SECRET_SIZE] = {7};

static int
set_up(void **state)
{
	*state = arena_create();
	return 0;
}

static int
tear_down(void **state)
{
	arena_destroy(*state);
	return 0;
}

static void
nothing_has_defaults(void **state)
{
	struct chat_settings s;

	assert_int_equal(settings_parse("{}", *state, &s), ERR_OK);
	assert_int_equal(s.origin_count, 0);
	assert_int_equal(s.key_count, 0);
	assert_string_equal(s.colour, SETTINGS_COLOUR);
	assert_false(settings_allow(&s, "https://a.example"));
	assert_int_equal(settings_parse("no json", *state, &s), ERR_CORRUPT);
	assert_int_equal(settings_parse("[]", *state, &s), ERR_CORRUPT);
}

static void
origins_are_as_browsers_send_them(void **state)
{
	static const char *const origins[][2] = {
		{"https://A.Example", "https://a.example"},
		{"https://a.example/", "https://a.example"},
		{"https://a.example:443", "https://a.example"},
		{"http://a.example:80/", "http://a.example"},
		{"https://a.example:8443", "https://a.example:8443"},
		{"http://localhost:5173", "http://localhost:5173"},
		{"http://[::1]:8080", "http://[::1]:8080"},
	};
	static const char *const wrong[] = {
		"",
		"*",
		"a.example",
		"https://",
		"ftp://a.example",
		"https://a.example/page",
		"https://a.example; script-src *",
		"https://a.example 'unsafe-inline'",
		"https://a.example\r\nX: y",
		"https://a.example,https://b.example",
		"null",
	};

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		assert_string_equal(settings_origin(origins[i][0], *state), origins[i][1]);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_null(settings_origin(wrong[i], *state));
	}
}

static void
what_is_written_is_read_again(void **state)
{
	struct chat_settings s;
	struct chat_settings again;
	char kid[KID_SIZE];
	char key[IDENTITY_KEY_TEXT_SIZE];
	char *text;

	assert_int_equal(
		settings_parse("{\"origins\":[\"https://a.example\",7,\"bad origin\"],"
					   "\"title\":{\"zh-CN\":\"客服\"},\"colour\":\"#112233\"}",
			*state, &s),
		ERR_OK);
	assert_int_equal(s.origin_count, 1);
	assert_int_equal(settings_add_key(&s, secret, "wk_1", *state, kid, key), ERR_OK);
	text = settings_text(&s, *state);
	assert_null(strstr(text, key));
	assert_int_equal(settings_parse(text, *state, &again), ERR_OK);
	assert_true(settings_allow(&again, "https://a.example"));
	assert_true(settings_allow(&again, "HTTPS://A.example"));
	assert_false(settings_allow(&again, "https://a.example.evil.example"));
	assert_string_equal(again.title_zh, "客服");
	assert_string_equal(again.title_en, "");
	assert_string_equal(again.colour, "#112233");
	assert_int_equal(again.key_count, 1);
	assert_string_equal(again.keys[0].kid, kid);
	assert_string_equal(settings_text(&again, *state), text);
}

static void
a_key_opens_until_it_is_revoked(void **state)
{
	struct chat_settings s;
	char kid[KID_SIZE];
	char key[IDENTITY_KEY_TEXT_SIZE];
	char opened[IDENTITY_KEY_TEXT_SIZE];

	assert_int_equal(settings_parse("{}", *state, &s), ERR_OK);
	assert_int_equal(settings_add_key(&s, secret, "wk_1", *state, kid, key), ERR_OK);
	assert_int_equal(strlen(key), IDENTITY_KEY_TEXT_SIZE - 1);
	assert_int_equal(settings_open_key(&s, secret, "wk_1", kid, opened), ERR_OK);
	assert_string_equal(opened, key);
	/* A key that was carried into the row of another channel is none. */
	assert_int_equal(settings_open_key(&s, secret, "wk_2", kid, opened), ERR_CORRUPT);
	assert_int_equal(settings_open_key(&s, secret, "wk_1", "none", opened),
		ERR_NOT_FOUND);
	assert_false(settings_revoke_key(&s, "none"));
	assert_true(settings_revoke_key(&s, kid));
	assert_int_equal(settings_open_key(&s, secret, "wk_1", kid, opened), ERR_NOT_FOUND);
}

static void
outsiders_see_no_sealed_key(void **state)
{
	struct chat_settings s;
	char kid[KID_SIZE];
	char key[IDENTITY_KEY_TEXT_SIZE];
	struct buf out;
	struct json_writer w;

	assert_int_equal(settings_parse("{}", *state, &s), ERR_OK);
	assert_int_equal(settings_add_key(&s, secret, "wk_1", *state, kid, key), ERR_OK);
	buf_init(&out, 10000);
	jw_init(&w, &out);
	jw_object(&w);
	settings_encode(&s, &w);
	jw_object_end(&w);
	assert_non_null(strstr(out.data, kid));
	assert_null(strstr(out.data, "sealed"));
	assert_null(strstr(out.data, s.keys[0].sealed));
	buf_fini(&out);
}

static void
there_is_an_end_of_keys(void **state)
{
	struct chat_settings s;
	char kid[KID_SIZE];
	char key[IDENTITY_KEY_TEXT_SIZE];

	assert_int_equal(settings_parse("{}", *state, &s), ERR_OK);
	for (int i = 0; i < SETTINGS_KEYS_MAX; i++) {
		assert_int_equal(settings_add_key(&s, secret, "wk_1", *state, kid, key), ERR_OK);
	}
	assert_int_equal(settings_add_key(&s, secret, "wk_1", *state, kid, key),
		ERR_CONFLICT);
	assert_non_null(settings_text(&s, *state));
}

static void
public_keys_are_told_apart(void **state)
{
	char one[PUBLIC_KEY_SIZE];
	char two[PUBLIC_KEY_SIZE];

	(void)state;
	public_key_make(one);
	public_key_make(two);
	assert_int_equal(strlen(one), PUBLIC_KEY_SIZE - 1);
	assert_int_equal(strncmp(one, "wk_", 3), 0);
	assert_string_not_equal(one, two);
}

#define settings_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		settings_test(nothing_has_defaults),
		settings_test(origins_are_as_browsers_send_them),
		settings_test(what_is_written_is_read_again),
		settings_test(a_key_opens_until_it_is_revoked),
		settings_test(outsiders_see_no_sealed_key),
		settings_test(there_is_an_end_of_keys),
		settings_test(public_keys_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
