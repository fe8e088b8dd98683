/* Text files as people have them: UTF-8 with or without its mark, UTF-16 with its mark, and
 * GB18030 (with GBK and GB2312 inside it), which Chinese spreadsheets write. */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include <stddef.h>

#include "base/str.h"

struct arena;

enum charset { CHARSET_UTF8, CHARSET_GB18030, CHARSET_UTF16LE, CHARSET_UTF16BE };

/* By its mark; else UTF-8 where it is well-formed, else GB18030. */
enum charset charset_guess(const char *data, size_t length);
const char *charset_name(enum charset charset);
/* The text as UTF-8 without a mark, in the arena and followed by a NUL; what cannot be read
 * becomes U+FFFD. Any thread. */
struct slice
charset_decode(struct arena *a, enum charset from, const char *data, size_t length);

#endif
