/* Keyword rules as a file: a table of comma-separated values for spreadsheets, or JSON. Menus
 * name other rules by their titles, so that a file can go to another house. Pure; any thread. */
#ifndef API_RULE_FILE_H
#define API_RULE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "api/table_file.h"
#include "knowledge/rule.h"

struct arena;
struct buf;

enum { RULE_FILE_ROWS_MAX = 5000 };

struct rule_file_row {
	size_t line;      /* in the table, or the number of the object, from 1 */
	struct rule rule; /* its menu items lack their rules */
	const char *targets[RULE_MENU_MAX]; /* titles of those; NULL: a person */
};

struct rule_file {
	struct table_report report; /* its format is "csv" or "json" */
	struct rule_file_row *rows;
	size_t row_count;
};

/* The format is found out from the bytes. Rules that rule_check() refuses are bad rows. */
void
rule_file_parse(struct arena *a, const char *data, size_t length, struct rule_file *out);

/* `titles`: of the rules of each menu item, as in a row. With a byte-order mark and CRLF;
 * formulas are made harmless. */
void rule_file_write_csv(struct buf *out, const struct rule_file_row *rows, size_t count,
	bool chinese);
void
rule_file_write_json(struct buf *out, const struct rule_file_row *rows, size_t count);

#endif
