/* The file that an export is written to before it is sent: a name of its own in the data
 * folder, removed with a later export. Any thread; a file stays open within one step only, so
 * that a step that never comes leaves nothing open. */
#ifndef API_EXPORT_FILE_H
#define API_EXPORT_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

struct app;
struct arena;
struct buf;

/* A path that nobody can guess, ending with `ending` (".csv"). Loop thread. */
const char *export_file_path(const struct app *app, struct arena *a, const char *ending);
/* Makes the folder, removes what was sent long ago, begins the file. ERR_UNAVAILABLE. */
MUST_CHECK enum err export_file_begin(const char *path, FILE **out, struct error *e);
MUST_CHECK enum err export_file_continue(const char *path, FILE **out, struct error *e);
MUST_CHECK enum err
export_file_write(FILE *file, const void *bytes, size_t length, struct error *e);
/* What was gathered. ERR_CORRUPT: it is more than the buffer was made for. */
MUST_CHECK enum err
export_file_take(FILE *file, const struct buf *gathered, struct error *e);
/* Closes it; what is not on the disk by then never will be. */
MUST_CHECK enum err export_file_end(FILE *file, struct error *e);

#endif
