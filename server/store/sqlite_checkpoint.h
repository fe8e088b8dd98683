/* Copies the write-ahead log of SQLite back into the database beside the writer. A checkpoint of
 * SQLite's own would run inside a commit and hold up everybody for as long as the disk needs.
 *
 * A thread with a connection of its own copies what is committed, without a lock that would stop
 * the writer. The log can only begin anew when all of it has been copied, which a thread that
 * runs behind never sees: so the writer itself copies the little that is left once the log is
 * long. */
#ifndef STORE_SQLITE_CHECKPOINT_H
#define STORE_SQLITE_CHECKPOINT_H

#include <sqlite3.h>

struct checkpointer;

/* Starts the thread for a connection that writes and takes over its wal hook. NULL: it could not
 * be opened; the connection then keeps SQLite's own checkpoints. */
struct checkpointer *checkpointer_start(sqlite3 *writer, const char *path);
/* Before the writer's connection is closed; waits for the pass that runs. NULL is fine. */
void checkpointer_stop(struct checkpointer *c);

#endif
