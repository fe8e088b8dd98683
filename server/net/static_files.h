/* The built web pages, read into memory at the start, with their pre-compressed variants
 * (NAME.br, NAME.gz beside NAME). Immutable afterwards. */
#ifndef NET_STATIC_FILES_H
#define NET_STATIC_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum encoding { ENCODING_NONE, ENCODING_GZIP, ENCODING_BROTLI, ENCODINGS };

struct static_file {
	char *path; /* "/console/index.html" */
	const char *content_type;
	bool hashed; /* its name changes with its content: may be kept for ever */
	char etag[20];
	struct {
		char *data; /* NULL: there is no such variant */
		size_t length;
	} variants[ENCODINGS];
};
struct static_files;

/* root "": looks beside the program. Without pages it stays empty, which is logged. */
MUST_CHECK enum err
static_files_load(struct static_files **out, const char *root, struct error *e);
void static_files_destroy(struct static_files *f); /* NULL is fine */
const struct static_file *
static_files_find(const struct static_files *f, const char *path);

#endif
