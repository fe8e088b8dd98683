/* The first steps of a server: the lock of its folder, and waiting for the database. */
#include "api/data_lock.h"
#include "api/waiting_room.h"
#include "unit/api/rest_fixture.h"

enum { TRIES = 2 };

struct waiting {
	struct house house;
	struct app_settings *settings;
	pthread_t thread;
	int attempts; /* of the waiting thread, read after it was joined */
	enum err last;
	enum err result;
};

static void
a_folder_has_one_server_at_a_time(void **state)
{
	char folder[] = "/tmp/trunkline-lock-XXXXXX";
	struct error e = {0};
	char pid[24];
	int first;
	int second;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(data_lock(folder, &first, &e), ERR_OK);
	assert_int_equal(data_lock(folder, &second, &e), ERR_CONFLICT);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	assert_non_null(strstr(e.text, pid));
	close(first);
	assert_int_equal(data_lock(folder, &second, &e), ERR_OK);
	close(second);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
a_folder_is_made_but_not_its_parents(void **state)
{
	char folder[] = "/tmp/trunkline-lock-XXXXXX";
	char path[60];
	struct error e = {0};
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a/b", folder);
	assert_int_equal(data_lock(path, &fd, &e), ERR_INVALID);
	snprintf(path, sizeof(path), "%s/a", folder);
	assert_int_equal(data_lock(path, &fd, &e), ERR_OK);
	close(fd);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static enum err
attempt(void *ctx, struct error *e)
{
	struct waiting *w = ctx;

	return ++w->attempts < TRIES ? error_set(e, ERR_UNAVAILABLE, "away") : w->last;
}

static void *
wait_there(void *ctx)
{
	struct waiting *w = ctx;
	struct error e = {0};

	w->result = waiting_room(&app_settings_conf(w->settings)->net, attempt, w, &e);
	return NULL;
}

static void
begin_waiting(struct waiting *w, enum err last)
{
	struct error e = {0};
	char setting[60];

	*w = (struct waiting){.last = last};
	w->house.port = free_port();
	w->settings = app_settings_create();
	snprintf(setting, sizeof(setting), "server.listen=127.0.0.1:%d", w->house.port);
	assert_int_equal(options_set(app_settings_options(w->settings), setting, &e), ERR_OK);
	assert_int_equal(pthread_create(&w->thread, NULL, wait_there, w), 0);
	for (int i = 0; i < 2000; i++) {
		struct timespec pause = {0, 1000 * 1000};
		int fd = open_connection(&w->house);

		if (fd >= 0) {
			close(fd);
			return;
		}
		nanosleep(&pause, NULL);
	}
	fail_msg("the waiting room did not open");
}

static void
the_doors_are_open_while_the_database_is_away(void **state)
{
	struct waiting w;
	struct client c = {.house = &w.house};
	struct answer a;

	(void)state;
	begin_waiting(&w, ERR_OK);
	assert_int_equal(ask(&c, "GET", "/healthz", NULL, NULL), 200);
	assert_int_equal(ask(&c, "GET", "/readyz", NULL, NULL), 503);
	assert_int_equal(ask(&c, "POST", "/api/v1/session", "{\"login\":\"x\"}", &a), 503);
	assert_string_equal(answer_text(&a, "error.code"), "unavailable");
	answer_free(&a);
	pthread_join(w.thread, NULL);
	assert_int_equal(w.result, ERR_OK);
	assert_int_equal(w.attempts, TRIES);
	app_settings_destroy(w.settings);
}

static void
what_waiting_cannot_cure_ends_it(void **state)
{
	struct waiting w;

	(void)state;
	begin_waiting(&w, ERR_INVALID); /* a newer schema, say */
	pthread_join(w.thread, NULL);
	assert_int_equal(w.result, ERR_INVALID);
	app_settings_destroy(w.settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_has_one_server_at_a_time),
		cmocka_unit_test(a_folder_is_made_but_not_its_parents),
		cmocka_unit_test(the_doors_are_open_while_the_database_is_away),
		cmocka_unit_test(what_waiting_cannot_cure_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
