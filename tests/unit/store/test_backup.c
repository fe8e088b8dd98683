/* A backup is taken while messages pour in, and becomes another installation elsewhere, on either
 * database; what was cut, changed or does not fit on the disk is refused. */
#include "lib/store_both.h"

#include <argon2.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/file_store.h"
#include "backup/backup.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/id.h"
#include "lib/store_client.h"
#include "store/migrate.h"

enum { NOISE_BYTES = 400 * 1024 };

static const char passphrase[] = "correct horse battery";

/* A key that is cheap to make, and another one for each cost that was asked for: a hundred dear
 * ones take longer than all the rest here. */
int
argon2id_hash_raw(uint32_t passes, uint32_t memory, uint32_t lanes, const void *secret,
	size_t secret_size, const void *salt, size_t salt_size, void *key, size_t key_size)
{
	uint32_t asked[] = {passes, memory};
	argon2_context context = {
		.out = key,
		.outlen = (uint32_t)key_size,
		.pwd = (uint8_t *)secret,
		.pwdlen = (uint32_t)secret_size,
		.salt = (uint8_t *)salt,
		.saltlen = (uint32_t)salt_size,
		.ad = (uint8_t *)asked,
		.adlen = sizeof(asked),
		.t_cost = 1,
		.m_cost = 8 * lanes,
		.lanes = lanes,
		.threads = lanes,
		.version = ARGON2_VERSION_13,
	};

	return argon2id_ctx(&context);
}

/* --- helpers ------------------------------------------------------------------------------ */

static char *
archive_of(const struct store_fixture *f, char out[static 128])
{
	snprintf(out, 128, "%s/archive", f->dir);
	return out;
}

static struct backup_plan
plan_of(struct store_fixture *f, const char *path, const char *secret)
{
	return (struct backup_plan){
		.store = &f->conf,
		.path = path,
		.passphrase = secret,
		.program = "0.0.1",
	};
}

static struct backup_facts
back_up(struct store_fixture *f, const char *path, const char *secret)
{
	struct backup_plan plan = plan_of(f, path, secret);
	struct backup_facts facts = {0};
	struct error e = {0};

	if (backup_make(&plan, &facts, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
	return facts;
}

static enum err
try_restore(struct store_fixture *to, const char *path, const char *secret, bool force,
	struct error *e)
{
	struct restore_plan plan = {
		.store = &to->conf,
		.path = path,
		.passphrase = secret,
		.force = force,
		.new_keys = secret == NULL,
	};
	struct backup_facts facts = {0};
	enum err err = backup_check(path, secret, NULL, NULL, &facts, e);

	return err == ERR_OK ? restore_load(&plan, &facts, e) : err;
}

/* The archive is of an installation that has not made any key yet. */
static void
restore_with_new_keys(struct store_fixture *to, const char *path)
{
	struct restore_plan plan = {
		.store = &to->conf,
		.path = path,
		.passphrase = passphrase,
		.new_keys = true,
	};
	struct backup_facts facts = {0};
	struct error e = {0};

	if (backup_check(path, passphrase, NULL, NULL, &facts, &e) != ERR_OK ||
		restore_load(&plan, &facts, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
}

static void
restore(struct store_fixture *to, const char *path, const char *secret)
{
	struct error e = {0};

	if (try_restore(to, path, secret, false, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
}

static void
assert_verifies(struct store_fixture *f)
{
	struct verify_report report;
	struct error e = {0};

	if (store_verify(&f->conf, 0, NULL, NULL, &report, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
	assert_true(report.heads > 0);
}

static void
say(struct store_fixture *f, unsigned count)
{
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);

	for (unsigned i = 0; i < count; i++) {
		char text[40];

		snprintf(text, sizeof(text), "保本 \\ ' \" %% \n number %u", i);
		fixture_say(f, &visitor, channel, text);
	}
}

static void
upload(struct store_fixture *f, const char *text, char path[static 256])
{
	uint8_t digest[DIGEST_SIZE];
	struct error e = {0};

	sha256(text, strlen(text), digest);
	if (file_store_put(f->dir, digest, text, strlen(text), &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
	snprintf(path, 256, "%s", file_store_path(f->arena, f->dir, digest) + strlen(f->dir));
}

/* What no compression makes smaller. */
static void
upload_noise(struct store_fixture *f)
{
	uint8_t digest[DIGEST_SIZE];
	char *bytes = arena_alloc(f->arena, NOISE_BYTES);
	struct error e = {0};

	random_bytes(bytes, NOISE_BYTES);
	sha256(bytes, NOISE_BYTES, digest);
	assert_int_equal(file_store_put(f->dir, digest, bytes, NOISE_BYTES, &e), ERR_OK);
}

static void
assert_file(const struct store_fixture *f, const char *path, const char *text)
{
	char whole[400];
	char bytes[100] = "";
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", f->dir, path);
	file = fopen(whole, "r");
	assert_non_null(file);
	assert_true(fread(bytes, 1, sizeof(bytes) - 1, file) > 0);
	fclose(file);
	assert_string_equal(bytes, text);
}

static unsigned
count_names(const char *dir, const char *start)
{
	char command[200];
	unsigned count = 0;
	FILE *p;

	snprintf(command, sizeof(command), "ls -A %s | grep -c '^%s'", dir, start);
	p = popen(command, "r");
	assert_non_null(p);
	assert_int_equal(fscanf(p, "%u", &count), 1);
	pclose(p);
	return count;
}

/* Each value of each table of one as it is in the other: by what SQL says of them. */
static void
assert_same(struct store_fixture *a, struct store_fixture *b)
{
	static const char *const questions[] = {
		"SELECT COUNT(*) FROM fact",
		"SELECT SUM(at) FROM fact",
		"SELECT SUM(LENGTH(HEX(body))) FROM fact",
		"SELECT COUNT(*) FROM fact WHERE pub IS NULL",
		"SELECT COUNT(*) FROM dedupe",
		"SELECT SUM(n * 1000 + tick) FROM feed WHERE node = 1",
		"SELECT COUNT(*) FROM audit",
		"SELECT COUNT(*) FROM unit",
		"SELECT SUM(last_at) FROM conversation",
		"SELECT SUM(expires_at / 1000) FROM visitor",
	};

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		assert_int_equal(fixture_number(a, questions[i]),
			fixture_number(b, questions[i]));
	}
}

/* --- while messages pour in --------------------------------------------------------------- */

struct beside {
	struct backup_plan plan;
	struct backup_facts facts;
	struct error error;
	enum err err;
	_Atomic bool done;
};

static void *
back_up_beside(void *ctx)
{
	struct beside *b = ctx;

	b->err = backup_make(&b->plan, &b->facts, &b->error);
	b->done = true;
	return NULL;
}

static void
backup_beside_a_busy_server_holds_all_that_was_acknowledged(void **state)
{
	struct store_fixture *f = *state;
	struct store_fixture *to = fixture_prepare(
		f->database[0] != '\0' ? FIXTURE_MYSQL : FIXTURE_SQLITE);
	struct client c;
	char path[128];
	struct beside beside = {.plan = plan_of(f, archive_of(to, path), passphrase)};
	unsigned before;
	pthread_t thread;

	c = client_begin(f);
	fixture_close(f);       /* signs */
	f->conf.heads_ms = 100; /* and goes on to while the backup runs */
	fixture_open(f);
	for (unsigned i = 0; i < 20; i++) {
		client_send_burst(&c);
	}
	before = c.next;
	assert_int_equal(pthread_create(&thread, NULL, back_up_beside, &beside), 0);
	while (!beside.done) {
		client_send_burst(&c);
	}
	pthread_join(thread, NULL);
	if (beside.err != ERR_OK) {
		fail_msg("%s", beside.error.text);
	}
	assert_true(c.next > before);
	restore(to, path, passphrase);
	for (unsigned i = 0; i < before; i++) {
		char question[120];

		if (i % CLIENT_BURST == CLIENT_BURST - 1) {
			continue; /* a call */
		}
		snprintf(question, sizeof(question),
			"SELECT COUNT(*) FROM fact WHERE ref = '01JD00000000000000%08u'", i);
		assert_int_equal(fixture_number(to, question), 1);
	}
	assert_verifies(to);
	client_check_all(&c); /* and the server itself lost nothing */
	fixture_destroy(to);
}

static void
restored_server_goes_on_and_still_verifies(void **state)
{
	struct store_fixture *f = *state;
	struct store_fixture *to = fixture_prepare(
		f->database[0] != '\0' ? FIXTURE_MYSQL : FIXTURE_SQLITE);
	char path[128];
	int64_t facts;

	say(f, 30);
	fixture_close(f);
	back_up(f, archive_of(f, path), passphrase);
	restore(to, path, passphrase);
	assert_same(f, to);
	facts = fixture_number(to, "SELECT COUNT(*) FROM fact");
	fixture_open(to);
	say(to, 5);
	fixture_close(to);
	assert_true(fixture_number(to, "SELECT COUNT(*) FROM fact") >= facts + 5);
	assert_verifies(to);
	fixture_destroy(to);
}

static void
backup_of_one_database_fills_the_other(void **state)
{
	struct store_fixture *f = *state;
	struct store_fixture *to = fixture_prepare(
		f->database[0] != '\0' ? FIXTURE_SQLITE : FIXTURE_MYSQL);
	char path[128];

	say(f, 30);
	fixture_close(f);
	back_up(f, archive_of(f, path), passphrase);
	restore(to, path, passphrase);
	assert_same(f, to);
	assert_verifies(to);
	fixture_open(to);
	say(to, 5);
	fixture_close(to);
	assert_verifies(to);
	fixture_destroy(to);
}

/* --- what is in it ------------------------------------------------------------------------ */

static void
older_archive_is_brought_up_to_date(void **state)
{
	struct store_fixture *f = *state;
	struct store_fixture *to = fixture_prepare(
		f->database[0] != '\0' ? FIXTURE_MYSQL : FIXTURE_SQLITE);
	struct store_fixture *old = fixture_prepare(
		f->database[0] != '\0' ? FIXTURE_MYSQL : FIXTURE_SQLITE);
	const struct store_driver *driver = store_driver_of(&old->conf);
	struct store_conn *db = NULL;
	struct error e = {0};
	char path[128];

	assert_int_equal(driver->connect(&old->conf, CONNECTION_WRITES, &db, &e), ERR_OK);
	assert_int_equal(migrate_up_to(db, 1, &e), ERR_OK);
	driver->disconnect(db);
	fixture_sql(old,
		"INSERT INTO unit (id, name, created_at) VALUES (4711, '营业部', 5)");
	assert_int_equal(back_up(old, archive_of(f, path), passphrase).schema, 1);
	restore_with_new_keys(to, path);
	assert_int_equal(fixture_number(to, "SELECT MAX(version) FROM migration"),
		migrate_newest());
	assert_int_equal(fixture_number(to, "SELECT created_at FROM unit WHERE id = 4711"),
		5);
	fixture_open(to);
	say(to, 3);
	fixture_close(to);
	assert_verifies(to);
	fixture_destroy(old);
	fixture_destroy(to);
}

static void
files_and_keys_come_along_but_nobody_stays_logged_in(void **state)
{
	struct store_fixture *f = *state;
	struct store_fixture *to = fixture_prepare(FIXTURE_SQLITE);
	char path[128];
	char name[256];
	struct backup_facts facts;

	say(f, 1);
	upload(f, "a picture", name);
	fixture_sql(f,
		"INSERT INTO staff_session (token_hash, staff, created_at, expires_at, address, "
		"agent) VALUES ('x', 1, 1, 1, '', '')");
	fixture_close(f);
	facts = back_up(f, archive_of(f, path), passphrase);
	assert_int_equal(facts.files, 1);
	assert_int_equal(facts.damaged, 0);
	restore(to, path, passphrase);
	assert_file(to, name, "a picture");
	assert_int_equal(count_names(to->dir, "keys"), 1);
	assert_int_equal(fixture_number(to, "SELECT COUNT(*) FROM staff_session"), 0);
	fixture_destroy(to);
}

static void
private_keys_are_only_in_a_sealed_archive(void **state)
{
	struct store_fixture *f = *state;
	struct store_fixture *to = fixture_prepare(FIXTURE_SQLITE);
	struct error e = {0};
	char path[128];
	char key[128];
	struct stat status;

	say(f, 1);
	fixture_close(f);
	back_up(f, archive_of(f, path), NULL);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(try_restore(to, path, NULL, false, &e), ERR_OK); /* with new keys */
	snprintf(key, sizeof(key), "%s/keys/heads.key", to->dir);
	assert_int_equal(access(key, F_OK), -1);
	assert_verifies(to); /* the public half is enough */
	fixture_destroy(to);
}

static void
damaged_upload_is_told(void **state)
{
	struct store_fixture *f = *state;
	char path[128];
	char name[256];
	char whole[400];
	FILE *file;
	struct backup_facts facts;
	struct error e;

	upload(f, "a picture", name);
	snprintf(whole, sizeof(whole), "%s%s", f->dir, name);
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs("a scratch", file);
	fclose(file);
	assert_int_equal(back_up(f, archive_of(f, path), NULL).damaged, 1);
	assert_int_equal(backup_check(path, NULL, NULL, NULL, &facts, &e), ERR_OK);
	assert_int_equal(facts.damaged, 1);
}

/* --- what is refused ---------------------------------------------------------------------- */

static void
assert_refused(const char *path, const char *secret)
{
	struct backup_facts facts;
	struct error e = {0};

	assert_int_equal(backup_check(path, secret, NULL, NULL, &facts, &e), ERR_CORRUPT);
	if (strstr(e.text, path) == NULL) {
		fail_msg("does not name the archive: %s", e.text);
	}
}

static void
flip(const char *path, long at)
{
	FILE *file = fopen(path, "r+");
	int byte;

	assert_non_null(file);
	fseek(file, at, SEEK_SET);
	byte = getc(file);
	fseek(file, at, SEEK_SET);
	putc(byte ^ 1, file);
	fclose(file);
}

static void
refuse_all_damage(struct store_fixture *f, const char *secret, long places)
{
	struct backup_facts facts;
	struct error e = {0};
	char path[128];
	long size;

	facts = back_up(f, archive_of(f, path), secret);
	size = (long)facts.bytes;
	for (long at = secret == NULL ? 6 : 17; at < size; at += size / places) {
		flip(path, at);
		assert_refused(path, secret);
		flip(path, at);
	}
	assert_int_equal(backup_check(path, secret, NULL, NULL, &facts, &e), ERR_OK);
	for (long cut = size - 1; cut > 100; cut -= size / places) {
		assert_int_equal(truncate(path, cut), 0);
		assert_refused(path, secret);
	}
	unlink(path);
}

static void
changed_or_cut_archive_is_refused_by_name(void **state)
{
	struct store_fixture *f = *state;

	say(f, 50);
	refuse_all_damage(f, NULL, 300);
	refuse_all_damage(f, passphrase, 7);
}

static void
wrong_passphrase_is_refused(void **state)
{
	struct store_fixture *f = *state;
	struct backup_facts facts;
	struct error e;
	char path[128];

	back_up(f, archive_of(f, path), passphrase);
	assert_refused(path, "correct horse battery?");
	assert_int_equal(backup_check(path, NULL, NULL, NULL, &facts, &e), ERR_DENIED);
}

static void
existing_archive_is_never_overwritten(void **state)
{
	struct store_fixture *f = *state;
	struct backup_facts facts;
	struct backup_plan plan;
	struct error e;
	char path[128];

	back_up(f, archive_of(f, path), NULL);
	plan = plan_of(f, path, NULL);
	assert_int_equal(backup_make(&plan, &facts, &e), ERR_CONFLICT);
	assert_int_equal(backup_check(path, NULL, NULL, NULL, &facts, &e), ERR_OK);
}

static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
full_disk_leaves_nothing_behind(void **state)
{
	struct store_fixture *f = *state;
	struct backup_facts facts;
	struct backup_plan plan;
	struct error e = {0};
	char path[128];

	say(f, 5);
	upload_noise(f);
	fixture_close(f);
	plan = plan_of(f, archive_of(f, path), NULL);
	(void)signal(SIGXFSZ, SIG_IGN);
	limit_files(NOISE_BYTES / 2);
	assert_int_equal(backup_make(&plan, &facts, &e), ERR_UNAVAILABLE);
	limit_files(RLIM_INFINITY);
	assert_non_null(strstr(e.text, "disk is full"));
	assert_int_equal(count_names(f->dir, "archive"), 0);
}

static void
restore_that_fails_leaves_the_target_empty(void **state)
{
	struct store_fixture *f = *state;
	struct store_fixture *to = fixture_prepare(
		f->database[0] != '\0' ? FIXTURE_MYSQL : FIXTURE_SQLITE);
	struct error e = {0};
	char path[128];
	char name[256];

	say(f, 5);
	upload(f, "a picture that is longer than the disk", name);
	fixture_close(f);
	back_up(f, archive_of(f, path), passphrase);
	(void)signal(SIGXFSZ, SIG_IGN);
	limit_files(20);
	assert_int_equal(try_restore(to, path, passphrase, false, &e), ERR_UNAVAILABLE);
	limit_files(RLIM_INFINITY);
	assert_int_equal(count_names(to->dir, ""), 0);
	restore(to, path, passphrase); /* so that it may be tried again */
	assert_same(f, to);
	fixture_destroy(to);
}

static void
half_restored_database_is_not_opened(void **state)
{
	struct store_fixture *f = *state;
	const struct store_driver *driver = store_driver_of(&f->conf);
	struct store_hooks hooks = {0};
	struct store_conn *db = NULL;
	struct store *store;
	struct error e = {0};

	fixture_close(f);
	assert_int_equal(driver->connect(&f->conf, CONNECTION_WRITES, &db, &e), ERR_OK);
	assert_int_equal(migrate_mark_unfinished(db, true, &e), ERR_OK);
	assert_int_equal(store_open(&store, &f->conf, &hooks, true, &e), ERR_INVALID);
	assert_non_null(strstr(e.text, "has not finished"));
	assert_int_equal(migrate_mark_unfinished(db, false, &e), ERR_OK);
	driver->disconnect(db);
	fixture_open(f);
}

static void
restore_goes_over_nothing_unless_told_so(void **state)
{
	struct store_fixture *f = *state;
	struct store_fixture *to = fixture_create(
		f->database[0] != '\0' ? FIXTURE_MYSQL : FIXTURE_SQLITE);
	struct error e = {0};
	char path[128];

	say(f, 5);
	say(to, 9);
	fixture_close(f);
	fixture_close(to);
	back_up(f, archive_of(f, path), passphrase);
	assert_int_equal(try_restore(to, path, passphrase, false, &e), ERR_CONFLICT);
	assert_int_equal(fixture_number(to, "SELECT COUNT(*) FROM fact WHERE kind = 1"), 9);
	assert_verifies(to);
	assert_int_equal(try_restore(to, path, passphrase, true, &e), ERR_OK);
	assert_same(f, to);
	assert_verifies(to);
	assert_int_equal(count_names(to->dir, "before-restore"), 1);
	fixture_destroy(to);
}

/* Where only the archive matters. */
#define ON_SQLITE(test) \
	cmocka_unit_test_setup_teardown(test, set_up_sqlite, tear_down_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(backup_beside_a_busy_server_holds_all_that_was_acknowledged),
		ON_BOTH(restored_server_goes_on_and_still_verifies),
		ON_BOTH(backup_of_one_database_fills_the_other),
		ON_BOTH(older_archive_is_brought_up_to_date),
		ON_BOTH(files_and_keys_come_along_but_nobody_stays_logged_in),
		ON_BOTH(private_keys_are_only_in_a_sealed_archive),
		ON_SQLITE(damaged_upload_is_told),
		ON_SQLITE(changed_or_cut_archive_is_refused_by_name),
		ON_SQLITE(wrong_passphrase_is_refused),
		ON_SQLITE(existing_archive_is_never_overwritten),
		ON_BOTH(full_disk_leaves_nothing_behind),
		ON_BOTH(restore_that_fails_leaves_the_target_empty),
		ON_BOTH(half_restored_database_is_not_opened),
		ON_BOTH(restore_goes_over_nothing_unless_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
