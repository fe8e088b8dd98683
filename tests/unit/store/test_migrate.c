/* Migrations: once, twice, half, and never back. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/str.h"

#include "store/migrate.h"
#include "store/migrations.h"
#include "store/store_private.h"

static int
prepare_sqlite(void **state)
{
	*state = fixture_prepare(FIXTURE_SQLITE);
	return 0;
}

static int
prepare_mysql(void **state)
{
	*state = fixture_prepare(FIXTURE_MYSQL);
	return 0;
}

static int
clean_up(void **state)
{
	struct store_fixture *f = *state;

	if (f->store == NULL) {
		fixture_open(f); /* the fixture closes what it opened */
	}
	fixture_destroy(f);
	return 0;
}

static void
twice_is_once(void **state)
{
	struct store_fixture *f = *state;
	struct error e = {0};
	int from = -1;
	int to = -1;

	assert_int_equal(store_migrate(&f->conf, &from, &to, &e), ERR_OK);
	assert_int_equal(from, 0);
	assert_true(to >= 1);
	assert_int_equal(store_migrate(&f->conf, &from, &to, &e), ERR_OK);
	assert_int_equal(from, to);
}

static void
older_schema_is_refused_unless_asked(void **state)
{
	struct store_fixture *f = *state;
	struct store *s = NULL;
	struct error e = {0};

	assert_int_equal(store_open(&s, &f->conf, NULL, false, &e), ERR_INVALID);
	assert_non_null(strstr(e.text, "trunkline migrate"));
	assert_null(s);
	assert_int_equal(store_open(&s, &f->conf, NULL, true, &e), ERR_OK);
	store_close(s);
	assert_int_equal(store_open(&s, &f->conf, NULL, false, &e), ERR_OK);
	store_close(s);
}

static void
newer_schema_is_refused(void **state)
{
	struct store_fixture *f = *state;
	struct store *s = NULL;
	struct error e = {0};
	int from;
	int to;

	assert_int_equal(store_migrate(&f->conf, &from, &to, &e), ERR_OK);
	fixture_sql(f,
		"INSERT INTO migration (version, name, steps, applied_at) "
		"VALUES (999, 'later', 1, 1)");
	assert_int_equal(store_open(&s, &f->conf, NULL, true, &e), ERR_INVALID);
	assert_non_null(strstr(e.text, "newer"));
	fixture_sql(f, "DELETE FROM migration WHERE version = 999");
}

/* MySQL commits each CREATE: a crash leaves some of them, the last perhaps unrecorded. */
static void
half_done_migration_is_finished(void **state)
{
	struct store_fixture *f = *state;
	struct error e = {0};
	int from;
	int to;

	assert_int_equal(store_migrate(&f->conf, &from, &to, &e), ERR_OK);
	fixture_sql(f,
		"UPDATE migration SET applied_at = 0, steps = steps - 1 "
		"WHERE version = (SELECT MAX(version) FROM migration)");
	assert_int_equal(store_migrate(&f->conf, &from, &to, &e), ERR_OK);
	assert_true(from < to);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM migration WHERE applied_at = 0"),
		0);
	fixture_sql(f, "DELETE FROM migration WHERE version > 1");
	fixture_sql(f, "UPDATE migration SET applied_at = 0, steps = 1");
	fixture_sql(f, "DROP TABLE unit");
	/* Step 2 is the table that is missing; what comes after it exists: that is an error. */
	assert_int_not_equal(store_migrate(&f->conf, &from, &to, &e), ERR_OK);
	fixture_sql(f, "UPDATE migration SET applied_at = 1, steps = 1");
	fixture_sql(f,
		arena_printf(f->arena,
			"INSERT INTO migration (version, name, steps, applied_at) "
			"VALUES (%d, 'the rest', 1, 1)",
			to));
}

/* Puts the key of a visitor's ref back as it was before migration 19. */
static void
make_key_old(struct store_fixture *f, const struct actor *visitor, const char *ref)
{
	const char *scope = arena_printf(f->arena, "ref:%d:%llu", (int)AUTHOR_CUSTOMER,
		(unsigned long long)visitor->id);
	uint8_t key[8 + DIGEST_SIZE];
	char hex[2 * sizeof(key) + 1];

	memcpy(key, ref, 8);
	sha256_two(scope, strlen(scope) + 1, ref, strlen(ref), key + 8);
	hex_encode(key, sizeof(key), hex);
	fixture_sql(f,
		arena_printf(f->arena,
			"UPDATE dedupe SET k = X'%s' WHERE fact = (SELECT id FROM fact WHERE ref = '%s')",
			hex, ref));
}

/* Runs the statements of a migration once more, with the name that the database has for bytes. */
static void
migrate_again(struct store_fixture *f, int version, const char *bytes)
{
	const struct migration *m = migrations;
	struct buf sql;

	while (m->version != version) {
		m++;
	}
	buf_init(&sql, 4096);
	for (const char *p = m->sql; *p != '\0'; p++) {
		if (strncmp(p, "{BYTES}", 7) == 0) {
			buf_puts(&sql, bytes);
			p += 6;
		} else if (*p == ';') {
			fixture_sql(f, sql.data);
			buf_clear(&sql);
		} else {
			buf_putc(&sql, *p);
		}
	}
	buf_fini(&sql);
}

static const struct outcome *
say_with_ref(struct store_fixture *f, const struct actor *visitor, uint64_t channel,
	const char *ref)
{
	struct change *c = change_create(CHANGE_POST, visitor);

	c->post.kind = FACT_MESSAGE;
	c->post.party.visitor = visitor->id;
	c->post.channel = channel;
	c->post.channel_kind = "webchat";
	c->post.text = "hello";
	strcpy(c->ref, ref);
	return fixture_call(f, c, ERR_OK);
}

static void
what_was_sent_before_is_known_after(struct store_fixture *f, const char *bytes)
{
	static const char *const refs[] = {"01JD0000000000000000000001", "short-ref"};
	struct actor visitor;
	uint64_t channel;

	fixture_open(f);
	channel = fixture_channel(f, "webchat");
	visitor = fixture_visitor(f, channel);
	for (size_t i = 0; i < 2; i++) {
		assert_false(say_with_ref(f, &visitor, channel, refs[i])->duplicate);
	}
	fixture_close(f);
	for (size_t i = 0; i < 2; i++) {
		make_key_old(f, &visitor, refs[i]);
	}
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM dedupe WHERE LENGTH(k) = 40"),
		2);
	migrate_again(f, 19, bytes);
	fixture_open(f);
	for (size_t i = 0; i < 2; i++) {
		assert_true(say_with_ref(f, &visitor, channel, refs[i])->duplicate);
	}
}

static void
refs_are_known_after_their_keys_changed_on_sqlite(void **state)
{
	what_was_sent_before_is_known_after(*state, "BLOB");
}

static void
refs_are_known_after_their_keys_changed_on_mysql(void **state)
{
	what_was_sent_before_is_known_after(*state, "BINARY");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{"twice_is_once on SQLite", twice_is_once, prepare_sqlite, clean_up, NULL},
		{"twice_is_once on MariaDB", twice_is_once, prepare_mysql, clean_up, NULL},
		{"older_schema_is_refused_unless_asked on SQLite",
			older_schema_is_refused_unless_asked, prepare_sqlite, clean_up, NULL},
		{"older_schema_is_refused_unless_asked on MariaDB",
			older_schema_is_refused_unless_asked, prepare_mysql, clean_up, NULL},
		{"newer_schema_is_refused on SQLite", newer_schema_is_refused, prepare_sqlite,
			clean_up, NULL},
		{"newer_schema_is_refused on MariaDB", newer_schema_is_refused, prepare_mysql,
			clean_up, NULL},
		{"half_done_migration_is_finished on MariaDB", half_done_migration_is_finished,
			prepare_mysql, clean_up, NULL},
		{"refs_are_known_after_their_keys_changed on SQLite",
			refs_are_known_after_their_keys_changed_on_sqlite, prepare_sqlite, clean_up,
			NULL},
		{"refs_are_known_after_their_keys_changed on MariaDB",
			refs_are_known_after_their_keys_changed_on_mysql, prepare_mysql, clean_up,
			NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
