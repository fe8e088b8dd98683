/* Bytes of a mail into UTF-8: transfer encodings (GMime's) and character sets (iconv), both as
 * they are in practice, where labels lie. Pure; results live in the arena. */
#ifndef CHANNELS_EMAIL_MIME_TEXT_H
#define CHANNELS_EMAIL_MIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct mime_part;

/* Readies GMime; every function that calls it does this first. Any thread, any number of times. */
void mime_library(void);

/* The body without its base64, quoted-printable or uuencoding. */
struct slice mime_part_bytes(const struct mime_part *part, struct arena *a);

/* UTF-8 of bytes said to be in `label` ("" not said), for people: no NUL or other control
 * characters but tab and line feed. What cannot be read becomes U+FFFD. */
struct slice mime_utf8(const char *label, struct slice bytes, struct arena *a);

/* Whether it names a Chinese, Japanese or Korean set of two bytes a character. */
bool mime_charset_asian(const char *label);

/* The text of a text part: transfer encoding, character set, line ends as one \n, and the
 * flowed lines of RFC 3676 put together. */
struct slice mime_part_text(const struct mime_part *part, struct arena *a);

/* A file within a text, "begin 644 name ... end": takes it out, false when there is none. */
bool mime_uudecode(struct slice *text, struct arena *a, const char **name,
	struct slice *bytes);

#endif
