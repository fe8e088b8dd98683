/* A regular expression (PCRE2) over folded text, bounded in time: one that steps too often on
 * texts made to vex it is refused when it is written, and given up when it meets one. Immutable
 * once made; any thread matches. */
#ifndef KNOWLEDGE_PATTERN_H
#define KNOWLEDGE_PATTERN_H

#include <stddef.h>

#include "base/err.h"

struct pattern;

#define PATTERN_MAX 500      /* bytes */
#define PATTERN_TEXT_MAX 600 /* bytes of a text that are looked at, from its beginning */
#define PATTERN_STEPS_MAX 60000 /* on any text tried */

enum pattern_result { PATTERN_NO = 0, PATTERN_YES, PATTERN_GIVEN_UP };

/* ERR_INVALID says what is wrong with it, and where. Tries it on some texts: some milliseconds. */
MUST_CHECK enum err pattern_check(const char *text, struct error *e);
/* Only compiles: for what was checked. */
MUST_CHECK enum err
pattern_create(const char *text, struct pattern **out, struct error *e);
void pattern_destroy(struct pattern *p); /* NULL is fine */
/* *begin and *end are set for PATTERN_YES. */
enum pattern_result pattern_find(const struct pattern *p, const char *text, size_t length,
	size_t *begin, size_t *end);

#endif
