#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api/app.h"
#include "command/command.h"
#include "store/store.h"

static int
migrate(const struct app_conf *conf)
{
	struct error e;
	int from;
	int to;

	if (mkdir(conf->data_dir, 0700) != 0 && errno != EEXIST) {
		fprintf(stderr, "trunkline: cannot make the data folder %s: %s\n", conf->data_dir,
			strerror(errno));
		return EXIT_STATUS_FAILED;
	}
	if (store_migrate(&conf->store, &from, &to, &e) != ERR_OK) {
		fprintf(stderr, "trunkline: %s\n", e.text);
		return EXIT_STATUS_FAILED;
	}
	if (from == to) {
		printf("The database is up to date (version %d).\n", to);
	} else {
		printf("The database was brought from version %d to %d.\n", from, to);
	}
	return EXIT_STATUS_OK;
}

static int
run(int argc, char **argv)
{
	struct app_settings *settings;
	int status = EXIT_STATUS_USAGE;

	if (!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_USAGE;
	}
	if (command_rest_empty(argc, argv)) {
		status = migrate(app_settings_conf(settings));
	}
	app_settings_destroy(settings);
	return status;
}

const struct command command_migrate = {
	.name = "migrate",
	.summary = "bring the database to the shape that this version needs",
	.help =
		"Usage: trunkline migrate [--config FILE] [--set SECTION.NAME=VALUE ...]\n\n"
		"Applies the numbered migrations that are still missing, each in one step; run\n"
		"twice it changes nothing. A database of a newer version is refused.\n",
	.run = run,
};
