/* Where a restore goes: a data folder and a database with nothing of ours in them. */
#ifndef BACKUP_TARGET_H
#define BACKUP_TARGET_H

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"
#include "store/store.h"

struct target {
	struct store_conf store; /* to be filled: an SQLite file under a name for the time */
	char path[PATH_MAX];     /* SQLite: its name at the end */
	char building[PATH_MAX]; /* SQLite: until then */
};

/* ERR_CONFLICT: there is something, named in `e`. With `force` a data folder's content is put
 * into a folder beside it, before-restore-<time>, and the tables of a database are dropped. */
MUST_CHECK enum err
target_open(struct target *t, const struct store_conf *conf, bool force, struct error *e);
/* The whole path of a member, its folders made. */
MUST_CHECK enum err target_make_folders(const struct target *t, const char *name,
	char path[static PATH_MAX], struct error *e);
MUST_CHECK enum err
target_copy_keys(const struct target *t, const char *folder, struct error *e);
/* Everything is on the disk, the database under its name. */
MUST_CHECK enum err target_settle(struct target *t, struct error *e);
/* After a failure: nothing of ours is left. */
void target_empty_again(struct target *t);

#endif
