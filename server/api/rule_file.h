/* Keyword rules as a file: a table of comma-separated values for spreadsheets, or JSON. Menus
 * name other rules by their titles, so that a file can go to another house. Pure; any thread. */
#ifndef API_RULE_FILE_H
#define API_RULE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "knowledge/rule.h"

struct arena;
struct buf;

enum { RULE_FILE_ROWS_MAX = 5000, RULE_FILE_BAD_MAX = 200 };

struct rule_file_row {
	size_t line;      /* in the table, or the number of the object, from 1 */
	struct rule rule; /* its menu items lack their rules */
	const char *targets[RULE_MENU_MAX]; /* titles of those; NULL: a person */
};

struct rule_file_bad {
	size_t line;
	const char *reason; /* a code, see docs/answers.md */
	const char *title;  /* as far as there is one */
	const char *text;   /* more about it; "" none */
};

struct rule_file {
	const char *charset;
	const char *format;  /* "csv" or "json" */
	const char *problem; /* of the whole file: nothing was read; NULL: none */
	struct rule_file_row *rows;
	size_t row_count;
	struct rule_file_bad bad[RULE_FILE_BAD_MAX];
	size_t bad_count; /* all of them, listed or not */
};

/* The format is found out from the bytes. Rules that rule_check() refuses are bad rows. */
void
rule_file_parse(struct arena *a, const char *data, size_t length, struct rule_file *out);
void rule_file_add_bad(struct rule_file *f, size_t line, const char *reason,
	const char *title, const char *text);

/* `titles`: of the rules of each menu item, as in a row. With a byte-order mark and CRLF;
 * formulas are made harmless. */
void rule_file_write_csv(struct buf *out, const struct rule_file_row *rows, size_t count,
	bool chinese);
void
rule_file_write_json(struct buf *out, const struct rule_file_row *rows, size_t count);

#endif
