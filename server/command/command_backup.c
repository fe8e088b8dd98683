#include "command/command_backup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/app.h"
#include "backup/sealed.h"
#include "base/arena.h"
#include "base/clock.h"
#include "command/command.h"
#include "command/command_store.h"

enum { SHOW_EVERY_MS = 200 };

static bool
read_line(FILE *file, const char *path, char *out)
{
	struct stat status;

	if (file != stdin && fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
		(status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		fprintf(stderr, "trunkline: %s can be read by others: chmod 600 it\n", path);
		return false;
	}
	if (fgets(out, PASSPHRASE_MAX, file) == NULL) {
		fprintf(stderr, "trunkline: %s is empty\n", path);
		return false;
	}
	out[strcspn(out, "\r\n")] = '\0';
	if (strlen(out) < PASSPHRASE_MIN) {
		fprintf(stderr, "trunkline: the passphrase in %s is shorter than %d bytes\n",
			path, PASSPHRASE_MIN);
		return false;
	}
	return true;
}

static void
passphrase_free(char *passphrase)
{
	if (passphrase != NULL) {
		explicit_bzero(passphrase, PASSPHRASE_MAX);
		free(passphrase);
	}
}

/* False after printing what is wrong with it. */
static bool
passphrase_read(const char *path, char **out)
{
	char *line;
	FILE *file;
	bool read;

	*out = NULL;
	if (path == NULL) {
		return true;
	}
	file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (file == NULL) {
		fprintf(stderr, "trunkline: cannot open %s: %s\n", path, strerror(errno));
		return false;
	}
	setvbuf(file, NULL, _IONBF, 0); /* no second copy of it in memory */
	line = xcalloc(1, PASSPHRASE_MAX);
	read = read_line(file, path, line);
	if (file != stdin) {
		fclose(file);
	}
	if (!read) {
		passphrase_free(line);
		return false;
	}
	*out = line;
	return true;
}

int
archive_command(int argc, char **argv, const char *passphrase_file, const char *missing,
	archive_work *work, const void *order)
{
	struct app_settings *settings;
	int status = EXIT_STATUS_USAGE;
	char *passphrase;

	if (!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_USAGE;
	}
	if (argc == 2 && argv[1][0] != '-') {
		status = EXIT_STATUS_FAILED;
		if (passphrase_read(passphrase_file, &passphrase)) {
			status = work(app_settings_conf(settings), order, argv[1], passphrase);
			passphrase_free(passphrase);
		}
	} else if (command_rest_empty(argc, argv)) {
		fprintf(stderr, "trunkline %s\n", missing);
	}
	app_settings_destroy(settings);
	return status;
}

void
show_backup_progress(void *ctx, uint64_t rows, uint64_t files, uint64_t bytes,
	uint64_t total)
{
	static int64_t shown_ms;
	int64_t now_ms = clock_monotonic_ms();

	if (!isatty(STDERR_FILENO) || now_ms - shown_ms < SHOW_EVERY_MS) {
		return;
	}
	shown_ms = now_ms;
	fprintf(stderr, "\r\033[K%s: %llu rows, %llu files", (const char *)ctx,
		(unsigned long long)rows, (unsigned long long)files);
	if (total > 0) {
		fprintf(stderr, ", %llu %%", (unsigned long long)(bytes * 100 / total));
	}
}

void
hide_backup_progress(void)
{
	if (isatty(STDERR_FILENO)) {
		fputs("\r\033[K", stderr);
	}
}

bool
audit_backup(const struct app_conf *conf, const char *action, const char *detail)
{
	struct store *store = command_store_open(conf, COMMAND_NODE, false);
	struct actor actor = command_actor();
	struct change *chg;
	bool done;

	if (store == NULL) {
		return false;
	}
	chg = change_create(CHANGE_AUDIT, &actor);
	chg->audit.action = arena_strdup(chg->arena, action);
	chg->audit.subject_kind = "backup";
	chg->audit.detail = arena_strdup(chg->arena, detail);
	done = command_submit(store, chg, action, NULL);
	store_close(store);
	return done;
}
