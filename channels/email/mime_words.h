/* Encoded words of header fields (RFC 2047). */
#ifndef CHANNELS_EMAIL_MIME_WORDS_H
#define CHANNELS_EMAIL_MIME_WORDS_H

#include "base/str.h"

struct arena;

/* At the start of *rest: the UTF-8 of the words of one set that stand there, and rest moved
 * behind them (and behind the blanks before a further word). data is NULL when none begins
 * here. Lives in the arena. */
struct slice mime_words_take(struct slice *rest, struct arena *a);

#endif
