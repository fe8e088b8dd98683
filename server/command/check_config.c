#include <stdio.h>

#include "api/app.h"
#include "base/option.h"
#include "command/command.h"

static int
run(int argc, char **argv)
{
	struct app_settings *settings;

	if (command_flag(&argc, argv, "--example")) {
		if (!command_rest_empty(argc, argv)) {
			return EXIT_STATUS_USAGE;
		}
		options_write_example(all_option_tables, stdout);
		return EXIT_STATUS_OK;
	}
	if (!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_FAILED;
	}
	app_settings_destroy(settings);
	if (!command_rest_empty(argc, argv)) {
		return EXIT_STATUS_USAGE;
	}
	puts("The settings are right.");
	return EXIT_STATUS_OK;
}

const struct command command_check_config = {
	.name = "check-config",
	.summary = "check the settings, or print an example file",
	.help =
		"Usage: trunkline check-config [--config FILE] [--set SECTION.NAME=VALUE ...]\n"
		"       trunkline check-config --example\n\n"
		"Reads the settings as serve would and says what is wrong, with file, line and what\n"
		"is allowed. --example prints every setting with its default and its meaning.\n",
	.run = run,
};
