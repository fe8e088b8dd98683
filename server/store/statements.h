/* Every statement by its name. The texts stand in statements.def, for both dialects. */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include <stddef.h>

enum dialect { DIALECT_SQLITE, DIALECT_MYSQL };

enum statement {
#define BOTH(name, sql) STATEMENT_##name,
#define EACH(name, sqlite, mysql) STATEMENT_##name,
#include "store/statements.def"
#undef BOTH
#undef EACH
	STATEMENT_COUNT
};

const char *statement_text(enum statement s, enum dialect dialect);
const char *statement_name(enum statement s);  /* for messages */
size_t statement_parameters(enum statement s); /* of a row, in the dialect of MySQL */

#endif
