/* What an IMAP server says, cut into whole responses (RFC 3501 section 7): literals are counted,
 * never looked into, so that nothing a mail contains can be taken for an answer of the server.
 * Memory is bounded whatever comes: a line, the one literal that is wanted, the lowest numbers
 * of a search. Pure; any thread, one reader by one thread at a time. */
#ifndef CHANNELS_EMAIL_IMAP_READER_H
#define CHANNELS_EMAIL_IMAP_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum {
	IMAP_LINE_MAX = 16 * 1024,
	IMAP_PORTION = 100, /* numbers of a search that are kept: the lowest */
	IMAP_LITERALS_MAX = 10,
};

struct imap_reader {
	struct buf line; /* the response, "{12}" standing for each literal */
	struct buf literal;
	size_t literal_max;    /* of the literal after BODY[...]; 0: none is wanted */
	bool has_literal;      /* in this response */
	bool literal_cut;      /* it was longer than literal_max */
	uint64_t literal_size; /* as it was announced */

	uint32_t above; /* numbers of a search up to this one are not wanted */
	uint32_t found[IMAP_PORTION];
	size_t found_count;

	enum { READER_LINE, READER_LITERAL, READER_SEARCH } mode;
	bool keeping;
	uint64_t left; /* of the literal */
	size_t literals;
	uint64_t number; /* of a search, being read */
	bool in_number;
};

void imap_reader_init(struct imap_reader *r);
void imap_reader_fini(struct imap_reader *r);

/* Takes bytes up to the end of one response; `*used` of them. True: r->line has a response
 * without its line end; look at it, then call imap_reader_next. False: more bytes are needed,
 * or `e` has a code: the server talks nonsense. */
bool imap_reader_take(struct imap_reader *r, const char *bytes, size_t length,
	size_t *used, struct error *e);
void imap_reader_next(struct imap_reader *r);
void imap_reader_forget_found(struct imap_reader *r, uint32_t above);

#endif
