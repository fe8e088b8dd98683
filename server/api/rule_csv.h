/* One rule as cells of a table: private to rule_file.c and rule_csv.c. Lists stand one item a line,
 * replies with a line "---" between them; a backslash keeps what would be read as a mark. */
#ifndef API_RULE_CSV_H
#define API_RULE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "api/rule_file.h"
#include "base/str.h"

enum rule_column {
	COLUMN_FOLDER,
	COLUMN_TITLE,
	COLUMN_ENABLED,
	COLUMN_PRIORITY,
	COLUMN_MATCH,
	COLUMN_ANY,
	COLUMN_ALL,
	COLUMN_NONE,
	COLUMN_PATTERN,
	COLUMN_CHANNELS,
	COLUMN_HOURS,
	COLUMN_COOLDOWN,
	COLUMN_REPLIES,
	COLUMN_PICK,
	COLUMN_MENU,
	COLUMN_HUMAN,
	COLUMN_HELPFUL,
	COLUMN_INTENT,
	COLUMN_TAGS,
	COLUMN_TOPICS,
	COLUMN_COUNT
};

/* The heading in the language of whoever reads it. */
const char *rule_column_heading(enum rule_column column, bool chinese);
/* COLUMN_COUNT: no column of ours. */
enum rule_column rule_column_find(struct slice heading);
/* NULL cells are absent. NULL: read; else a code of what is wrong, with the column. */
const char *rule_cells_read(struct arena *a, const char *const cells[COLUMN_COUNT],
	struct rule_file_row *out, enum rule_column *where);
/* The text of one cell, in the arena. */
const char *rule_cell_write(struct arena *a, const struct rule_file_row *row,
	enum rule_column column);

#endif
