#include "knowledge/rule.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "knowledge/pattern.h"
#include "lib/test.h"

static const char whole[] =
	"{\"id\":\"7\",\"title\":\"开户\",\"folder\":\"账户\",\"enabled\":false,\"priority\":5,"
	"\"match\":\"contains\",\"any\":[\"开户\"],\"all\":[\"怎么\"],\"none\":[\"销户\"],"
	"\"pattern\":\"\",\"channels\":[\"web\"],\"hours\":\"open\",\"cooldown_ms\":60000,"
	"\"replies\":[\"您好 {{name|您}}\"],\"pick\":\"random\","
	"\"menu\":[{\"label\":\"人\",\"rule\":null,\"human\":true},"
	"{\"label\":\"费\",\"rule\":\"9\",\"human\":false}],"
	"\"human\":false,\"ask_helpful\":true,\"intent\":\"open\",\"tags\":[\"新\"],"
	"\"topics\":[\"户\"],\"version\":3,\"updated_at\":\"2026-11-22T04:00:00.000Z\"}";

static enum err
decode(struct arena *a, const char *text, struct rule *out, struct error *e)
{
	struct json *body;
	enum err err;

	assert_int_equal(json_parse(text, strlen(text), &body, NULL), ERR_OK);
	err = rule_decode(body, a, out, e);
	json_free(body);
	return err;
}

static void
what_is_written_is_read_again(void **state)
{
	struct arena *a = arena_create();
	struct json_writer w;
	struct rule rule;
	struct rule copy;
	struct buf out;

	(void)state;
	assert_int_equal(decode(a, whole, &rule, NULL), ERR_OK);
	assert_int_equal(rule_check(&rule, NULL), ERR_OK);
	rule_copy(&rule, a, &copy);
	buf_init(&out, 65536);
	jw_init(&w, &out);
	jw_object(&w);
	rule_encode(&copy, &w);
	jw_object_end(&w);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, whole);
	buf_fini(&out);
	arena_destroy(a);
}

static void
what_is_wrong_is_named(void **state)
{
	static const char *const wrong[][2] = {
		{"{}", "title: has 1 to 200 bytes"},
		{"{\"title\":3}", "title: is a string"},
		{"{\"title\":\"a\",\"match\":\"fuzzy\"}", "match: is not known"},
		{"{\"title\":\"a\",\"match\":\"exact\"}", "any: has at least one"},
		{"{\"title\":\"a\",\"any\":[\"ok\",\" \\u200b\"]}", "any[1]: is blank"},
		{"{\"title\":\"a\",\"any\":[1]}", "any: is a list of strings"},
		{"{\"title\":\"a\",\"replies\":[\"{{iban}}\"]}",
			"replies[0]: there is no variable \"iban\""},
		{"{\"title\":\"a\",\"menu\":[{\"label\":\"x\",\"human\":true}]}",
			"menu: stands with a reply"},
		{"{\"title\":\"a\",\"replies\":[\"y\"],\"menu\":[{\"label\":\"x\"}]}",
			"menu[0]: a rule or a person"},
		{"{\"title\":\"a\",\"cooldown_ms\":-1}", "cooldown_ms: at most 30 days"},
		{"{\"title\":\"a\",\"match\":\"pattern\",\"pattern\":\"(a\"}",
			"pattern: missing closing parenthesis, at 2"},
	};
	struct arena *a = arena_create();

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct rule rule;
		struct error e = {.text = ""};
		enum err err = decode(a, wrong[i][0], &rule, &e);

		if (err == ERR_OK) {
			err = rule_check(&rule, &e);
		}
		assert_int_equal(err, ERR_INVALID);
		assert_string_equal(e.text, wrong[i][1]);
	}
	arena_destroy(a);
}

static void
a_pattern_that_could_take_long_is_refused(void **state)
{
	static const char *const traps[] = {"(a+)+$", "(a|aa)+$", "(.*)*x", "(\\w+\\s?)+!$",
		"(开户?)+费$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", ".*.*.*.*=.*", "(?R)?a",
		"(\\d+)*[^\\d]$"};
	static const char *const fine[] = {"开户", "佣金.{0,6}多少", "^\\d{6}$",
		"(怎么|如何).*(开户|销户)", "[a-z]+@[a-z]+\\.com", "\\b(ipo|etf)\\b", "费率？"};

	(void)state;
	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		if (pattern_check(traps[i], NULL) != ERR_INVALID) {
			fail_msg("taken: %s", traps[i]);
		}
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		struct error e;

		if (pattern_check(fine[i], &e) != ERR_OK) {
			fail_msg("%s: %s", fine[i], e.text);
		}
	}
	assert_int_equal(pattern_check("a*", NULL), ERR_INVALID);
	assert_int_equal(pattern_check("", NULL), ERR_INVALID);
}

static void
a_pattern_is_folded_like_the_text(void **state)
{
	struct pattern *p;
	size_t begin;
	size_t end;

	(void)state;
	assert_int_equal(pattern_create("開戶？", &p, NULL), ERR_OK);
	assert_int_equal(pattern_find(p, "怎么开户?", strlen("怎么开户?"), &begin, &end),
		PATTERN_YES);
	assert_int_equal(begin, strlen("怎么"));
	assert_int_equal(pattern_find(p, "开户", strlen("开户"), &begin, &end), PATTERN_NO);
	pattern_destroy(p);
	pattern_destroy(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(a_pattern_that_could_take_long_is_refused),
		cmocka_unit_test(a_pattern_is_folded_like_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
