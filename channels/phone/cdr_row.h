/* One row of an Asterisk CDR, and the joining of rows into calls. Inside the phone channel. */
#ifndef CHANNELS_PHONE_CDR_ROW_H
#define CHANNELS_PHONE_CDR_ROW_H

#include "channels/phone/cdr.h"

/* Texts are repaired UTF-8, never NULL. Times are UTC milliseconds, 0 = never. */
struct cdr_row {
	size_t line;
	const char *src;
	const char *dst;
	const char *context;
	const char *clid;
	const char *channel;
	const char *dstchannel;
	const char *lastapp;
	const char *lastdata;
	const char *disposition;
	const char *uniqueid;
	const char *linkedid; /* "" when the file has none */
	const char *userfield;
	int64_t start;
	int64_t answer;
	int64_t end;
	int64_t billsec_ms;
	int64_t sequence; /* -1 when the file has none */
};

struct cdr_join;
struct cdr_join *
cdr_join_create(const struct cdr_options *options, const struct cdr_sink *sink);
void cdr_join_destroy(struct cdr_join *j);
void cdr_join_add(struct cdr_join *j, const struct cdr_row *row); /* copies */
void cdr_join_finish(struct cdr_join *j);

/* Rows of one call, in order → the call. False: nothing to keep, *why says it. */
bool cdr_call_from_rows(const struct cdr_options *options, struct arena *a,
	const struct cdr_row *const *rows, size_t count, struct cdr_call *out,
	const char **why);

/* "SIP/1001-0000000d" → "1001", "Local/1001@agents-00000001;2" → "1001"; "" when it has none. */
void channel_peer(const char *channel, char out[static NUMBER_SIZE]);
/* The part of a caller id that names a person: "\"张三\" <138…>" → 张三. */
const char *caller_name_of(struct arena *a, const char *clid);

/* FreeSWITCH: one JSON document with one record or a list of them, or one record a line. */
void freeswitch_read(const struct cdr_options *options, const struct cdr_sink *sink,
	const char *data, size_t length);

/* A line of a CSV with headings. */
struct cdr_table;
struct csv_record;
MUST_CHECK enum err cdr_table_create(const struct cdr_options *options,
	struct cdr_table **out, struct error *e);
void cdr_table_destroy(struct cdr_table *t);
/* The first record is the heading; returns false and the reason when it cannot be used. */
bool cdr_table_record(struct cdr_table *t, const struct csv_record *record,
	struct arena *a, struct cdr_call *out, bool *is_call, const char **why);

#endif
