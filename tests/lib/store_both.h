/* Runs a test of the store once on each database. */
#ifndef TESTS_STORE_BOTH_H
#define TESTS_STORE_BOTH_H

#include "lib/test.h"

#include "lib/store_fixture.h"

static inline int
set_up_sqlite(void **state)
{
	*state = fixture_create(FIXTURE_SQLITE);
	return 0;
}

static inline int
set_up_mysql(void **state)
{
	*state = fixture_create(FIXTURE_MYSQL);
	return 0;
}

static inline int
tear_down_store(void **state)
{
	fixture_destroy(*state);
	return 0;
}

/* clang-format off */
#define ON_BOTH(test) \
	{#test " on SQLite", test, set_up_sqlite, tear_down_store, NULL}, \
	{#test " on MariaDB", test, set_up_mysql, tear_down_store, NULL}
/* clang-format on */

#endif
