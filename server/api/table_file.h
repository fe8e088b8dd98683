/* A table that somebody sends to be taken in: which rows of it cannot be, and why; and its cells
 * when it is of comma-separated values. The heading line names the columns, in any order; other
 * columns are passed over. Pure; any thread. */
#ifndef API_TABLE_FILE_H
#define API_TABLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct json_writer;

enum { TABLE_BAD_MAX = 200, TABLE_COLUMNS_MAX = 32 };

struct table_bad {
	size_t line;
	const char *reason; /* a code, see docs/api.md and docs/answers.md */
	const char *title;  /* as far as there is one */
	const char *text;   /* more about it, when the report is explained; NULL: nothing */
};

/* What is to be said of a table before anything is made of its rows. */
struct table_report {
	const char *charset;
	const char *format;  /* NULL: there is only one */
	const char *problem; /* of the whole table: nothing was read; NULL: none */
	bool explained;      /* bad rows have texts */
	struct table_bad bad[TABLE_BAD_MAX];
	size_t bad_count; /* all of them, listed or not */
};

/* The texts live as long as the report. */
void table_add_bad(struct table_report *t, size_t line, const char *reason,
	const char *title, const char *text);
/* "bad_count" and "bad", in the order of lines. */
void table_write_bad(struct table_report *t, struct json_writer *w);

/* All slots are mandatory. */
struct table_form {
	size_t column_count; /* at most TABLE_COLUMNS_MAX */
	/* Which column a heading names; column_count: none of them. */
	size_t (*find)(struct slice heading);
	/* NULL: with these columns (false: missing) rows can be read; else why not. */
	const char *(*problem)(const bool *there);
	/* A row; cells that are missing are NULL. The others are the arena's, trimmed, with one
	 * kind of line end and without what an export puts before formulas. */
	void (*row)(void *ctx, size_t line, char *const *cells);
};
/* Calls form->row for every row with anything in it; lines that are broken become bad. */
void table_read_csv(struct arena *a, struct slice text, const struct table_form *form,
	void *ctx, struct table_report *report);

struct slice table_trimmed(struct slice s);

#endif
