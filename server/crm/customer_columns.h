/* Which column of a list of customers means what: guessed from the heading, in Chinese and
 * English, or chosen by a person. A target is "" (left out), "external_id", "name", "gender",
 * "language", "company", "remark", "owner", "phone", "email", "wechat" or "field.KEY". */
#ifndef CRM_CUSTOMER_COLUMNS_H
#define CRM_CUSTOMER_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/field.h"

enum { IMPORT_COLUMNS_MAX = 100, IMPORT_TARGET_MAX = 48 };

void customer_column_guess(const char *heading, const struct field *fields, size_t count,
	char out[static IMPORT_TARGET_MAX]);
/* Is this a target, and of a field that there is? */
bool customer_column_valid(const char *target, const struct field *fields, size_t count);
/* The field that a target names; NULL: none. */
const struct field *
customer_column_field(const char *target, const struct field *fields, size_t count);

#endif
