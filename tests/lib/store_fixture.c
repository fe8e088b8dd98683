#include "lib/store_fixture.h"

#include <ftw.h>
#include <mysql.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "store/store_private.h"

enum { KEPT_MAX = 4096 };

static char mysql_socket[128];
static char mysql_dir[64];
static unsigned fixtures;

static struct outcome *kept[KEPT_MAX];
static size_t kept_count;

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
remove_tree(const char *dir)
{
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void
run_script(const char *verb, const char *dir, char *line, size_t size)
{
	char command[256];
	FILE *p;

	snprintf(command, sizeof(command), "tests/lib/mariadb.sh %s %s", verb, dir);
	p = popen(command, "r");
	assert_non_null(p);
	if (line != NULL) {
		assert_non_null(fgets(line, (int)size, p));
		line[strcspn(line, "\n")] = '\0';
	}
	assert_int_equal(pclose(p), 0);
}

static void
stop_server(void)
{
	run_script("stop", mysql_dir, NULL, 0);
	remove_tree(mysql_dir);
}

static const char *
server_socket(void)
{
	const char *given = getenv("TRUNKLINE_TEST_MYSQL_SOCKET");

	if (mysql_socket[0] != '\0') {
		return mysql_socket;
	}
	if (given != NULL && given[0] != '\0') {
		snprintf(mysql_socket, sizeof(mysql_socket), "%s", given);
		return mysql_socket;
	}
	snprintf(mysql_dir, sizeof(mysql_dir), "/tmp/trunkline-mariadb-XXXXXX");
	assert_non_null(mkdtemp(mysql_dir));
	run_script("start", mysql_dir, mysql_socket, sizeof(mysql_socket));
	atexit(stop_server);
	return mysql_socket;
}

void
fixture_use_server(const char *dir)
{
	snprintf(mysql_socket, sizeof(mysql_socket), "%s/mysql.sock", dir);
}

static MYSQL *
mysql_open(const char *database)
{
	MYSQL *db = mysql_init(NULL);

	assert_non_null(db);
	if (mysql_real_connect(db, NULL, "root", "", database, 0, server_socket(), 0) ==
		NULL) {
		fail_msg("cannot connect: %s", mysql_error(db));
	}
	return db;
}

struct store_fixture *
fixture_prepare(enum fixture_database database)
{
	struct store_fixture *f = xcalloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/trunkline-store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/test.db", f->dir);
	f->conf = (struct store_conf){
		.driver = database == FIXTURE_MYSQL,
		.path = f->path,
		.host = (char *)"",
		.socket = (char *)"",
		.user = (char *)"root",
		.password = (char *)"",
		.readers = 1,
		.queue = 20000,
		.batch = 1000,
		.node = 1,
		.reopen_ms = 3600000,
		.heads_ms = 10000,
		.data_dir = f->dir,
	};
	if (database == FIXTURE_MYSQL) {
		char sql[128];
		MYSQL *db = mysql_open(NULL);

		snprintf(f->database, sizeof(f->database), "trunkline_%d_%u", (int)getpid(),
			fixtures++);
		snprintf(sql, sizeof(sql), "CREATE DATABASE %s CHARACTER SET utf8mb4",
			f->database);
		assert_int_equal(mysql_query(db, sql), 0);
		mysql_close(db);
		f->conf.socket = mysql_socket;
		f->conf.database = f->database;
	}
	f->arena = arena_create();
	return f;
}

static void
count_published(void *ctx, struct fact *fact)
{
	struct store_fixture *f = ctx;

	f->published++;
	f->last_published = fact->id;
}

void
fixture_open_with(struct store_fixture *f, const struct store_driver *driver)
{
	struct store_hooks hooks = {.publish = count_published, .ctx = f};
	struct error e = {0};

	if (store_open_with(&f->store, &f->conf, driver, &hooks, true, &e) != ERR_OK ||
		store_reader_open(&f->conf, &f->reader, &e) != ERR_OK) {
		fail_msg("cannot open: %s", e.text);
	}
}

void
fixture_open(struct store_fixture *f)
{
	fixture_open_with(f, store_driver_of(&f->conf));
}

struct store_fixture *
fixture_create(enum fixture_database database)
{
	struct store_fixture *f = fixture_prepare(database);

	fixture_open(f);
	return f;
}

void
fixture_close(struct store_fixture *f)
{
	store_reader_close(f->reader);
	store_close(f->store);
	f->reader = NULL;
	f->store = NULL;
}

void
fixture_destroy(struct store_fixture *f)
{
	while (kept_count > 0) {
		outcome_release(kept[--kept_count]);
	}
	fixture_close(f);
	if (f->database[0] != '\0') {
		char sql[128];
		MYSQL *db = mysql_open(NULL);

		snprintf(sql, sizeof(sql), "DROP DATABASE %s", f->database);
		assert_int_equal(mysql_query(db, sql), 0);
		mysql_close(db);
	}
	remove_tree(f->dir);
	arena_destroy(f->arena);
	free(f);
}

static int64_t
mysql_number(struct store_fixture *f, const char *sql)
{
	MYSQL *db = mysql_open(f->database);
	int64_t number = 0;
	MYSQL_RES *result;
	MYSQL_ROW row;

	if (mysql_query(db, sql) != 0) {
		fail_msg("%s: %s", sql, mysql_error(db));
	}
	result = mysql_store_result(db);
	if (result != NULL) {
		row = mysql_fetch_row(result);
		number = row != NULL && row[0] != NULL ? strtoll(row[0], NULL, 10) : 0;
		mysql_free_result(result);
	}
	mysql_close(db);
	return number;
}

static int
first_number(void *ctx, int columns, char **values, char **names)
{
	(void)names;
	if (columns > 0 && values[0] != NULL) {
		*(int64_t *)ctx = strtoll(values[0], NULL, 10);
	}
	return 0;
}

int64_t
fixture_number(struct store_fixture *f, const char *sql)
{
	int64_t number = 0;
	char *text = NULL;
	sqlite3 *db;

	if (f->database[0] != '\0') {
		return mysql_number(f, sql);
	}
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, sql, first_number, &number, &text) != SQLITE_OK) {
		fail_msg("%s: %s", sql, text);
	}
	sqlite3_close(db);
	return number;
}

void
fixture_sql(struct store_fixture *f, const char *sql)
{
	(void)fixture_number(f, sql);
}

void
fixture_nap(void)
{
	struct timespec t = {0, 1000000};

	nanosleep(&t, NULL);
}

struct actor
fixture_system(void)
{
	return (struct actor){.kind = AUTHOR_SYSTEM, .address = "127.0.0.1"};
}

const struct outcome *
fixture_call(struct store_fixture *f, struct change *c, enum err expected)
{
	struct outcome *o = NULL;
	struct error e = {0};
	enum err err = store_call(f->store, c, &o, &e);

	if (err != expected) {
		fail_msg("expected %s, got %s: %s", err_name(expected), err_name(err), e.text);
	}
	if (o != NULL) {
		assert_true(kept_count < KEPT_MAX);
		kept[kept_count++] = o;
	}
	return o;
}

struct actor
fixture_staff(struct store_fixture *f, const char *login, enum staff_role role,
	uint64_t unit)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_STAFF, &system);
	const struct outcome *o;

	c->staff.action = ROW_ADD;
	c->staff.staff = (struct staff){
		.login = arena_strdup(c->arena, login),
		.name = arena_strdup(c->arena, login),
		.role = role,
		.unit = unit,
		.password_hash = "x",
	};
	o = fixture_call(f, c, ERR_OK);
	return (struct actor){
		.kind = AUTHOR_STAFF,
		.id = o->id,
		.role = role,
		.unit = unit,
		.address = "127.0.0.1",
	};
}

uint64_t
fixture_channel(struct store_fixture *f, const char *kind)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_CHANNEL, &system);

	c->channel.action = ROW_ADD;
	c->channel.channel = (struct channel_row){
		.kind = kind,
		.name = kind,
		.public_key = arena_printf(c->arena, "pk-%s-%u", kind, fixtures++),
		.settings = "{}",
		.unit = UNIT_ROOT,
		.enabled = true,
	};
	return fixture_call(f, c, ERR_OK)->id;
}

struct actor
fixture_visitor(struct store_fixture *f, uint64_t channel)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_VISITOR, &system);
	const struct outcome *o;

	c->visitor.action = ROW_ADD;
	c->visitor.channel = channel;
	random_bytes(c->visitor.token_hash, sizeof(c->visitor.token_hash));
	c->visitor.expires_at = INT64_MAX;
	c->visitor.language = "zh-CN";
	o = fixture_call(f, c, ERR_OK);
	return (struct actor){.kind = AUTHOR_CUSTOMER, .id = o->id};
}

const struct outcome *
fixture_say(struct store_fixture *f, const struct actor *visitor, uint64_t channel,
	const char *text)
{
	struct change *c = change_create(CHANGE_POST, visitor);

	c->post.party.visitor = visitor->id;
	c->post.kind = FACT_MESSAGE;
	c->post.channel = channel;
	c->post.channel_kind = "webchat";
	c->post.text = arena_strdup(c->arena, text);
	return fixture_call(f, c, ERR_OK);
}

const struct outcome *
fixture_reply(struct store_fixture *f, const struct actor *staff, uint64_t conversation,
	const char *text)
{
	struct change *c = change_create(CHANGE_POST, staff);

	c->post.party.conversation = conversation;
	c->post.kind = FACT_MESSAGE;
	c->post.text = arena_strdup(c->arena, text);
	return fixture_call(f, c, ERR_OK);
}

const struct outcome *
fixture_act(struct store_fixture *f, const struct actor *staff, uint64_t conversation,
	enum conversation_action action, uint64_t assignee, enum err expected)
{
	struct change *c = change_create(CHANGE_CONVERSATION, staff);

	c->conversation.conversation = conversation;
	c->conversation.action = action;
	c->conversation.assignee = assignee;
	return fixture_call(f, c, expected);
}
