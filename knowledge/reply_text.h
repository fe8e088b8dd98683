/* {{variables}} of an automatic answer. What a customer wrote goes in as plain text. Pure. */
#ifndef KNOWLEDGE_REPLY_TEXT_H
#define KNOWLEDGE_REPLY_TEXT_H

#include "base/err.h"

struct arena;

/* ERR_INVALID names a variable that there is not. */
MUST_CHECK enum err reply_text_check(const char *text, struct error *e);
/* `name`: the customer's, or NULL: then what stands behind the bar, or "customer" in the
 * language ("zh-CN" or "en"). */
const char *reply_text_fill(const char *text, const char *name, const char *language,
	struct arena *a);

#endif
