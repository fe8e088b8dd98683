/* Finds the command and lets it run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command/command.h"

enum { NEAR_ENOUGH = 3, NAME_MAX_LENGTH = 40 };

static void
print_overview(FILE *out)
{
	fputs("Trunkline: one durable history for every conversation with a customer.\n\n"
		  "Usage: trunkline COMMAND [ARGUMENTS]\n\nCommands:\n",
		out);
	for (const struct command *const *c = commands; *c != NULL; c++) {
		fprintf(out, "  %-14s %s\n", (*c)->name, (*c)->summary);
	}
	fputs("\nEvery command takes --config FILE and --set SECTION.NAME=VALUE.\n"
		  "trunkline COMMAND --help tells more; --version prints the version.\n",
		out);
}

static const struct command *
find_command(const char *name)
{
	for (const struct command *const *c = commands; *c != NULL; c++) {
		if (strcmp((*c)->name, name) == 0) {
			return *c;
		}
	}
	return NULL;
}

/* Levenshtein's distance of two short names. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LENGTH + 1];
	size_t a_length = strlen(a);
	size_t b_length = strlen(b);

	if (a_length > NAME_MAX_LENGTH || b_length > NAME_MAX_LENGTH) {
		return NAME_MAX_LENGTH;
	}
	for (size_t j = 0; j <= b_length; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t replaced = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
			size_t shorter = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			diagonal = row[j];
			row[j] = replaced < shorter ? replaced : shorter;
		}
	}
	return row[b_length];
}

static int
refuse_unknown(const char *name)
{
	const char *nearest = NULL;
	size_t nearest_distance = NEAR_ENOUGH;

	for (const struct command *const *c = commands; *c != NULL; c++) {
		size_t distance = edit_distance(name, (*c)->name);

		if (distance < nearest_distance) {
			nearest = (*c)->name;
			nearest_distance = distance;
		}
	}
	fprintf(stderr, "trunkline: there is no command %.60s", name);
	if (nearest != NULL) {
		fprintf(stderr, "; did you mean %s?", nearest);
	}
	fputs("\nTry: trunkline --help\n", stderr);
	return EXIT_STATUS_USAGE;
}

static int
help_of(const char *name)
{
	const struct command *command = find_command(name);

	if (command == NULL) {
		return refuse_unknown(name);
	}
	fputs(command->help, stdout);
	return EXIT_STATUS_OK;
}

static bool
asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			return true;
		}
	}
	return false;
}

int
main(int argc, char **argv)
{
	const struct command *command;

	umask(077); /* whatever it writes is for its owner */
	if (argc < 2) {
		print_overview(stderr);
		return EXIT_STATUS_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
		puts("trunkline " TRUNKLINE_VERSION);
		return EXIT_STATUS_OK;
	}
	if (strcmp(argv[1], "help") == 0 && argc > 2) {
		return help_of(argv[2]);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		print_overview(stdout);
		return EXIT_STATUS_OK;
	}
	if (asks_for_help(argc - 1, argv + 1)) {
		return help_of(argv[1]);
	}
	command = find_command(argv[1]);
	if (command == NULL) {
		return refuse_unknown(argv[1]);
	}
	return command->run(argc - 1, argv + 1);
}
