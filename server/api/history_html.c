/* The steps to a document that people read: entries are read newest first and read again from
 * their last to their first, so that the document tells them in their order whatever their
 * number. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/export_file.h"
#include "api/history_export.h"
#include "base/arena.h"
#include "base/buf.h"
#include "model/fact.h"

enum { PIECE = 200, PLACED_PIECE = 1000, ENTRY_BYTES_MAX = 1024 * 1024 };

/* One entry behind those that lie in `parts`, and its place in `index`. */
static enum err
keep_entry(const struct history_export *x, const struct fact *f, FILE *parts, FILE *index,
	struct error *e)
{
	int64_t place = ftello(parts);
	struct buf out;
	enum err err;

	buf_init(&out, ENTRY_BYTES_MAX);
	history_html_entry(x, f, &out);
	if (out.overflowed) {
		buf_clear(&out);
		history_html_unreadable(x, f, &out);
	}
	err = export_file_write(index, &place, sizeof(place), e);
	if (err == ERR_OK) {
		err = export_file_take(parts, &out, e);
	}
	buf_fini(&out);
	return err;
}

/* The place of the timeline of a fact, if it was there when the export began. */
static size_t
timeline_of(const struct history_export *x, const struct fact *f)
{
	size_t i = 0;

	while (i < x->timeline_count && x->timelines[i].timeline != f->timeline) {
		i++;
	}
	return i;
}

/* Facts up to the end that each timeline had at the beginning; later ones do not count. */
static void
count_found(struct history_export *x, const struct fact *f)
{
	size_t i = timeline_of(x, f);

	if (i < x->timeline_count && f->seq <= x->timelines[i].seq) {
		x->ends[i].found++;
	}
}

static uint64_t
count_missing(const struct history_export *x)
{
	uint64_t missing = 0;

	for (size_t i = 0; i < x->timeline_count; i++) {
		missing += x->timelines[i].seq - x->ends[i].found;
	}
	return missing;
}

static enum err
gather_page(struct history_export *x, struct reader *reader, struct arena *a, FILE *parts,
	FILE *index, struct error *e)
{
	struct fact_list facts = {0};
	enum err err = read_customer_entries(reader, x->customer.id, x->before_at,
		x->before_id, PIECE, a, &facts, e);

	for (size_t i = 0; err == ERR_OK && i < facts.count; i++) {
		const struct fact *f = facts.items[i];

		x->before_at = f->at;
		x->before_id = f->id;
		count_found(x, f);
		if (!x->notes && history_internal(f)) {
			x->withheld++;
			continue;
		}
		err = keep_entry(x, f, parts, index, e);
		x->entries++;
	}
	x->gathered = err == ERR_OK && facts.count < PIECE;
	x->missing = x->gathered ? count_missing(x) : 0;
	fact_list_release(&facts);
	return err;
}

static enum err
gather(struct history_export *x, struct reader *reader, struct arena *a, struct error *e)
{
	FILE *parts;
	FILE *index;
	enum err err = x->begun ? export_file_continue(x->parts, &parts, e)
							: export_file_begin(x->parts, &parts, e);

	if (err != ERR_OK) {
		return err;
	}
	err = x->begun ? export_file_continue(x->index, &index, e)
				   : export_file_begin(x->index, &index, e);
	if (err != ERR_OK) {
		(void)fclose(parts);
		return err;
	}
	x->begun = true;
	/* Where a file that is appended to stands is known after a seek only. */
	(void)fseeko(parts, 0, SEEK_END);
	err = gather_page(x, reader, a, parts, index, e);
	x->to_place = (int64_t)x->entries;
	enum err first = export_file_end(parts, err == ERR_OK ? e : NULL);
	enum err second = export_file_end(index, err == ERR_OK ? e : NULL);
	return err != ERR_OK ? err : first != ERR_OK ? first : second;
}

/* The entry at `number`, 0 the newest: from its place to the next one's, or to the end. */
static enum err
place_entry(FILE *parts, FILE *index, int64_t number, FILE *file, struct error *e)
{
	int64_t places[2] = {0, 0};
	size_t read;

	if (fseeko(index, (off_t)(number * (int64_t)sizeof(places[0])), SEEK_SET) != 0) {
		return error_set(e, ERR_UNAVAILABLE, "the export cannot be read");
	}
	read = fread(places, sizeof(places[0]), 2, index);
	if (read == 1 && fseeko(parts, 0, SEEK_END) == 0) {
		places[1] = ftello(parts);
	}
	int64_t length = places[1] - places[0];
	if (read == 0 || length < 0 || length > ENTRY_BYTES_MAX ||
		fseeko(parts, (off_t)places[0], SEEK_SET) != 0) {
		return error_set(e, ERR_UNAVAILABLE, "the export cannot be read");
	}
	char *bytes = xmalloc((size_t)length + 1);
	enum err err = fread(bytes, 1, (size_t)length, parts) == (size_t)length
		? export_file_write(file, bytes, (size_t)length, e)
		: error_set(e, ERR_UNAVAILABLE, "the export cannot be read");
	free(bytes);
	return err;
}

static enum err
place_piece(struct history_export *x, FILE *file, struct error *e)
{
	FILE *parts = fopen(x->parts, "rbe");
	FILE *index = fopen(x->index, "rbe");
	enum err err = parts != NULL && index != NULL
		? ERR_OK
		: error_set(e, ERR_UNAVAILABLE, "the export cannot be read");

	for (int i = 0; err == ERR_OK && i < PLACED_PIECE && x->to_place > 0; i++) {
		x->to_place--;
		err = place_entry(parts, index, x->to_place, file, e);
	}
	if (parts != NULL) {
		(void)fclose(parts);
	}
	if (index != NULL) {
		(void)fclose(index);
	}
	return err;
}

static enum err
place(struct history_export *x, struct error *e)
{
	bool first = x->to_place == (int64_t)x->entries;
	struct buf out;
	FILE *file;
	enum err err = first ? export_file_begin(x->path, &file, e)
						 : export_file_continue(x->path, &file, e);

	if (err != ERR_OK) {
		return err;
	}
	buf_init(&out, ENTRY_BYTES_MAX);
	if (first) {
		history_html_head(x, &out);
		err = export_file_take(file, &out, e);
		buf_clear(&out);
	}
	if (err == ERR_OK) {
		err = place_piece(x, file, e);
	}
	if (err == ERR_OK && x->to_place == 0) {
		history_html_tail(x, &out);
		err = export_file_take(file, &out, e);
		x->ended = true;
	}
	buf_fini(&out);
	enum err closed = export_file_end(file, err == ERR_OK ? e : NULL);
	return err != ERR_OK ? err : closed;
}

enum err
history_html_step(struct history_export *x, struct reader *reader, struct arena *a,
	struct error *e)
{
	enum err err = x->gathered ? place(x, e) : gather(x, reader, a, e);

	if (err != ERR_OK || x->ended) {
		(void)unlink(x->parts);
		(void)unlink(x->index);
	}
	return err;
}
