/* The uploads that go with an entry. */
#ifndef STORE_MESSAGE_FILES_H
#define STORE_MESSAGE_FILES_H

#include "store/batch.h"

/* Refuses uploads of others and those that were sent before. Gives the JSON array for the fact
 * (NULL: no files) and the name of the first, in the batch's arena. */
MUST_CHECK enum err message_files(struct batch *b, struct job *j, const struct post *p,
	const char **json, const char **first_name);
/* Ties them to the fact. */
MUST_CHECK enum err
message_files_sent(struct batch *b, struct job *j, const struct fact *f);

#endif
