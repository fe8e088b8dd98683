/* What the commands backup and restore share. */
#ifndef COMMAND_COMMAND_BACKUP_H
#define COMMAND_COMMAND_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

struct app_conf;
struct store;

/* The first line of the file ("-": of the standard input), to be wiped and freed by passphrase_free(). False after printing
 * what is wrong with it. `path` NULL: none, *out is NULL. */
bool passphrase_read(const char *path, char **out);
void passphrase_free(char *passphrase); /* NULL is fine */

/* A backup_progress for a person at a terminal; ctx is the verb ("Checked"). Prints over its
 * own line. */
void show_backup_progress(void *ctx, uint64_t rows, uint64_t files, uint64_t bytes,
	uint64_t total);
void hide_backup_progress(void);

/* One row of audit by the operator at this machine. False after printing why. */
bool audit_backup(const struct app_conf *conf, const char *action, const char *detail);

#endif
