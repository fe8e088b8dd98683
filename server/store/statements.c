#include "store/statements.h"

#include <assert.h>

struct text {
	const char *name;
	const char *sql[2]; /* by dialect */
};

static const struct text texts[STATEMENT_COUNT] = {
#define BOTH(name, sql) [STATEMENT_##name] = {#name, {sql, sql}},
#define EACH(name, sqlite, mysql) [STATEMENT_##name] = {#name, {sqlite, mysql}},
#include "store/statements.def"
#undef BOTH
#undef EACH
};

const char *
statement_text(enum statement s, enum dialect dialect)
{
	assert((unsigned)s < STATEMENT_COUNT);
	return texts[s].sql[dialect];
}

const char *
statement_name(enum statement s)
{
	assert((unsigned)s < STATEMENT_COUNT);
	return texts[s].name;
}

/* No literal in our statements has a question mark; SQLite numbers some of its parameters. */
size_t
statement_parameters(enum statement s)
{
	size_t count = 0;

	for (const char *p = statement_text(s, DIALECT_MYSQL); *p != '\0'; p++) {
		count += *p == '?';
	}
	return count;
}
