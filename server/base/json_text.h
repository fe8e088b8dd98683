/* What both halves of the JSON writer know of texts. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <stddef.h>

/* For each byte: 0 = as it is, 'u' = \u00XX, else the letter after the backslash. */
extern const char json_escapes[256];

/* How many bytes of the text stand for themselves. */
size_t json_plain_run(const char *text, size_t length);

#endif
