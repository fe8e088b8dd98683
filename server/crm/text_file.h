/* A text file of a spreadsheet, read in pieces as UTF-8: it is UTF-8 (with or without a mark)
 * or GB18030, which old office programs write in China. One thread at a time. */
#ifndef CRM_TEXT_FILE_H
#define CRM_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf;
struct text_file;

#define CHARSET_UTF8 "utf-8"
#define CHARSET_GB18030 "gb18030"

bool charset_known(const char *charset);
/* What a file seems to be written in: not UTF-8 is GB18030. */
MUST_CHECK enum err
text_file_detect(const char *path, const char **charset, struct error *e);
MUST_CHECK enum err text_file_open(struct text_file **out, const char *path,
	const char *charset, struct error *e);
void text_file_close(struct text_file *f); /* NULL is fine */
int64_t text_file_size(const struct text_file *f);
int64_t text_file_done(const struct text_file *f); /* bytes read so far */
/* Appends the next piece to `out`; *ended when there is none. What cannot be read in this
 * charset becomes U+FFFD. */
MUST_CHECK enum err
text_file_read(struct text_file *f, struct buf *out, bool *ended, struct error *e);

#endif
