/* Fields of a mail's header as data: texts with encoded words (RFC 2047), addresses, ids,
 * dates, parameters (RFC 2231). The encoded words are decoded here, because those of Chinese
 * programs cut characters between words and lie about their sets; the grammar of addresses
 * and parameters is GMime's. Pure; results live in the arena. */
#ifndef CHANNELS_EMAIL_MIME_HEAD_H
#define CHANNELS_EMAIL_MIME_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/mail.h"

struct arena;
struct mime_part;

/* A text for people, on one line; NULL gives "". */
const char *mime_head_text(const struct slice *field, struct arena *a);

/* The addresses of a field, those of groups among them. At most `max`; those that no mail
 * could be sent to are left out. With_names_only: an entry with a name and no address is kept
 * (address ""). Returns how many. */
size_t mime_head_addresses(const struct slice *field, struct arena *a, size_t max,
	bool names_only_too, struct mail_address *out);
/* As they stand there, with their case: for tokens. */
size_t mime_head_raw_addresses(const struct slice *field, struct arena *a, size_t max,
	const char **out);

/* Message ids, without brackets; of a field without brackets, its words with an @. */
size_t
mime_head_ids(const struct slice *field, struct arena *a, size_t max, const char **out);

int64_t mime_head_date(const struct slice *field); /* UTC ms; 0 none that makes sense */

/* Fills type, charset, name and so on from the part's fields; *boundary is "" when none. */
void mime_part_describe(struct mime_part *part, const char *default_type, struct arena *a,
	const char **boundary);

#endif
