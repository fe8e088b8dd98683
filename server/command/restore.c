#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/app.h"
#include "api/data_lock.h"
#include "backup/backup.h"
#include "base/clock.h"
#include "base/str.h"
#include "command/command.h"
#include "command/command_backup.h"
#include "command/command_store.h"

struct order {
	const char *keys;
	bool new_keys;
	bool force;
	bool check;
};

static int
failed(const struct error *e)
{
	hide_backup_progress();
	fprintf(stderr, "trunkline restore: %s\n", e->text);
	return EXIT_STATUS_FAILED;
}

static bool
check(const char *archive, const char *passphrase, struct backup_facts *facts)
{
	char when[TIME_TEXT_SIZE];
	struct error e = {0};

	if (backup_check(archive, passphrase, show_backup_progress, (void *)"Checked", facts,
			&e) != ERR_OK) {
		(void)failed(&e);
		return false;
	}
	hide_backup_progress();
	time_format(facts->created_at, when);
	printf("%s is whole: made %s by trunkline %s on %s, schema %d, %s.\n"
		   "%llu entries (%llu rows), %llu files.\n",
		archive, when, facts->program, facts->driver, facts->schema,
		facts->has_keys ? "with its keys" : "without private keys",
		(unsigned long long)facts->entries, (unsigned long long)facts->rows,
		(unsigned long long)facts->files);
	if (facts->damaged > 0) {
		printf("%llu of the files were damaged when it was made.\n",
			(unsigned long long)facts->damaged);
	}
	return true;
}

/* What a restored copy is worth: every history, against the signed heads that came along. */
static bool
verify(const struct app_conf *conf)
{
	struct verify_report report = {0};
	struct error e = {0};
	enum err err = store_verify(&conf->store, 0, NULL, NULL, &report, &e);

	if (err == ERR_OK) {
		printf("Verified: %llu facts in %llu histories, %llu audit rows, %llu signed "
			   "heads.\n",
			(unsigned long long)report.facts, (unsigned long long)report.timelines,
			(unsigned long long)report.audits, (unsigned long long)report.heads);
		return true;
	}
	fprintf(stderr, "trunkline restore: restored, but it does not verify: %s\n", e.text);
	return false;
}

static int
finish(const struct app_conf *conf, const struct order *order, const char *archive,
	const struct backup_facts *facts)
{
	bool verified = verify(conf);
	char detail[1000];
	char when[TIME_TEXT_SIZE];
	struct error e = {0};

	if (order->new_keys && !facts->has_keys && order->keys == NULL &&
		restore_set_heads_aside(conf->data_dir, &e) != ERR_OK) {
		return failed(&e);
	}
	time_format(facts->created_at, when);
	snprintf(detail, sizeof(detail), "%.900s of %s", archive, when);
	if (!audit_backup(conf, "backup.restored", detail) || !verified) {
		return EXIT_STATUS_FAILED;
	}
	puts("Restored. Everybody has to log in again.");
	return EXIT_STATUS_OK;
}

static int
restore(const struct app_conf *conf, const void *what, const char *archive,
	const char *passphrase)
{
	const struct order *order = what;
	struct restore_plan plan = {
		.store = &conf->store,
		.path = archive,
		.passphrase = passphrase,
		.keys = order->keys,
		.new_keys = order->new_keys,
		.force = order->force,
		.progress = show_backup_progress,
		.ctx = (void *)"Restored",
	};
	struct backup_facts facts;
	struct error e = {0};
	int status;
	int lock;

	if (!check(archive, passphrase, &facts)) {
		return EXIT_STATUS_FAILED;
	}
	if (order->check) {
		return EXIT_STATUS_OK;
	}
	if (!command_right_user(conf)) {
		return EXIT_STATUS_FAILED;
	}
	if (data_lock(conf->data_dir, &lock, &e) != ERR_OK) {
		return failed(&e);
	}
	if (restore_load(&plan, &facts, &e) == ERR_OK) {
		hide_backup_progress();
		status = finish(conf, order, archive, &facts);
	} else {
		status = failed(&e);
	}
	close(lock);
	return status;
}

static int
run(int argc, char **argv)
{
	const char *passphrase_file = command_value(&argc, argv, "--passphrase-file");
	struct order order = {
		.keys = command_value(&argc, argv, "--keys"),
		.new_keys = command_flag(&argc, argv, "--new-keys"),
		.force = command_flag(&argc, argv, "--force"),
		.check = command_flag(&argc, argv, "--check"),
	};

	return archive_command(argc, argv, passphrase_file, "restore: name the archive",
		restore, &order);
}

const struct command command_restore = {
	.name = "restore",
	.summary = "fill an empty data folder and database from an archive",
	.help =
		"Usage: trunkline restore ARCHIVE [--passphrase-file FILE] [--keys FOLDER]\n"
		"                         [--new-keys] [--force] [--check] [--config FILE]\n"
		"                         [--set SECTION.NAME=VALUE ...]\n\n"
		"Reads the whole archive first and refuses one that was cut off or changed; --check\n"
		"does only that. Then fills the data folder and the database of the settings, which\n"
		"may be another than the archive is from (SQLite, MariaDB), brings the schema up to\n"
		"date and verifies every history. Both must be empty and no server may run; with\n"
		"--force what is in the data folder is set aside (before-restore-TIME) and the\n"
		"tables of a MySQL database are dropped.\n\n"
		"An archive that was made without a passphrase has no private keys: name the folder\n"
		"with a copy of them by --keys, or go on with new ones by --new-keys (passwords of\n"
		"mailboxes and keys of channels must then be entered again).\n",
	.run = run,
};
