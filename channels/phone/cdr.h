/* Call detail records of past calls, brought to our `struct call`. Pure: bytes in, calls out.
 *
 * A PBX writes one record for each attempt, ring or transfer; a person made one call. Rows that
 * belong together are joined (cdr_join.c) and one call comes out, never a sum over rows.
 * Formats: Asterisk Master.csv (cdr_csv.c of Asterisk: 16, 17, 18 or 21 columns), Asterisk
 * cdr_custom with the columns of its sample file, any CSV with a heading line, and the JSON of
 * FreeSWITCH's mod_json_cdr. */
#ifndef CHANNELS_PHONE_CDR_H
#define CHANNELS_PHONE_CDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "channels/phone/e164.h"
#include "model/call.h"

struct arena;

/* How the PBX wrote local times. */
struct cdr_zone {
	bool local;     /* the process's own zone (TZ); else the fixed offset */
	int offset_min; /* east of UTC */
};
/* "2026-11-21 20:06:53[.123]" → UTC milliseconds; 0 when it is empty or wrong. */
int64_t cdr_time(const struct cdr_zone *zone, const char *text);

enum cdr_format { CDR_ASTERISK, CDR_ASTERISK_CUSTOM, CDR_CSV, CDR_FREESWITCH };
bool cdr_format_parse(const char *name,
	enum cdr_format *out); /* "asterisk" "asterisk-custom" … */

struct cdr_options {
	enum cdr_format format;
	struct dial_plan plan;
	struct cdr_zone zone;
	/* CDR_CSV: "our_name=their heading,…"; "" when the headings are ours. See cdr_csv.c. */
	const char *columns;
	/* Says whether an extension belongs to a member of staff; NULL: none does. */
	bool (*is_staff)(void *ctx, const char *extension);
	void *is_staff_ctx;
};

/* One finished call. Everything lives until the handler returns. */
struct cdr_call {
	struct call call;
	const char *staff_extension; /* who answered first, or called; "" nobody */
	bool internal;               /* between colleagues: no customer in it */
	size_t rows;
	size_t line; /* of its first row, from 1 */
};
struct cdr_sink {
	void (*call)(void *ctx, const struct cdr_call *call);
	void (
		*bad)(void *ctx, size_t line, const char *reason); /* a row that cannot be used */
	void (*skipped)(void *ctx, size_t line,
		const char *reason); /* good, but nothing to keep */
	void *ctx;
};

struct cdr_reader;
MUST_CHECK enum err cdr_open(const struct cdr_options *options,
	const struct cdr_sink *sink, struct cdr_reader **out, struct error *e);
void cdr_feed(struct cdr_reader *r, const char *data, size_t length);
void cdr_finish(struct cdr_reader *r); /* gives out what is still being joined */
void cdr_close(struct cdr_reader *r);  /* NULL is fine */

#endif
