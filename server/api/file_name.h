/* Names of files as outsiders give them. Pure. */
#ifndef API_FILE_NAME_H
#define API_FILE_NAME_H

#include <stddef.h>

struct arena;

#define FILE_NAME_MAX 200 /* bytes */

/* From a percent-encoded header: without folders, control characters, and marks that turn the
 * direction of text ("exe.fdp"); "file" when nothing is left. */
const char *file_name_read(struct arena *a, const char *encoded);
/* The value of Content-Disposition, RFC 6266 with the extended form of RFC 5987. */
const char *file_name_disposition(struct arena *a, const char *type, const char *name);

#endif
