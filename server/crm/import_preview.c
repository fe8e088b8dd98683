/* The first rows of a list, so that a person can see what it is before it is imported. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/str.h"
#include "crm/customer_import.h"
#include "crm/text_file.h"

enum { CELL_SHOWN = 80, PREVIEW_BYTES_MAX = 256 * 1024 };

struct looking {
	struct arena *arena;
	struct import_preview *out;
	const char *problem;
};

static const char *
shown(struct arena *a, struct slice s)
{
	size_t length = utf8_truncate(s.data, s.length, CELL_SHOWN);

	return utf8_repair(a, s.data, length, &length);
}

static void
on_record(void *ctx, const struct csv_record *record, const char *problem)
{
	struct looking *l = ctx;
	struct import_preview *out = l->out;
	const char **cells;
	size_t count;

	if (problem != NULL || out->row_count == IMPORT_PREVIEW_ROWS) {
		l->problem = out->columns == 0 ? problem : l->problem;
		return;
	}
	count = out->columns == 0 ? record->count : out->columns;
	count = count > IMPORT_COLUMNS_MAX ? IMPORT_COLUMNS_MAX : count;
	cells = arena_alloc(l->arena, (count + 1) * sizeof(*cells));
	for (size_t i = 0; i < count; i++) {
		cells[i] = i < record->count ? shown(l->arena, record->fields[i]) : "";
	}
	if (out->columns == 0) {
		out->headings = cells;
		out->columns = count;
	} else {
		out->rows[out->row_count++] = cells;
	}
}

enum err
customer_import_preview(const char *path, const char *charset, struct arena *a,
	struct import_preview *out, struct error *e)
{
	struct looking l = {.arena = a, .out = out};
	struct text_file *file = NULL;
	struct csv_reader *csv;
	struct buf text;
	bool ended = false;
	enum err err = text_file_open(&file, path, charset, e);

	if (err != ERR_OK) {
		return err;
	}
	*out = (struct import_preview){0};
	buf_init(&text, PREVIEW_BYTES_MAX);
	csv = csv_create(on_record, &l);
	while (err == ERR_OK && !ended && out->row_count < IMPORT_PREVIEW_ROWS &&
		text_file_done(file) < PREVIEW_BYTES_MAX) {
		buf_clear(&text);
		err = text_file_read(file, &text, &ended, e);
		if (text.length > 0) {
			csv_feed(csv, text.data, text.length);
		}
	}
	if (err == ERR_OK && ended) {
		csv_end(csv);
	}
	csv_destroy(csv);
	buf_fini(&text);
	text_file_close(file);
	if (err == ERR_OK && out->columns == 0) {
		err = error_set(e, ERR_INVALID, "%s",
			l.problem != NULL ? l.problem : "the file has no heading line");
	}
	return err;
}
