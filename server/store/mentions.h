/* Colleagues who are named in a note: told in its body, and kept for each of them. */
#ifndef STORE_MENTIONS_H
#define STORE_MENTIONS_H

#include "base/err.h"

struct batch;
struct head;
struct job;
struct json_writer;
struct post;

void mentions_encode(const struct post *p, struct json_writer *w);
/* Before anything changes: each must work here and be allowed to see this customer. */
MUST_CHECK enum err mentions_check(struct batch *b, struct job *j, const struct head *h);
/* After the note was appended. */
MUST_CHECK enum err mentions_keep(struct batch *b, struct job *j);

#endif
