#include "store/message_files.h"

#include "base/arena.h"
#include "store/records.h"

enum { JSON_MAX_BYTES = 32 * 1024 };

static enum err
read_file_row(struct batch *b, struct job *j, uint64_t id, struct file_row *out)
{
	struct value args[] = {value_id(id)};
	struct rows r;

	if (batch_read(b, STATEMENT_FILE_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_INVALID, "there is no such file");
	}
	record_file(rows_at(&r, 0), out);
	return ERR_OK;
}

static enum err
check(struct job *j, const struct post *p, size_t index, const struct file_row *row)
{
	const struct actor *a = &j->change->actor;

	if (row->author_kind != a->kind || row->author != a->id) {
		return job_refuse(j, ERR_INVALID, "there is no such file");
	}
	if (row->fact != 0) {
		return job_refuse(j, ERR_INVALID, "the file was sent before");
	}
	for (size_t i = 0; i < index; i++) {
		if (p->files[i] == p->files[index]) {
			return job_refuse(j, ERR_INVALID, "the same file twice");
		}
	}
	return ERR_OK;
}

static enum err
encode(struct batch *b, struct job *j, const struct post *p, struct buf *out,
	const char **first_name)
{
	struct json_writer w;

	jw_init(&w, out);
	jw_array(&w);
	for (size_t i = 0; i < p->file_count; i++) {
		struct file_row row;
		enum err err = read_file_row(b, j, p->files[i], &row);

		if (err == ERR_OK) {
			err = check(j, p, i, &row);
		}
		if (err != ERR_OK) {
			return err;
		}
		if (i == 0) {
			*first_name = row.name;
		}
		jw_object(&w);
		file_encode(&row, &w);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	if (out->overflowed) {
		return job_refuse(j, ERR_INVALID, "too many files");
	}
	return ERR_OK;
}

enum err
message_files(struct batch *b, struct job *j, const struct post *p, const char **json,
	const char **first_name)
{
	struct buf out;
	enum err err;

	*json = NULL;
	*first_name = "";
	if (p->file_count == 0) {
		return ERR_OK;
	}
	buf_init(&out, JSON_MAX_BYTES);
	err = encode(b, j, p, &out, first_name);
	if (err == ERR_OK) {
		*json = arena_strndup(b->arena, out.data, out.length);
	}
	buf_fini(&out);
	return err;
}

enum err
message_files_sent(struct batch *b, struct job *j, const struct fact *f)
{
	const struct post *p = &j->change->post;

	for (size_t i = 0; i < p->file_count; i++) {
		struct value args[] = {
			value_id(f->timeline),
			value_id(f->id),
			value_id(p->files[i]),
		};
		uint64_t affected = 0;

		if (batch_run(b, STATEMENT_FILE_SENT, args, &affected) != ERR_OK) {
			return b->failed;
		}
		if (affected != 1) {
			b->failed = error_set(&b->error, ERR_CONFLICT, "a file was sent twice");
			return b->failed;
		}
	}
	return ERR_OK;
}
