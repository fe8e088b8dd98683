#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "lib/test.h"

#define PREFIX "1970-01-01T00:00:01.000Z info  "

/* Standard error goes to a file between begin() and end(). */
struct capture {
	FILE *file;
	int kept;
	char text[40000];
};

static void
begin(struct capture *c, enum log_level level, enum log_format format)
{
	clock_set_virtual(1000);
	log_configure(level, format);
	c->file = tmpfile();
	assert_non_null(c->file);
	c->kept = dup(STDERR_FILENO);
	dup2(fileno(c->file), STDERR_FILENO);
}

static void
end(struct capture *c)
{
	size_t length;

	dup2(c->kept, STDERR_FILENO);
	close(c->kept);
	rewind(c->file);
	length = fread(c->text, 1, sizeof(c->text) - 1, c->file);
	c->text[length] = '\0';
	fclose(c->file);
}

static void
what_is_below_the_level_is_dropped(void **state)
{
	struct capture c;

	(void)state;
	begin(&c, LOG_WARN, LOG_TEXT);
	log_event(LOG_DEBUG, "a", "x=%d", 1);
	log_event(LOG_INFO, "b", "x=%d", 1);
	log_event(LOG_WARN, "c", "x=%d", 1);
	log_event(LOG_ERROR, "d", "x=%d", 1);
	end(&c);
	assert_string_equal(c.text,
		"1970-01-01T00:00:01.000Z warn  c x=1\n1970-01-01T00:00:01.000Z error d x=1\n");
}

static void
control_characters_never_break_the_line(void **state)
{
	struct capture c;

	(void)state;
	begin(&c, LOG_INFO, LOG_TEXT);
	log_event(LOG_INFO, "e", "v=%s", "a\nb\r\x1b[31m\x7f\xC2\x9B\xFFz\xE5\xAE\xA2");
	end(&c);
	assert_string_equal(c.text,
		PREFIX "e v=a\\u000ab\\u000d\\u001b[31m\\u007f\\u009b\\ufffdz\xE5\xAE\xA2\n");
}

static void
quoting_keeps_a_value_one_field(void **state)
{
	struct log_quoted q;

	(void)state;
	assert_string_equal(log_quote(&q, "a b=c"), "\"a b=c\"");
	assert_string_equal(log_quote(&q, ""), "\"\"");
	assert_string_equal(log_quote(&q, NULL), "\"\"");
	assert_string_equal(log_quote(&q, "\" x=\"1\\"), "\"\\\" x=\\\"1\\\\\"");
	assert_string_equal(log_quote(&q, "\n\xFF"), "\"\\u000a\\ufffd\"");
	assert_string_equal(log_quote(&q, "\xE5\xAE"), "\"\\ufffd\\ufffd\"");
}

static void
long_values_are_cut_whole(void **state)
{
	static const char *const fillers[] = {"a", "\"", "\n", "\xE5\xAE\xA2", "\xFF"};
	struct log_quoted q;

	(void)state;
	for (size_t f = 0; f < sizeof(fillers) / sizeof(fillers[0]); f++) {
		for (int count = 30; count < 400; count++) {
			char text[1300] = "";
			char document[300];
			struct json *root;

			for (int i = 0; i < count; i++) {
				strcat(text, fillers[f]);
			}
			log_quote(&q, text);
			assert_true(strlen(q.text) < LOG_QUOTE_SIZE);
			snprintf(document, sizeof(document), "[%s]", q.text);
			assert_int_equal(json_parse(document, strlen(document), &root, NULL), ERR_OK);
			json_free(root);
		}
	}
}

static void
json_lines_hold_the_fields(void **state)
{
	struct log_quoted q;
	struct capture c;

	(void)state;
	begin(&c, LOG_INFO, LOG_JSON);
	log_event(LOG_INFO, "login_failed",
		"user=%s tries=%d address=%s x=", log_quote(&q, "a\" admin=\"yes\n"), 3,
		"10.0.0.1");
	log_event(LOG_ERROR, "bare", "%s", "");
	end(&c);
	assert_string_equal(c.text,
		"{\"time\":\"1970-01-01T00:00:01.000Z\",\"level\":\"info\","
		"\"event\":\"login_failed\",\"user\":\"a\\\" admin=\\\"yes\\u000a\",\"tries\":3,"
		"\"address\":\"10.0.0.1\",\"x\":\"\"}\n"
		"{\"time\":\"1970-01-01T00:00:01.000Z\",\"level\":\"error\",\"event\":\"bare\"}\n");
}

static void
json_lines_stay_json_whatever_the_fields_hold(void **state)
{
	static const char *const hostile[] = {"\"", "\"\\", "=", "==", " = ", "a=\"b",
		"a=\"\\", "\xFF=\xFE", "a=\"\"\"", "a=\"x\"y b=\"", "\n", "k=\"\x01\"",
		"k=\"a\\q\"", "k=\"\\", "k=\"a\\u00g0\"", "k=\"\\u00", "k=\"a\" \"", "k=\"\\\""};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct capture c;
		struct json *root;
		struct error e;

		begin(&c, LOG_INFO, LOG_JSON);
		log_event(LOG_INFO, "e", "%s", hostile[i]);
		end(&c);
		if (json_parse(c.text, strlen(c.text), &root, &e) != ERR_OK) {
			fail_msg("%s: %s", c.text, e.text);
		}
		json_free(root);
	}
}

static void
a_huge_event_is_cut_but_stays_one_line(void **state)
{
	struct capture c;
	char text[9000];

	(void)state;
	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	begin(&c, LOG_INFO, LOG_TEXT);
	log_event(LOG_INFO, "e", "v=%s", text);
	end(&c);
	assert_ptr_equal(strchr(c.text, '\n'), c.text + strlen(c.text) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_below_the_level_is_dropped),
		cmocka_unit_test(control_characters_never_break_the_line),
		cmocka_unit_test(quoting_keeps_a_value_one_field),
		cmocka_unit_test(long_values_are_cut_whole),
		cmocka_unit_test(json_lines_hold_the_fields),
		cmocka_unit_test(json_lines_stay_json_whatever_the_fields_hold),
		cmocka_unit_test(a_huge_event_is_cut_but_stays_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
