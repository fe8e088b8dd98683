/* A text as lines, and what mail programs write between an answer and what it answers. */
#ifndef CHANNELS_EMAIL_MIME_LINES_H
#define CHANNELS_EMAIL_MIME_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

struct mime_lines {
	struct slice *at;
	size_t count;
};

struct mime_lines mime_lines_of(const char *text, struct arena *a);

bool mime_line_blank(struct slice line);
bool mime_line_quoted(struct slice line);    /* begins with > */
bool mime_line_delimiter(struct slice line); /* nothing but dashes, lines, stars */
bool mime_line_signature(struct slice line); /* "-- " */
bool mime_line_device(struct slice line);    /* Sent from my iPhone, 发自我的iPhone */

/* Whether at line i begins "-----Original Message-----" or a block of From, Sent, To, Subject:
 * how many lines it has; 0: no. */
size_t mime_lines_header(const struct mime_lines *lines, size_t i);
/* "On ... Somebody wrote:" in any of many languages, over up to four lines; 0: no. */
size_t mime_lines_wrote(const struct mime_lines *lines, size_t i);

#endif
