/* Runs a test of the store once on each database, behind the driver that fails on demand. */
#ifndef TESTS_STORE_FAULTY_H
#define TESTS_STORE_FAULTY_H

#include "lib/fault_driver.h"
#include "lib/store_both.h"
#include "store/store_private.h"

static inline int
set_up_faulty(void **state, enum fixture_database database)
{
	struct store_fixture *f = fixture_prepare(database);

	fixture_open_with(f, fault_driver(store_driver_of(&f->conf)));
	*state = f;
	return 0;
}

static inline int
set_up_faulty_sqlite(void **state)
{
	return set_up_faulty(state, FIXTURE_SQLITE);
}

static inline int
set_up_faulty_mysql(void **state)
{
	return set_up_faulty(state, FIXTURE_MYSQL);
}

/* clang-format off */
#define ON_BOTH_FAULTY(test) \
	{#test " on SQLite", test, set_up_faulty_sqlite, tear_down_store, NULL}, \
	{#test " on MariaDB", test, set_up_faulty_mysql, tear_down_store, NULL}
/* clang-format on */

#endif
