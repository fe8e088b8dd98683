/* A list of customers from a file, row by row turned into changes. The file is read in steps of
 * bounded size, so that however long it is little of it is in memory; who runs the steps and
 * submits the changes is the caller's affair (a command, or the server beside its loop).
 * One thread at a time. */
#ifndef CRM_CUSTOMER_IMPORT_H
#define CRM_CUSTOMER_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "channels/phone/e164.h"
#include "crm/customer_columns.h"
#include "model/actor.h"

struct arena;
struct change;
struct customer_import;
struct outcome;
struct reader;

struct import_options {
	const char *path;
	const char *charset;
	const char *bad_path; /* where the rows that could not be used go; NULL: nowhere */
	/* A target for each column, by position. */
	char targets[IMPORT_COLUMNS_MAX][IMPORT_TARGET_MAX];
	size_t target_count;
	struct dial_plan plan; /* its texts outlive the import */
	struct actor actor;
};

struct import_counts {
	int64_t size; /* of the file, and how much of it is done: in bytes */
	int64_t done;
	int64_t created;
	int64_t changed;
	int64_t unchanged;
	int64_t bad;
};

struct import_row {
	size_t line;
	struct change *change; /* the caller's to submit */
	const char *raw;       /* the row as CSV, in the change's arena: copy what you keep */
};

/* Reads the house (fields, staff) by `r` and opens the files. */
MUST_CHECK enum err customer_import_open(struct customer_import **out,
	const struct import_options *options, struct reader *r, struct error *e);
void customer_import_close(struct customer_import *m); /* NULL is fine */
/* Reads the next piece. *rows are the changes in it, perhaps none, valid until the next step;
 * *ended when there is no more. */
MUST_CHECK enum err customer_import_step(struct customer_import *m,
	struct import_row **rows, size_t *count, bool *ended, struct error *e);
/* After the last rows were noted: writes the bad ones that are left. */
MUST_CHECK enum err customer_import_finish(struct customer_import *m, struct error *e);
/* Before the next step, for each row: what became of it. `raw` was copied before. */
void customer_import_note(struct customer_import *m, size_t line, const char *raw,
	const struct outcome *o);
const struct import_counts *customer_import_counts(const struct customer_import *m);

/* Hears of each bad row besides the file (the command prints the first ones). */
typedef void customer_import_bad(void *ctx, size_t line, const char *reason);
void
customer_import_on_bad(struct customer_import *m, customer_import_bad *bad, void *ctx);

/* The headings and the first rows of a file, cells in the arena. */
enum { IMPORT_PREVIEW_ROWS = 10 };
struct import_preview {
	const char **headings;
	size_t columns;
	const char **rows[IMPORT_PREVIEW_ROWS]; /* each of `columns` cells */
	size_t row_count;
};
MUST_CHECK enum err customer_import_preview(const char *path, const char *charset,
	struct arena *a, struct import_preview *out, struct error *e);

#endif
