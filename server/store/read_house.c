/* Staff, sessions, API keys, channels, audit. */
#include "base/arena.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { HOUSE_MAX = 10000 }; /* small tables, read whole */

static enum err
one_staff(struct reader *r, enum statement s, struct value key, struct arena *a,
	struct staff *out, struct error *e)
{
	struct rows rows;
	enum err err = reader_run(r, s, &key, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such member of staff");
	}
	record_staff(rows_at(&rows, 0), out);
	return ERR_OK;
}

enum err
read_staff(struct reader *r, uint64_t id, struct arena *a, struct staff *out,
	struct error *e)
{
	return one_staff(r, STATEMENT_STAFF_BY_ID, value_id(id), a, out, e);
}

enum err
read_staff_by_login(struct reader *r, const char *login, struct arena *a,
	struct staff *out, struct error *e)
{
	return one_staff(r, STATEMENT_STAFF_BY_LOGIN, value_text(login), a, out, e);
}

enum err
read_staff_list(struct reader *r, struct arena *a, struct staff **out, size_t *count,
	struct error *e)
{
	struct value args[] = {value_i64(HOUSE_MAX)};
	struct staff *items;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_STAFF_LIST, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		record_staff(rows_at(&rows, i), &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_session(struct reader *r, const uint8_t token_hash[static DIGEST_SIZE],
	struct arena *a, struct session_row *out, struct staff *staff, struct error *e)
{
	struct value args[] = {value_blob(token_hash, DIGEST_SIZE)};
	const struct value *row;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_SESSION_READ, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such session");
	}
	row = rows_at(&rows, 0);
	memcpy(out->token_hash, token_hash, DIGEST_SIZE);
	out->staff = value_as_id(&row[0]);
	out->expires_at = value_as_i64(&row[1]);
	record_staff(row + 2, staff);
	return ERR_OK;
}

enum err
read_api_key(struct reader *r, const uint8_t key_hash[static DIGEST_SIZE],
	struct arena *a, struct api_key *out, struct error *e)
{
	struct value args[] = {value_blob(key_hash, DIGEST_SIZE)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_API_KEY_BY_HASH, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such key");
	}
	record_api_key(rows_at(&rows, 0), out);
	return ERR_OK;
}

enum err
read_api_keys(struct reader *r, struct arena *a, struct api_key **out, size_t *count,
	struct error *e)
{
	struct value args[] = {value_i64(HOUSE_MAX)};
	struct api_key *items;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_API_KEY_LIST, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		record_api_key(rows_at(&rows, i), &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_channels(struct reader *r, struct arena *a, struct channel_row **out, size_t *count,
	struct error *e)
{
	struct value args[] = {value_i64(HOUSE_MAX)};
	struct channel_row *items;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_CHANNEL_LIST, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		record_channel(rows_at(&rows, i), &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_audit(struct reader *r, int64_t from, int64_t to, uint64_t before_id, size_t limit,
	struct arena *a, struct audit_row **out, size_t *count, struct error *e)
{
	size_t most = limit == 0 || limit > READ_LIMIT_MAX ? READ_LIMIT_MAX : limit;
	struct value args[] = {
		value_i64(from),
		value_i64(to != 0 ? to : INT64_MAX),
		before_id != 0 ? value_id(before_id) : value_i64(INT64_MAX),
		value_i64((int64_t)most),
	};
	struct audit_row *items;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_AUDIT_LIST, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		record_audit(rows_at(&rows, i), &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}
