#include "backup/backup.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/app.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "command/command.h"
#include "command/command_backup.h"
#include "command/command_store.h"
#include "store/read.h"

#define NAME_START "trunkline-"
#define NAME_END ".tar.zst"
#define NAME_END_SEALED ".tar.zst.sealed"

enum { STAMP_LENGTH = 16, KEPT_MAX = 10000 }; /* 20261122T013000Z */

/* --- names -------------------------------------------------------------------------------- */

static bool
is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* In a folder the name says when; else it is as given. */
static bool
choose_path(const char *target, bool sealed, char out[static PATH_MAX])
{
	const char *end = sealed ? NAME_END_SEALED : NAME_END;
	char stamp[STAMP_LENGTH + 1] = "";
	char text[TIME_TEXT_SIZE];
	size_t length = 0;

	if (!is_folder(target)) {
		return snprintf(out, PATH_MAX, "%s", target) < PATH_MAX - 32;
	}
	time_format(clock_now_ms(), text);
	for (const char *p = text; *p != '\0' && *p != '.'; p++) {
		if (*p != ':' && *p != '-' && length < STAMP_LENGTH - 1) {
			stamp[length++] = *p;
		}
	}
	stamp[length] = 'Z';
	return snprintf(out, PATH_MAX, "%s/" NAME_START "%s%s", target, stamp, end) <
		PATH_MAX - 32;
}

/* One that an earlier run named by itself. */
static bool
is_ours(const char *name)
{
	const char *rest = name + strlen(NAME_START);

	return str_starts_with(name, NAME_START) && strlen(rest) > STAMP_LENGTH &&
		strspn(rest, "0123456789TZ") == STAMP_LENGTH && rest[STAMP_LENGTH - 1] == 'Z' &&
		(strcmp(rest + STAMP_LENGTH, NAME_END) == 0 ||
			strcmp(rest + STAMP_LENGTH, NAME_END_SEALED) == 0);
}

static int
ours(const struct dirent *entry)
{
	return is_ours(entry->d_name);
}

/* Only after a new one is whole. The names sort by time. */
static void
remove_old(const char *folder, int64_t keep)
{
	struct dirent **list = NULL;
	int count = scandir(folder, &list, ours, alphasort);

	for (int i = 0; i < count; i++) {
		if ((int64_t)i < (int64_t)count - keep) {
			char path[PATH_MAX];

			snprintf(path, sizeof(path), "%.3800s/%.255s", folder, list[i]->d_name);
			if (unlink(path) == 0) {
				printf("Removed the older %s.\n", path);
			} else {
				perror(path);
			}
		}
		free(list[i]);
	}
	free(list);
}

/* --- the backup --------------------------------------------------------------------------- */

static void
report(const char *path, const struct backup_facts *facts, int64_t took_ms)
{
	printf("%s: %llu entries (%llu rows), %llu files, %.1f MB, in %.1f s.\n", path,
		(unsigned long long)facts->entries, (unsigned long long)facts->rows,
		(unsigned long long)facts->files, (double)facts->bytes / 1e6,
		(double)took_ms / 1e3);
	puts(facts->sealed
			? "Sealed by the passphrase, with the keys. Without it nobody can open it."
			: "Not sealed: whoever has the file can read it. The private keys are not in "
			  "it;\nkeep a copy of the folder keys elsewhere.");
}

/* A database that takes no writes may be the very reason for a backup. */
static void
audit(const struct app_conf *conf, const char *path)
{
	if (!audit_backup(conf, "backup.made", path)) {
		fputs("trunkline backup: the audit has no row of this backup\n", stderr);
	}
}

static int
make(const struct app_conf *conf, const void *order, const char *target,
	const char *passphrase)
{
	const int64_t *keep = order; /* 0: all */
	char path[PATH_MAX];
	struct backup_plan plan = {
		.store = &conf->store,
		.path = path,
		.passphrase = passphrase,
		.program = TRUNKLINE_VERSION,
		.progress = show_backup_progress,
		.ctx = (void *)"Backed up",
	};
	int64_t began = clock_monotonic_ms();
	struct backup_facts facts;
	struct reader *reader;
	struct error e = {0};
	enum err err;

	if (!choose_path(target, passphrase != NULL, path)) {
		fputs("trunkline backup: the name is too long\n", stderr);
		return EXIT_STATUS_USAGE;
	}
	/* Before anything is opened for writing, which would make an empty database. */
	if (!command_right_user(conf)) {
		return EXIT_STATUS_FAILED;
	}
	err = store_reader_open(&conf->store, &reader, &e);
	if (err == ERR_OK) {
		store_reader_close(reader);
		audit(conf, path);
		err = backup_make(&plan, &facts, &e);
	}
	hide_backup_progress();
	if (err != ERR_OK) {
		fprintf(stderr, "trunkline backup: %s\n", e.text);
		return EXIT_STATUS_FAILED;
	}
	report(path, &facts, clock_monotonic_ms() - began);
	if (*keep > 0 && is_folder(target)) {
		remove_old(target, *keep);
	}
	if (facts.damaged > 0) {
		fprintf(stderr,
			"trunkline backup: %llu uploaded files are damaged on the disk of the server; "
			"they are in the backup as they are\n",
			(unsigned long long)facts.damaged);
		return EXIT_STATUS_FAILED;
	}
	return EXIT_STATUS_OK;
}

static int
run(int argc, char **argv)
{
	const char *passphrase_file = command_value(&argc, argv, "--passphrase-file");
	const char *keep_text = command_value(&argc, argv, "--keep");
	int64_t keep = 0;

	if (keep_text != NULL &&
		(!str_parse_i64(keep_text, &keep) || keep < 1 || keep > KEPT_MAX)) {
		fputs("trunkline backup: --keep takes a number from 1\n", stderr);
		return EXIT_STATUS_USAGE;
	}
	return archive_command(argc, argv, passphrase_file,
		"backup: name the file or the folder for it", make, &keep);
}

const struct command command_backup = {
	.name = "backup",
	.summary = "write everything into one archive, beside the running server",
	.help =
		"Usage: trunkline backup FILE|FOLDER [--passphrase-file FILE] [--keep N]\n"
		"                        [--config FILE] [--set SECTION.NAME=VALUE ...]\n\n"
		"Writes the database as of one moment, the uploaded files and the signed heads into\n"
		"one compressed archive. The server goes on meanwhile. In a FOLDER the archive is\n"
		"named by the time, and --keep N removes the oldest of those until N are left.\n\n"
		"With --passphrase-file (its first line, 12 bytes or more; - is the standard input)\n"
		"the archive is encrypted and has the keys in it, too. Without, it can be read by whoever has it, and the\n"
		"private keys are left out: keep a copy of DATA_DIR/keys apart. The archive appears\n"
		"under its name complete or not at all, and never over another.\n",
	.run = run,
};
