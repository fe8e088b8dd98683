/* Members of a JSON object that somebody posted, read and bounded, for drivers. A refusal names
 * the member in front of a colon. Texts are copied into the arena. */
#ifndef CHANNELS_FIELDS_H
#define CHANNELS_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct json;

/* Says "field: what"; returns ERR_INVALID. */
enum err field_wrong(struct error *e, const char *field, const char *what);
/* At most max characters, white space around it cut off; "" when absent. */
MUST_CHECK enum err field_text(const struct json *body, const char *field, size_t max,
	struct arena *a, const char **out, struct error *e);
/* As field_text, but it must be there. */
MUST_CHECK enum err field_required(const struct json *body, const char *field, size_t max,
	struct arena *a, const char **out, struct error *e);
/* A decimal id; 0 when absent. */
MUST_CHECK enum err
field_id(const struct json *body, const char *field, uint64_t *out, struct error *e);
/* RFC 3339; 0 when absent. */
MUST_CHECK enum err
field_time(const struct json *body, const char *field, int64_t *out, struct error *e);
/* A list of at most max ids; none when absent. */
MUST_CHECK enum err field_ids(const struct json *body, const char *field, size_t max,
	struct arena *a, const uint64_t **out, size_t *count, struct error *e);
/* Who posts twice posts once: the client's ref of 8 to 26 letters and digits, required. */
MUST_CHECK enum err
field_ref(const struct json *body, const char *field, char *out, struct error *e);

#endif
