#include "command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "base/option.h"

static void
take_out(int *argc, char **argv, int at, int count)
{
	for (int i = at; i + count <= *argc; i++) {
		argv[i] = argv[i + count]; /* moves the closing NULL along */
	}
	*argc -= count;
}

bool
command_flag(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], name) == 0) {
			take_out(argc, argv, i, 1);
			return true;
		}
	}
	return false;
}

const char *
command_value(int *argc, char **argv, const char *name)
{
	size_t length = strlen(name);

	for (int i = 1; i < *argc; i++) {
		const char *value;

		if (strncmp(argv[i], name, length) != 0) {
			continue;
		}
		if (argv[i][length] == '=') {
			value = argv[i] + length + 1;
			take_out(argc, argv, i, 1);
			return value;
		}
		if (argv[i][length] == '\0' && i + 1 < *argc) {
			value = argv[i + 1];
			take_out(argc, argv, i, 2);
			return value;
		}
	}
	return NULL;
}

bool
command_rest_empty(int argc, char **argv)
{
	if (argc <= 1) {
		return true;
	}
	fprintf(stderr, "trunkline %s: unexpected argument %s\n", argv[0], argv[1]);
	fprintf(stderr, "Try: trunkline %s --help\n", argv[0]);
	return false;
}

bool
command_settings(int *argc, char **argv, struct app_settings **out)
{
	struct app_settings *settings = app_settings_create();
	struct option_set *options = app_settings_options(settings);
	struct error e;
	const char *path = command_value(argc, argv, "--config");
	const char *assignment;
	enum err rc = ERR_OK;

	if (path != NULL) {
		rc = options_read_file(options, path, &e);
	}
	if (rc == ERR_OK) {
		rc = options_read_environment(options, &e);
	}
	while (rc == ERR_OK && (assignment = command_value(argc, argv, "--set")) != NULL) {
		rc = options_set(options, assignment, &e);
	}
	if (rc == ERR_OK) {
		rc = app_settings_check(settings, &e);
	}
	if (rc != ERR_OK) {
		fprintf(stderr, "trunkline: %s\n", e.text);
		app_settings_destroy(settings);
		return false;
	}
	*out = settings;
	return true;
}
