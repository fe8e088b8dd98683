/* The plain documents of which nearly all frames are: one object of strings without escapes,
 * integers, true, false and null. Of anything else it knows nothing and leaves it to jansson,
 * errors too, so that the two never differ; it is ten times as fast, as it asks for no byte by a
 * function. Its nodes are jansson's own. */
#ifndef BASE_JSON_PLAIN_H
#define BASE_JSON_PLAIN_H

#include <jansson.h>
#include <stddef.h>

json_t *json_plain(const char *data, size_t length); /* NULL: ask jansson */

#endif
