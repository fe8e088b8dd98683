/* The files of a ready-made text: uploads that stay where they are and are copied, as rows, for
 * whoever sends them. */
#ifndef STORE_QUICK_FILES_H
#define STORE_QUICK_FILES_H

#include "store/batch.h"

/* The change's files as a JSON array in the batch's arena, NULL for none. `present` has those of
 * the reply so far (NULL: none): they may stay; others must be uploads of the same person. */
MUST_CHECK enum err
quick_files(struct batch *b, struct job *j, const char *present, const char **out);

#endif
