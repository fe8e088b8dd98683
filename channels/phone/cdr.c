/* The front of all formats: takes bytes, hands records to the format's own reader. */
#include "channels/phone/cdr.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "channels/phone/cdr_row.h"

/* A JSON document is parsed whole. */
#define DOCUMENT_MAX ((size_t)64 * 1024 * 1024)

struct cdr_reader {
	struct cdr_options options;
	struct cdr_sink sink;
	struct csv_reader *csv;  /* all but FreeSWITCH */
	struct cdr_join *join;   /* Asterisk */
	struct cdr_table *table; /* CSV with headings */
	struct buf document;     /* FreeSWITCH */
	struct arena *arena;     /* of one record */
};

static const char *const format_names[] = {"asterisk", "asterisk-custom", "csv",
	"freeswitch", NULL};

bool
cdr_format_parse(const char *name, enum cdr_format *out)
{
	for (int i = 0; format_names[i] != NULL; i++) {
		if (strcmp(format_names[i], name) == 0) {
			*out = (enum cdr_format)i;
			return true;
		}
	}
	return false;
}

/* Where each column stands. Master.csv: accountcode,src,dst,dcontext,clid,channel,dstchannel,
 * lastapp,lastdata,start,answer,end,duration,billsec,disposition,amaflags[,uniqueid[,userfield]]
 * [,peeraccount,linkedid,sequence] (Asterisk, cdr/cdr_csv.c). cdr_custom as in its sample:
 * clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,
 * disposition,amaflags,accountcode,uniqueid,userfield,sequence (configs/cdr_custom.conf.sample),
 * often followed by linkedid and peeraccount. */
struct layout {
	int src, dst, context, clid, channel, dstchannel, lastapp, lastdata, start, answer,
		end, billsec, disposition, uniqueid, userfield, linkedid, sequence;
	size_t least;
};
static const struct layout master = {.src = 1,
	.dst = 2,
	.context = 3,
	.clid = 4,
	.channel = 5,
	.dstchannel = 6,
	.lastapp = 7,
	.lastdata = 8,
	.start = 9,
	.answer = 10,
	.end = 11,
	.billsec = 13,
	.disposition = 14,
	.uniqueid = 16,
	.userfield = 17,
	.linkedid = 19,
	.sequence = 20,
	.least = 16};
static const struct layout custom = {.clid = 0,
	.src = 1,
	.dst = 2,
	.context = 3,
	.channel = 4,
	.dstchannel = 5,
	.lastapp = 6,
	.lastdata = 7,
	.start = 8,
	.answer = 9,
	.end = 10,
	.billsec = 12,
	.disposition = 13,
	.uniqueid = 16,
	.userfield = 17,
	.sequence = 18,
	.linkedid = 19,
	.least = 17};

static const char *
column(struct cdr_reader *r, const struct csv_record *record, int index)
{
	if ((size_t)index >= record->count) {
		return "";
	}
	struct slice field = record->fields[index];
	return utf8_repair(r->arena, field.data, field.length, NULL);
}

static int64_t
seconds_to_ms(const char *text)
{
	double seconds = strtod(text, NULL);
	return seconds > 0 && seconds < 1e8 ? (int64_t)(seconds * 1000 + 0.5) : 0;
}

static void
asterisk_record(struct cdr_reader *r, const struct csv_record *record)
{
	const struct layout *l = r->options.format == CDR_ASTERISK ? &master : &custom;
	if (record->count < l->least) {
		r->sink.bad(r->sink.ctx, record->line, "too few columns for this format");
		return;
	}
	int64_t sequence = -1;
	if (!str_parse_i64(column(r, record, l->sequence), &sequence)) {
		sequence = -1;
	}
	struct cdr_row row = {
		.line = record->line,
		.src = column(r, record, l->src),
		.dst = column(r, record, l->dst),
		.context = column(r, record, l->context),
		.clid = column(r, record, l->clid),
		.channel = column(r, record, l->channel),
		.dstchannel = column(r, record, l->dstchannel),
		.lastapp = column(r, record, l->lastapp),
		.lastdata = column(r, record, l->lastdata),
		.disposition = column(r, record, l->disposition),
		.uniqueid = column(r, record, l->uniqueid),
		.linkedid = column(r, record, l->linkedid),
		.userfield = column(r, record, l->userfield),
		.start = cdr_time(&r->options.zone, column(r, record, l->start)),
		.answer = cdr_time(&r->options.zone, column(r, record, l->answer)),
		.end = cdr_time(&r->options.zone, column(r, record, l->end)),
		.billsec_ms = seconds_to_ms(column(r, record, l->billsec)),
		.sequence = sequence,
	};
	if (row.start == 0 || row.end < row.start) {
		r->sink.bad(r->sink.ctx, record->line,
			"the start or end time is missing or wrong");
		return;
	}
	cdr_join_add(r->join, &row);
}

static void
table_record(struct cdr_reader *r, const struct csv_record *record)
{
	struct cdr_call call;
	const char *why = NULL;
	bool is_call = false;
	if (!cdr_table_record(r->table, record, r->arena, &call, &is_call, &why)) {
		r->sink.bad(r->sink.ctx, record->line, why);
	} else if (is_call) {
		r->sink.call(r->sink.ctx, &call);
	}
}

static void
on_record(void *ctx, const struct csv_record *record, const char *problem)
{
	struct cdr_reader *r = ctx;
	if (problem != NULL) {
		r->sink.bad(r->sink.ctx, record->line, problem);
		return;
	}
	arena_reset(r->arena);
	if (r->join != NULL) {
		asterisk_record(r, record);
	} else {
		table_record(r, record);
	}
}

enum err
cdr_open(const struct cdr_options *options, const struct cdr_sink *sink,
	struct cdr_reader **out, struct error *e)
{
	struct cdr_table *table = NULL;
	if (options->format == CDR_CSV) {
		enum err rc = cdr_table_create(options, &table, e);
		if (rc != ERR_OK) {
			return rc;
		}
	}
	struct cdr_reader *r = xcalloc(1, sizeof(*r));
	r->options = *options;
	r->sink = *sink;
	r->table = table;
	r->arena = arena_create();
	buf_init(&r->document, DOCUMENT_MAX);
	if (options->format != CDR_FREESWITCH) {
		r->csv = csv_create(on_record, r);
	}
	if (options->format == CDR_ASTERISK || options->format == CDR_ASTERISK_CUSTOM) {
		r->join = cdr_join_create(&r->options, &r->sink);
	}
	*out = r;
	return ERR_OK;
}

void
cdr_feed(struct cdr_reader *r, const char *data, size_t length)
{
	if (r->csv != NULL) {
		csv_feed(r->csv, data, length);
	} else {
		buf_append(&r->document, data, length);
	}
}

void
cdr_finish(struct cdr_reader *r)
{
	if (r->csv != NULL) {
		csv_end(r->csv);
	}
	if (r->join != NULL) {
		cdr_join_finish(r->join);
	}
	if (r->options.format == CDR_FREESWITCH) {
		if (r->document.overflowed) {
			r->sink.bad(r->sink.ctx, 1, "the file is larger than 64 MiB; split it");
		} else if (r->document.length > 0) {
			freeswitch_read(&r->options, &r->sink, r->document.data, r->document.length);
		}
	}
}

void
cdr_close(struct cdr_reader *r)
{
	if (r == NULL) {
		return;
	}
	csv_destroy(r->csv);
	cdr_join_destroy(r->join);
	cdr_table_destroy(r->table);
	buf_fini(&r->document);
	arena_destroy(r->arena);
	free(r);
}
