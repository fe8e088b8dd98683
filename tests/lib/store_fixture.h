/* A fresh, empty store for one test, on SQLite in a folder of its own or on a database of its own
 * in a private MariaDB (the one of TRUNKLINE_TEST_MYSQL_SOCKET, else one that is started for this
 * process and stopped at its end). */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "model/change.h"
#include "model/fact.h"
#include "store/driver.h"
#include "store/read.h"
#include "store/store.h"

enum fixture_database { FIXTURE_SQLITE, FIXTURE_MYSQL };

struct store_fixture {
	struct store_conf conf;
	struct store *store;
	struct reader *reader;
	struct arena *arena;
	char dir[64];
	char path[96];
	char database[64];
	/* counted by the publish hook */
	unsigned published;
	uint64_t last_published;
};

struct store_fixture *fixture_create(enum fixture_database database);
/* Conf only; the test opens the store itself. */
struct store_fixture *fixture_prepare(enum fixture_database database);
/* Instead of the server of the environment: the one that mariadb.sh started in this folder. */
void fixture_use_server(const char *dir);
void fixture_open(struct store_fixture *f);
void fixture_open_with(struct store_fixture *f, const struct store_driver *driver);
void fixture_close(struct store_fixture *f); /* the store and reader; the data stays */
void fixture_destroy(struct store_fixture *f);
/* SQL straight at the database, behind the store's back. */
void fixture_sql(struct store_fixture *f, const char *sql);
int64_t fixture_number(struct store_fixture *f, const char *sql);
/* A millisecond, between two looks at what other threads do. */
void fixture_nap(void);

/* Actors: the system, a member of staff whom the fixture creates, a visitor. */
struct actor fixture_system(void);
struct actor fixture_staff(struct store_fixture *f, const char *login,
	enum staff_role role, uint64_t unit);
uint64_t fixture_channel(struct store_fixture *f, const char *kind);
struct actor fixture_visitor(struct store_fixture *f, uint64_t channel);

/* Each submits, waits, asserts the code and gives the outcome (owned by the fixture). */
const struct outcome *
fixture_call(struct store_fixture *f, struct change *c, enum err expected);
const struct outcome *fixture_say(struct store_fixture *f, const struct actor *visitor,
	uint64_t channel, const char *text);
const struct outcome *fixture_reply(struct store_fixture *f, const struct actor *staff,
	uint64_t conversation, const char *text);
const struct outcome *
fixture_act(struct store_fixture *f, const struct actor *staff, uint64_t conversation,
	enum conversation_action action, uint64_t assignee, enum err expected);

#endif
