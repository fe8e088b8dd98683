/* The calendar of the house. */
#include "store/reader_private.h"

enum err
read_hours(struct reader *r, struct arena *a, struct hours *out, struct error *e)
{
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_HOURS, NULL, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_CORRUPT, "the row of the hours is gone");
	}
	err = hours_parse(value_as_text(&rows_at(&rows, 0)[0]), a, out, e);
	if (err == ERR_OK) {
		out->version = value_as_id(&rows_at(&rows, 0)[1]);
	}
	return err;
}
