/* How IMAP writes folders, dates and words (RFC 3501 sections 5.1.3 and 9). Pure. */
#ifndef CHANNELS_EMAIL_IMAP_TEXT_H
#define CHANNELS_EMAIL_IMAP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct buf;

/* A folder's name in modified UTF-7, quoted: "&U,BTFw-". NULL: it is not UTF-8. */
const char *imap_folder(const char *utf8, struct arena *a);

/* "17-Nov-2026 08:00:00 +0800" → UTC ms. */
bool imap_date_parse(const char *text, int64_t *out_ms);
/* The day for SINCE, "17-Nov-2026". */
#define IMAP_DAY_SIZE 12
void imap_day(int64_t ms, char out[static IMAP_DAY_SIZE]);

/* What a FETCH response says of one mail. */
struct imap_item {
	uint32_t uid;        /* 0: not said */
	int64_t received_at; /* 0: not said */
	uint64_t size;
	bool has_size;
	bool has_body;    /* as literal, quoted or NIL */
	bool body_quoted; /* its bytes were appended to the buffer */
};
/* From a line of struct imap_reader. False: no FETCH, or nonsense. */
bool imap_item_parse(const char *line, struct imap_item *out, struct buf *quoted);

#endif
