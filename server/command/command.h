/* The commands of the one binary, git-like: each has its own help and exit status.
 * 0: done. 1: it failed, or verify found something. 2: called wrongly. */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include <stdbool.h>

#include "api/app.h"

#define TRUNKLINE_VERSION APP_VERSION

struct app_settings;

enum exit_status { EXIT_STATUS_OK = 0, EXIT_STATUS_FAILED = 1, EXIT_STATUS_USAGE = 2 };

struct command {
	const char *name;    /* "check-config" */
	const char *summary; /* one line for the overview */
	const char *help;    /* what `trunkline NAME --help` prints; ends with a newline */
	/* argv[0] is the command's name; --help has been answered already. */
	int (*run)(int argc, char **argv);
};

extern const struct command
	*const commands[]; /* in the order of the overview; NULL ends */

extern const struct command command_backup;
extern const struct command command_check_config;
extern const struct command command_import;
extern const struct command command_index;
extern const struct command command_init;
extern const struct command command_migrate;
extern const struct command command_restore;
extern const struct command command_serve;
extern const struct command command_user;
extern const struct command command_verify;

/* Defaults, then the file of --config, then the environment, then each --set: takes these
 * arguments out of argv and leaves the rest. False: printed what is wrong. The settings are
 * the caller's, to be given to app_settings_destroy(). */
bool command_settings(int *argc, char **argv, struct app_settings **out);

/* Takes `name` out of argv; true if it was there. */
bool command_flag(int *argc, char **argv, const char *name);
/* Takes `name VALUE` or `name=VALUE` out of argv; NULL: not there. A name without a value is
 * left in place, so that command_rest_empty() reports it. */
const char *command_value(int *argc, char **argv, const char *name);
/* Prints the first argument that nobody took; true when there is none. */
bool command_rest_empty(int argc, char **argv);

#endif
