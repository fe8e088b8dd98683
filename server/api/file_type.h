/* Which files are taken, by what is in them and not by what they are called. */
#ifndef API_FILE_TYPE_H
#define API_FILE_TYPE_H

#include <stdbool.h>
#include <stddef.h>

/* The type under which these bytes are kept, a constant text; NULL: not taken. The name only
 * tells texts and office files of the same content apart. Blocks: on a worker. */
const char *file_type_of(const void *data, size_t length, const char *name);

/* Shown inside a page: pictures that cannot carry code. All others are attachments. */
bool file_type_inline(const char *type);

#endif
