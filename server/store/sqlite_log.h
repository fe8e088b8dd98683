/* The file of SQLite's log, for connections that write: SQLite writes each page as 24 bytes and
 * 4 KiB apart, hundreds for a commit. They are gathered and go to the system in few writes, at the
 * latest before the file is brought to the disk, which SQLite does (synchronous=FULL) before it
 * tells anybody of a commit. Readers have files of their own and never look behind that. */
#ifndef STORE_SQLITE_LOG_H
#define STORE_SQLITE_LOG_H

/* The name for sqlite3_open_v2; NULL: SQLite's own way. Once per process, before the first
 * connection. */
const char *sqlite_log_register(void);

#endif
