/* trunkline index: builds the search index anew beside the one in use, and puts it in its place
 * in one step; or compares it with what a plain search through the same texts finds. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/app.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "command/command.h"
#include "command/command_store.h"
#include "command/index_check.h"
#include "flow/index_feed.h"
#include "store/store.h"

static void
show_progress(void *ctx, uint64_t known, uint64_t total)
{
	int64_t began = *(const int64_t *)ctx;
	int64_t ms = clock_monotonic_ms() - began;

	if (total > 0) {
		fprintf(stderr, "\r\033[K%3llu %% (%llu of %llu facts, %llu/s)",
			(unsigned long long)(known * 100 / total), (unsigned long long)known,
			(unsigned long long)total,
			(unsigned long long)(ms > 0 ? known * 1000 / (uint64_t)ms : 0));
	}
}

static enum err
move_into_place(const char *made, const char *folder, struct error *e)
{
	if (renameat2(AT_FDCWD, made, AT_FDCWD, folder, RENAME_EXCHANGE) == 0) {
		return index_wipe(made, e); /* that is the old one now */
	}
	if (errno == ENOENT && rename(made, folder) == 0) {
		return ERR_OK;
	}
	return error_set(e, ERR_UNAVAILABLE, "cannot put %s in its place: %s", made,
		strerror(errno));
}

static enum err
fill(const struct app_conf *conf, const char *made, struct index_stats *stats,
	struct error *e)
{
	int64_t began = clock_monotonic_ms();
	bool interactive = isatty(STDERR_FILENO);
	struct reader *reader = NULL;
	struct index *ix = NULL;
	enum err rc = store_reader_open(&conf->store, &reader, e);

	if (rc == ERR_OK) {
		rc = index_open(made, true, &ix, e);
	}
	if (rc == ERR_OK) {
		rc = index_feed_fill(reader, ix, interactive ? show_progress : NULL, &began, e);
	}
	if (rc == ERR_OK) {
		index_stats(ix, stats);
	}
	index_close(ix);
	store_reader_close(reader);
	if (interactive) {
		fputs("\r\033[K", stderr);
	}
	return rc;
}

static int
fail(const struct error *e)
{
	fprintf(stderr, "trunkline index: %s\n", e->text);
	return EXIT_STATUS_FAILED;
}

static int
rebuild(const struct app_conf *conf)
{
	char folder[INDEX_FOLDER_SIZE];
	char made[INDEX_FOLDER_SIZE];
	int64_t began = clock_monotonic_ms();
	struct index_stats stats;
	struct error e = {0};
	enum err rc = index_feed_folder(&conf->store, false, folder, &e);

	if (!command_right_user(conf)) {
		return EXIT_STATUS_FAILED;
	}
	if (rc == ERR_OK) {
		rc = index_feed_folder(&conf->store, true, made, &e);
	}
	if (rc == ERR_OK) {
		rc = index_wipe(made, &e); /* of one that was interrupted */
	}
	if (rc == ERR_OK) {
		rc = fill(conf, made, &stats, &e);
	}
	if (rc == ERR_OK) {
		rc = move_into_place(made, folder, &e);
	}
	if (rc != ERR_OK) {
		return fail(&e);
	}
	printf("Indexed: %llu entries in %llu files, %.1f MB, %.1f s.\n",
		(unsigned long long)stats.entries, (unsigned long long)stats.files,
		(double)stats.bytes / 1e6, (double)(clock_monotonic_ms() - began) / 1e3);
	return EXIT_STATUS_OK;
}

static int
check(const struct app_conf *conf)
{
	struct index_check_report report = {0};
	struct error e = {0};
	enum err rc = index_check(conf, &report, &e);

	if (rc == ERR_OK) {
		printf("Right: %zu searches through the newest %zu entries.\n", report.searches,
			report.entries);
		return EXIT_STATUS_OK;
	}
	return fail(&e);
}

static int
run(int argc, char **argv)
{
	bool only_check = command_flag(&argc, argv, "--check");
	struct app_settings *settings;
	int status = EXIT_STATUS_USAGE;

	if (!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_USAGE;
	}
	if (command_rest_empty(argc, argv)) {
		const struct app_conf *conf = app_settings_conf(settings);

		status = only_check ? check(conf) : rebuild(conf);
	}
	app_settings_destroy(settings);
	return status;
}

const struct command command_index = {
	.name = "index",
	.summary = "build the search index anew, or check it",
	.help =
		"Usage: trunkline index [--check] [--config FILE]\n"
		"                       [--set SECTION.NAME=VALUE ...]\n\n"
		"The index by which transcripts are searched is made of the database alone, by the\n"
		"server itself. This builds another one beside it and puts it in its place in one\n"
		"step, also beside a running server, which goes on with the new one.\n\n"
		"--check  compares instead: whatever the newest entries say is looked for in the\n"
		"         index, and must be found there as in the texts themselves. Exits with 1\n"
		"         and names the first search that differs.\n",
	.run = run,
};
