/* Imports of customers. */
#include "base/arena.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { IMPORTS_SHOWN = 50 };

DEFINE_LIST(imports, struct import_job, record_import)

enum err
read_imports(struct reader *r, const struct scope *scope, struct arena *a,
	struct import_job **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(scope->unit_low), value_id(scope->unit_high),
		value_id(0), value_id(0), value_i64(IMPORTS_SHOWN)};

	return imports(r, STATEMENT_IMPORT_LIST, args, a, out, count, e);
}

enum err
read_import(struct reader *r, const struct scope *scope, uint64_t id, struct arena *a,
	struct import_job *out, struct error *e)
{
	struct value args[] = {value_id(scope->unit_low), value_id(scope->unit_high),
		value_id(id), value_id(id), value_i64(1)};
	struct import_job *found;
	size_t count;
	enum err err = imports(r, STATEMENT_IMPORT_LIST, args, a, &found, &count, e);

	if (err != ERR_OK) {
		return err;
	}
	if (count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such import");
	}
	*out = found[0];
	return ERR_OK;
}

enum err
read_import_mapping(struct reader *r, uint64_t columns_hash, struct arena *a,
	const char **out, struct error *e)
{
	struct value args[] = {value_id(columns_hash)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_IMPORT_MAPPING, args, a, &rows, e);

	if (err == ERR_OK) {
		*out = rows.count > 0 ? value_as_text(rows_at(&rows, 0)) : "[]";
	}
	return err;
}
