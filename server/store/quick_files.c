#include "store/quick_files.h"

#include "base/arena.h"
#include "model/staff.h"
#include "store/records.h"

enum { JSON_MAX_BYTES = 16 * 1024 };

static bool
has_file(const struct json *files, uint64_t id)
{
	for (size_t i = 0; i < json_length(files); i++) {
		uint64_t one = 0;

		if (json_id(json_at(files, i), "id", &one) && one == id) {
			return true;
		}
	}
	return false;
}

static enum err
encode_one(struct batch *b, struct job *j, const struct json *present, uint64_t id,
	struct json_writer *w)
{
	const struct actor *a = &j->change->actor;
	struct value args[] = {value_id(id)};
	struct file_row row;
	struct rows r;

	if (batch_read(b, STATEMENT_FILE_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_file(rows_at(&r, 0), &row);
	}
	if (r.count == 0 ||
		(!has_file(present, id) && (row.author_kind != a->kind || row.author != a->id))) {
		return job_refuse(j, ERR_INVALID, "there is no such file");
	}
	jw_object(w);
	file_encode(&row, w);
	jw_object_end(w);
	return ERR_OK;
}

enum err
quick_files(struct batch *b, struct job *j, const char *present, const char **out)
{
	const struct quick_reply_change *change = &j->change->quick_reply;
	struct json *known = NULL;
	struct json_writer w;
	struct buf text;
	enum err err = ERR_OK;

	if (change->file_count > QUICK_FILES_MAX) {
		return job_refuse(j, ERR_INVALID, "at most %d files", QUICK_FILES_MAX);
	}
	if (change->file_count == 0) {
		*out = NULL;
		return ERR_OK;
	}
	if (present != NULL && json_parse(present, strlen(present), &known, NULL) != ERR_OK) {
		known = NULL;
	}
	buf_init(&text, JSON_MAX_BYTES);
	jw_init(&w, &text);
	jw_array(&w);
	for (size_t i = 0; err == ERR_OK && i < change->file_count; i++) {
		err = encode_one(b, j, known, change->files[i], &w);
	}
	jw_array_end(&w);
	if (err == ERR_OK && text.overflowed) {
		err = job_refuse(j, ERR_INVALID, "too many files");
	}
	if (err == ERR_OK) {
		*out = arena_strndup(b->arena, text.data, text.length);
	}
	buf_fini(&text);
	json_free(known);
	return err;
}
