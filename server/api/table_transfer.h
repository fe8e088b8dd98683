/* Tables that come and go by REST. One that comes is read on a worker, and then tried or taken in;
 * one that goes is sent once its line in the audit is committed. Loop thread only. */
#ifndef API_TABLE_TRANSFER_H
#define API_TABLE_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/exchange.h"

struct arena;
struct buf;
struct change;
struct json_writer;
struct reading;
struct table_report;

/* On a worker: reads the table into `out`. */
typedef void table_parse(struct arena *a, const char *data, size_t length, void *out);
/* Reads the body of the request into `out`, which lies in its arena, as `report` does; `next`
 * goes on unless there is a problem with the whole table: that is replied. */
void table_upload(struct exchange *x, table_parse *parse, void *out,
	const struct table_report *report, exchange_step *next);

struct table_counts {
	int64_t created;
	int64_t changed;
	int64_t unchanged;
};
/* What is answered of each table that was tried or taken in: members of an open object. */
void table_write_outcome(struct json_writer *w, struct table_report *report, bool tried,
	const struct table_counts *counts);

/* Sends what the reading wrote, once `audit` is committed. Ends the reading; the name of the
 * file and its type outlive the exchange. */
void table_download(struct reading *r, struct change *audit, const char *file_name,
	const char *type);

#endif
