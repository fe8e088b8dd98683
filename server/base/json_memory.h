/* Where parsed documents live: each in blocks of its own, cut from the front and freed at once.
 * jansson asks for a dozen small pieces per document and would give back each by itself.
 * Any thread; a document is built by one thread and may be freed by another. */
#ifndef BASE_JSON_MEMORY_H
#define BASE_JSON_MEMORY_H

#include <stddef.h>

struct json_memory;

/* From here to json_memory_end() all that jansson asks for in this thread is cut from one
 * memory. */
void json_memory_begin(void);
struct json_memory *json_memory_end(void);
/* The memory in which the document with this root was built. */
struct json_memory *json_memory_of(const void *root);
/* With everything that was built in it. */
void json_memory_free(struct json_memory *m);

#endif
