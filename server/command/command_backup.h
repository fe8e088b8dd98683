/* What the commands backup and restore share. */
#ifndef COMMAND_COMMAND_BACKUP_H
#define COMMAND_COMMAND_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

struct app_conf;
struct store;

/* What is left of the arguments names the archive and the settings. `work` does the rest with
 * them, with what the command itself was told (`order`), and with the first line of the
 * passphrase file ("-": of the standard input), which is wiped afterwards; NULL when no file is
 * named. The status to exit with; what is wrong with the arguments is printed, `missing` when
 * there is no archive. */
typedef int archive_work(const struct app_conf *conf, const void *order,
	const char *archive, const char *passphrase);
int archive_command(int argc, char **argv, const char *passphrase_file,
	const char *missing, archive_work *work, const void *order);

/* A backup_progress for a person at a terminal; ctx is the verb ("Checked"). Prints over its
 * own line. */
void show_backup_progress(void *ctx, uint64_t rows, uint64_t files, uint64_t bytes,
	uint64_t total);
void hide_backup_progress(void);

/* One row of audit by the operator at this machine. False after printing why. */
bool audit_backup(const struct app_conf *conf, const char *action, const char *detail);

#endif
