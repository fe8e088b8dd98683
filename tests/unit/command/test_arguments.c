#include "command/command.h"

#include <string.h>

#include "api/app.h"
#include "lib/test.h"

static int
count_of(char **argv)
{
	int count = 0;

	while (argv[count] != NULL) {
		count++;
	}
	return count;
}

static void
what_is_taken_is_gone(void **state)
{
	const char *given[] = {"verify", "--quick", "--customer", "7", "--format=csv", "file",
		NULL};
	char **argv = (char **)given; /* moved about, never written to */
	int argc = count_of(argv);

	(void)state;
	assert_true(command_flag(&argc, argv, "--quick"));
	assert_false(command_flag(&argc, argv, "--quick"));
	assert_string_equal(command_value(&argc, argv, "--customer"), "7");
	assert_string_equal(command_value(&argc, argv, "--format"), "csv");
	assert_null(command_value(&argc, argv, "--format"));
	assert_int_equal(argc, 2);
	assert_string_equal(argv[1], "file");
	assert_null(argv[2]);
	assert_false(command_rest_empty(argc, argv));
}

static void
a_name_that_only_begins_alike_is_another(void **state)
{
	const char *given[] = {"serve", "--settle", "x", "--set", NULL};
	char **argv = (char **)given; /* moved about, never written to */
	int argc = count_of(argv);

	(void)state;
	assert_null(command_value(&argc, argv, "--set")); /* the last one has no value */
	assert_int_equal(argc, 4);
	assert_false(command_rest_empty(argc, argv));
}

static void
settings_come_from_the_command_line(void **state)
{
	const char *given[] = {"serve", "--set", "server.data_dir=/tmp/x",
		"--set=desk.leave=7s", "--set", "store.node=9", NULL};
	char **argv = (char **)given; /* moved about, never written to */
	int argc = count_of(argv);
	struct app_settings *settings;
	const struct app_conf *conf;

	(void)state;
	assert_true(command_settings(&argc, argv, &settings));
	assert_true(command_rest_empty(argc, argv));
	conf = app_settings_conf(settings);
	assert_string_equal(conf->data_dir, "/tmp/x");
	assert_int_equal(conf->leave_ms, 7000);
	assert_int_equal(conf->store.node, 9); /* each table fills its own part */
	assert_string_equal(conf->store.data_dir, "/tmp/x");
	assert_string_equal(conf->home_region, "CN");
	app_settings_destroy(settings);
}

static void
wrong_settings_are_refused(void **state)
{
	static const char *const wrong[] = {"server.data_dir=", "desk.leave=soon",
		"desk.laeve=5m", "server.tls_key=only.pem", "nonsense"};
	struct app_settings *settings;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *given[] = {"serve", "--set", wrong[i], NULL};
		char **argv = (char **)given; /* moved about, never written to */
		int argc = count_of(argv);

		if (command_settings(&argc, argv, &settings)) {
			fail_msg("accepted: %s", wrong[i]);
		}
	}
}

static void
every_command_says_what_it_is_for(void **state)
{
	(void)state;
	for (const struct command *const *c = commands; *c != NULL; c++) {
		assert_non_null((*c)->run);
		assert_true(strlen((*c)->summary) > 0);
		assert_memory_equal((*c)->help, "Usage: trunkline ", 17);
		assert_non_null(strstr((*c)->help, (*c)->name));
		assert_int_equal((*c)->help[strlen((*c)->help) - 1], '\n');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_is_gone),
		cmocka_unit_test(a_name_that_only_begins_alike_is_another),
		cmocka_unit_test(settings_come_from_the_command_line),
		cmocka_unit_test(wrong_settings_are_refused),
		cmocka_unit_test(every_command_says_what_it_is_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
