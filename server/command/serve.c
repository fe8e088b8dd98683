#include "command/command.h"

#include "api/app.h"
#include "api/serve.h"

static int
run(int argc, char **argv)
{
	struct app_settings *settings;
	int status = EXIT_STATUS_USAGE;

	if (!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_USAGE;
	}
	if (command_rest_empty(argc, argv)) {
		status = serve(app_settings_conf(settings)) ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
	}
	app_settings_destroy(settings);
	return status;
}

const struct command command_serve = {
	.name = "serve",
	.summary = "run the server",
	.help =
		"Usage: trunkline serve [--config FILE] [--set SECTION.NAME=VALUE ...]\n\n"
		"Runs the server until SIGTERM or SIGINT. The data folder must have been made\n"
		"by trunkline init; one server at a time works on it.\n",
	.run = run,
};
