/* Compares the search index with the texts themselves: words are taken out of the newest entries,
 * and what the index finds by each among these entries must be what a walk through them finds. */
#ifndef COMMAND_INDEX_CHECK_H
#define COMMAND_INDEX_CHECK_H

#include <stddef.h>

#include "base/err.h"

struct app_conf;

struct index_check_report {
	size_t entries;
	size_t searches;
};

/* ERR_CORRUPT: it differs, and `e` says by which search. */
MUST_CHECK enum err
index_check(const struct app_conf *conf, struct index_check_report *out, struct error *e);

#endif
