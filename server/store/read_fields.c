/* The fields of the house and what customers have in them. */
#include "base/arena.h"
#include "base/str.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { VALUE_ROWS_MAX = FIELDS_MAX * FIELD_CHOICES_MAX };

DEFINE_LIST(fields, struct field, record_field)
DEFINE_LIST(values, struct field_value, record_value)

enum err
read_fields(struct reader *r, struct arena *a, struct field **out, size_t *count,
	struct error *e)
{
	struct value args[] = {value_i64(FIELDS_MAX)};

	return fields(r, STATEMENT_FIELD_LIST, args, a, out, count, e);
}

enum err
read_values(struct reader *r, uint64_t customer, struct arena *a,
	struct field_value **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(customer), value_i64(VALUE_ROWS_MAX)};
	struct field_value *items;
	size_t length;
	size_t kept = 0;
	enum err err = values(r, STATEMENT_VALUES_OF, args, a, &items, &length, e);

	if (err != ERR_OK) {
		return err;
	}
	for (size_t i = 0; i < length; i++) {
		if (kept > 0 && items[kept - 1].field == items[i].field) {
			items[kept - 1].text = arena_printf(a, "%s\n%s", items[kept - 1].text,
				items[i].text);
		} else {
			items[kept++] = items[i];
		}
	}
	*out = items;
	*count = kept;
	return ERR_OK;
}

enum err
read_former_values(struct reader *r, uint64_t customer, uint64_t field, struct arena *a,
	struct field_value **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(customer), value_id(field),
		value_i64(READ_LIMIT_MAX)};

	return values(r, STATEMENT_FORMER_VALUES_OF, args, a, out, count, e);
}
