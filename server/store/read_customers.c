/* Customers, contact points, calls, visitors, files. */
#include "base/arena.h"
#include "base/str.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { CANDIDATES_MAX = 20 };

static size_t
limit_of(size_t wanted)
{
	return wanted == 0 || wanted > READ_LIMIT_MAX ? READ_LIMIT_MAX : wanted;
}

DEFINE_LIST(customers, struct customer, record_customer)
DEFINE_LIST(contacts, struct contact_point, record_contact)
DEFINE_LIST(calls, struct call, record_call)
DEFINE_LIST(files, struct file_row, record_file)

enum err
read_customer(struct reader *r, uint64_t id, struct arena *a, struct customer *out,
	struct error *e)
{
	struct value args[] = {value_id(id)};
	struct customer *found = NULL;
	size_t count = 0;
	enum err err = customers(r, STATEMENT_CUSTOMER_BY_ID, args, a, &found, &count, e);

	if (err != ERR_OK) {
		return err;
	}
	if (count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such customer");
	}
	*out = found[0];
	return ERR_OK;
}

enum err
read_customers_by_contact(struct reader *r, const char *kind, const char *value,
	struct arena *a, struct customer **out, size_t *count, struct error *e)
{
	struct value args[] = {value_text(kind), value_text(value),
		value_i64(CANDIDATES_MAX)};

	return customers(r, STATEMENT_CUSTOMERS_BY_CONTACT, args, a, out, count, e);
}

enum err
read_contacts(struct reader *r, uint64_t customer, struct arena *a,
	struct contact_point **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(customer), value_i64(READ_LIMIT_MAX)};

	return contacts(r, STATEMENT_CONTACTS_OF, args, a, out, count, e);
}

enum err
read_call(struct reader *r, uint64_t id, struct arena *a, struct call *out,
	struct error *e)
{
	struct value args[] = {value_id(id)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_CALL_BY_ID, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such call");
	}
	record_call(rows_at(&rows, 0), out);
	return ERR_OK;
}

enum err
read_calls_of(struct reader *r, uint64_t customer, size_t limit, struct arena *a,
	struct call **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(customer), value_i64((int64_t)limit_of(limit))};

	return calls(r, STATEMENT_CALL_LIST, args, a, out, count, e);
}

enum err
read_visitor(struct reader *r, const uint8_t token_hash[static DIGEST_SIZE],
	struct arena *a, struct visitor *out, struct error *e)
{
	struct value args[] = {value_blob(token_hash, DIGEST_SIZE)};
	const struct value *row;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_VISITOR_BY_TOKEN, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such visitor");
	}
	row = rows_at(&rows, 0);
	*out = (struct visitor){
		.id = value_as_id(&row[0]),
		.channel = value_as_id(&row[1]),
		.customer = value_as_id(&row[2]),
		.identified = value_as_bool(&row[3]),
		.language = value_as_text(&row[4]),
		.created_at = value_as_i64(&row[5]),
		.expires_at = value_as_i64(&row[6]),
	};
	return ERR_OK;
}

enum err
read_file(struct reader *r, uint64_t id, struct arena *a, struct file_row *out,
	struct error *e)
{
	struct value args[] = {value_id(id)};
	struct file_row *found = NULL;
	size_t count = 0;
	enum err err = files(r, STATEMENT_FILE_BY_ID, args, a, &found, &count, e);

	if (err != ERR_OK) {
		return err;
	}
	if (count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such file");
	}
	*out = found[0];
	return ERR_OK;
}

enum err
read_files_of(struct reader *r, uint64_t customer, size_t limit, struct arena *a,
	struct file_row **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(customer), value_i64((int64_t)limit_of(limit))};

	return files(r, STATEMENT_FILE_LIST, args, a, out, count, e);
}

enum err
read_upload_volume(struct reader *r, enum author_kind kind, uint64_t author,
	int64_t since, int64_t *bytes, struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {value_i64((int64_t)kind), value_id(author), value_i64(since)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_FILE_VOLUME, args, a, &rows, e);

	if (err == ERR_OK) {
		*bytes = rows.count > 0 ? value_as_i64(rows_at(&rows, 0)) : 0;
	}
	arena_destroy(a);
	return err;
}

enum { NOTICES_MAX = 20 };

enum err
read_notices_of(struct reader *r, uint64_t customer, struct arena *a,
	struct accepted_notice **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(customer), value_i64(NOTICES_MAX)};
	struct accepted_notice *found;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_NOTICES_OF, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	found = arena_alloc(a, (rows.count + 1) * sizeof(*found));
	for (size_t i = 0; i < rows.count; i++) {
		const struct value *row = rows_at(&rows, i);

		found[i].channel = value_as_id(&row[0]);
		found[i].version = value_as_i64(&row[1]);
		found[i].at = value_as_i64(&row[2]);
	}
	*out = found;
	*count = rows.count;
	return ERR_OK;
}
