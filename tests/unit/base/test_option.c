#include "base/option.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/test.h"

struct settings {
	char *listen;
	char *data_dir;
	char *key;
	char *origins;
	char *colours;
	int64_t port;
	int64_t offset;
	int64_t timeout_ms;
	int64_t body_bytes;
	bool tls;
	int format;
};

static const char *const formats[] = {"text", "json", NULL};

#define AT(member) offsetof(struct settings, member)
static bool
is_colour(const char *text)
{
	return strcmp(text, "red") == 0 || strcmp(text, "blue") == 0;
}

static const struct option_form colour = {"a colour (red, blue)", is_colour};

static const struct option server_options[] = {
	{"server.listen", OPTION_STRING, AT(listen), "127.0.0.1:8080", 1, 40, NULL,
		"Where to listen.", NULL},
	{"server.data_dir", OPTION_PATH, AT(data_dir), "var", 0, 0, NULL, "Where data lie.",
		NULL},
	{"server.port", OPTION_INT, AT(port), "80", 1, 65535, NULL, "A port.", NULL},
	{"server.timeout", OPTION_DURATION, AT(timeout_ms), "30s", 500, 3600000, NULL,
		"How long to wait, told in so many words that the comment has to be broken into "
		"more than a single line.",
		NULL},
	{"server.body_max", OPTION_SIZE, AT(body_bytes), "1m", 0, 0, NULL, "The longest.",
		NULL},
	{"server.tls", OPTION_BOOL, AT(tls), "off", 0, 0, NULL, "Whether.", NULL},
	{0},
};
static const struct option other_options[] = {
	{"log.format", OPTION_ENUM, AT(format), "json", 0, 0, formats, "How.", NULL},
	{"log.offset", OPTION_INT, AT(offset), "-3", -10, 0, NULL, "May be negative.", NULL},
	{"security.key", OPTION_SECRET, AT(key), NULL, 8, 0, NULL, "A secret.", NULL},
	{"security.origins", OPTION_LIST, AT(origins), "", 0, 0, NULL, "Who may.", NULL},
	{"security.colours", OPTION_LIST, AT(colours), "", 0, 0, NULL, "Of what.", &colour},
	{0},
};
static const struct option *const tables[] = {server_options, other_options, NULL};

struct fixture {
	struct settings settings;
	struct option_set *set;
	struct error e;
	char path[64];
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	f->set = options_create(tables, &f->settings);
	strcpy(f->path, "/tmp/test_option_XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	close(fd);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	options_destroy(f->set);
	options_destroy(NULL);
	assert_null(f->settings.listen);
	unlink(f->path);
	free(f);
	return 0;
}

static enum err
read_text_n(struct fixture *f, const char *text, size_t length)
{
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
	return options_read_file(f->set, f->path, &f->e);
}

static enum err
read_text(struct fixture *f, const char *text)
{
	return read_text_n(f, text, strlen(text));
}

static void
assert_says(const struct fixture *f, const char *part)
{
	if (strstr(f->e.text, part) == NULL) {
		fail_msg("\"%s\" lacks \"%s\"", f->e.text, part);
	}
}

static void
defaults_come_first(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(f->settings.listen, "127.0.0.1:8080");
	assert_string_equal(f->settings.data_dir, "var");
	assert_string_equal(f->settings.key, "");
	assert_int_equal(f->settings.port, 80);
	assert_int_equal(f->settings.offset, -3);
	assert_int_equal(f->settings.timeout_ms, 30000);
	assert_int_equal(f->settings.body_bytes, 1 << 20);
	assert_int_equal(f->settings.format, 1);
	assert_false(f->settings.tls);
}

static void
the_later_source_wins(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "[server]\nport = 81\nlisten=a:1 ; why\n"), ERR_OK);
	setenv("TRUNKLINE_SERVER_PORT", "82", 1);
	assert_int_equal(options_read_environment(f->set, &f->e), ERR_OK);
	unsetenv("TRUNKLINE_SERVER_PORT");
	assert_int_equal(f->settings.port, 82);
	assert_int_equal(options_set(f->set, "server.port=83", &f->e), ERR_OK);
	assert_int_equal(f->settings.port, 83);
	assert_string_equal(f->settings.listen, "a:1");
}

static void
each_type_reads_its_forms(void **state)
{
	static const struct {
		const char *assignment;
		int64_t expected;
	} durations[] = {{"server.timeout=500ms", 500}, {"server.timeout=2S", 2000},
		{"server.timeout=5m", 300000}, {"server.timeout=1h", 3600000}},
	  sizes[] = {{"server.body_max=0", 0}, {"server.body_max=17", 17},
		  {"server.body_max=2k", 2048}, {"server.body_max=3M", 3 << 20},
		  {"server.body_max=8589934591g", INT64_C(8589934591) << 30}};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		assert_int_equal(options_set(f->set, durations[i].assignment, &f->e), ERR_OK);
		assert_int_equal(f->settings.timeout_ms, durations[i].expected);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(options_set(f->set, sizes[i].assignment, &f->e), ERR_OK);
		assert_int_equal(f->settings.body_bytes, sizes[i].expected);
	}
	assert_int_equal(options_set(f->set, "server.tls=Yes", &f->e), ERR_OK);
	assert_true(f->settings.tls);
	assert_int_equal(options_set(f->set, "server.tls=0", &f->e), ERR_OK);
	assert_false(f->settings.tls);
	assert_int_equal(options_set(f->set, "log.format=TEXT", &f->e), ERR_OK);
	assert_int_equal(f->settings.format, 0);
	assert_int_equal(options_set(f->set, "security.key=a=b=c;# d", &f->e), ERR_OK);
	assert_string_equal(f->settings.key, "a=b=c;# d");
}

static void
wrong_values_are_refused_and_change_nothing(void **state)
{
	static const char *const wrong[] = {"server.port=0", "server.port=65536",
		"server.port=", "server.port=1x", "server.port=99999999999999999999",
		"log.offset=-11", "server.timeout=499ms", "server.timeout=30",
		"server.timeout=", "server.timeout=0", "server.timeout=2h", "server.timeout=s",
		"server.timeout=1 m", "server.timeout=99999999999999999999999s",
		"server.timeout=106751991168d", "server.body_max=1t", "server.body_max=-1",
		"server.body_max=8589934592g", "server.tls=maybe", "log.format=xml",
		"log.format=", "server.listen=", "security.key=short", "server.listen=a\nb",
		"server.data_dir=\xFF", "security.colours=red, green",
		"server.listen=12345678901234567890123456789012345678901"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (options_set(f->set, wrong[i], &f->e) != ERR_INVALID) {
			fail_msg("accepted: %s", wrong[i]);
		}
	}
	defaults_come_first(state);
}

static void
refusals_say_where_and_what_is_allowed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "# head\n[server]\n\nport = 99999\n"), ERR_INVALID);
	assert_says(f, f->path);
	assert_says(f,
		":4: server.port must be a whole number from 1 to 65535, not \"99999\"");
	assert_int_equal(options_set(f->set, "server.timeout=1", &f->e), ERR_INVALID);
	assert_says(f, "--set: server.timeout must be a duration");
	assert_says(f, "from 500ms to 1h");
	assert_int_equal(options_set(f->set, "log.format=x", &f->e), ERR_INVALID);
	assert_says(f, "one of text, json");
	assert_int_equal(options_set(f->set, "security.colours=blue,grey", &f->e),
		ERR_INVALID);
	assert_says(f, "a list, separated by commas, each a colour (red, blue), not");
	assert_int_equal(options_set(f->set, "security.colours= blue , red", &f->e), ERR_OK);
	assert_int_equal(options_set(f->set, "security.colours=", &f->e), ERR_OK);
	setenv("TRUNKLINE_SERVER_TLS", "2", 1);
	assert_int_equal(options_read_environment(f->set, &f->e), ERR_INVALID);
	unsetenv("TRUNKLINE_SERVER_TLS");
	assert_says(f, "TRUNKLINE_SERVER_TLS: server.tls must be true or false");
}

static void
secrets_are_not_shown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(options_set(f->set, "security.key=hunter2", &f->e), ERR_INVALID);
	assert_null(strstr(f->e.text, "hunter2"));
	assert_says(f, "security.key must be a secret text, at least 8 bytes");
}

static void
unknown_names_are_refused_with_a_suggestion(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(options_set(f->set, "server.prot=1", &f->e), ERR_INVALID);
	assert_says(f, "is it server.port?");
	assert_int_equal(options_set(f->set, "nothing.like_it=1", &f->e), ERR_INVALID);
	assert_says(f, "trunkline.conf.example");
	assert_int_equal(options_set(f->set, "server.port", &f->e), ERR_INVALID);
	assert_int_equal(options_set(f->set, "=1", &f->e), ERR_INVALID);
	assert_int_equal(read_text(f, "port = 1\n"), ERR_INVALID);
	assert_int_equal(read_text(f, "[nowhere]\nport = 1\n"), ERR_INVALID);
	assert_says(f, ":2: there is no setting nowhere.port");
	setenv("TRUNKLINE_SERVER_PROT", "1", 1);
	assert_int_equal(options_read_environment(f->set, &f->e), ERR_INVALID);
	unsetenv("TRUNKLINE_SERVER_PROT");
	assert_says(f, "TRUNKLINE_SERVER_PROT");
	setenv("TRUNKLINE_ELSEWHERE", "1", 1);
	assert_int_equal(options_read_environment(f->set, &f->e), ERR_OK);
	unsetenv("TRUNKLINE_ELSEWHERE");
}

static void
broken_files_are_refused(void **state)
{
	struct fixture *f = *state;
	char text[400] = "[server]\nlisten = ";

	assert_int_equal(read_text(f, "[server]\nwhat is this\n"), ERR_INVALID);
	assert_says(f, ":2: neither");
	assert_int_equal(read_text(f, "[server\nport = 1\n"), ERR_INVALID);
	assert_int_equal(read_text(f, "[server]\nport = 1\nport = 2\n"), ERR_INVALID);
	assert_says(f, ":3: server.port is given twice");
	assert_int_equal(read_text(f, "[server]\nport = 1\n  tls = on\n"), ERR_INVALID);
	assert_says(f, ":3: an indented line continues server.port");
	memset(text + strlen(text), 'x', 300);
	assert_int_equal(read_text(f, text), ERR_INVALID);
	assert_says(f, ":2: a line of more than");
	assert_int_equal(read_text_n(f, "[server]\nport\0= 1\n", 18), ERR_INVALID);
	assert_int_equal(options_read_file(f->set, "/nowhere/at/all", &f->e), ERR_NOT_FOUND);
	assert_int_equal(options_read_file(f->set, "/", &f->e), ERR_INVALID);
}

static void
lists_go_on_in_indented_lines(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		read_text(f,
			"[security]\norigins = https://a.example,\n\thttps://b.example\n"
			"    https://c.example, https://d.example\n[log]\nformat = text\n"),
		ERR_OK);
	assert_string_equal(f->settings.origins,
		"https://a.example,https://b.example,https://c.example, https://d.example");
	assert_int_equal(f->settings.format, 0);
	assert_int_equal(read_text(f, "[security]\norigins = x\n"), ERR_OK);
	assert_string_equal(f->settings.origins, "x");
	assert_int_equal(read_text(f, ""), ERR_OK);
}

static void
the_example_lists_all_and_is_readable_when_uncommented(void **state)
{
	struct fixture *f = *state;
	char text[8000] = "";
	char line[200];
	FILE *file = tmpfile();
	int settings = 0;

	assert_non_null(file);
	options_write_example(tables, file);
	rewind(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		assert_true(strlen(line) <= 81);
		if (line[0] == '#' && line[1] != ' ') {
			settings++;
			if (strncmp(line, "#key =", 6) == 0) {
				continue; /* its default means that it must be set */
			}
			strcat(text, line + 1);
		} else {
			strcat(text, line);
		}
	}
	fclose(file);
	assert_int_equal(settings, 11);
	assert_non_null(strstr(text, "[server]\n"));
	assert_non_null(strstr(text, "# Takes a duration (500ms, 10s, 5m, 24h, 30d) from"));
	assert_non_null(strstr(text, "\nlisten = 127.0.0.1:8080\n"));
	if (read_text(f, text) != ERR_OK) {
		fail_msg("%s", f->e.text);
	}
	defaults_come_first(state);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(defaults_come_first),
		WITH_FIXTURE(the_later_source_wins),
		WITH_FIXTURE(each_type_reads_its_forms),
		WITH_FIXTURE(wrong_values_are_refused_and_change_nothing),
		WITH_FIXTURE(refusals_say_where_and_what_is_allowed),
		WITH_FIXTURE(secrets_are_not_shown),
		WITH_FIXTURE(unknown_names_are_refused_with_a_suggestion),
		WITH_FIXTURE(broken_files_are_refused),
		WITH_FIXTURE(lists_go_on_in_indented_lines),
		WITH_FIXTURE(the_example_lists_all_and_is_readable_when_uncommented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
