/* The database is killed under load, several times: what was acknowledged is there once. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/id.h"
#include "lib/store_client.h"

enum { KILLS = 4 };

static char dir[] = "/tmp/trunkline-kill-XXXXXX";

static void
script(const char *verb)
{
	char command[200];

	snprintf(command, sizeof(command), "tests/lib/mariadb.sh %s %s >/dev/null", verb,
		dir);
	assert_int_equal(system(command), 0);
}

static void
remove_tree(const char *path)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -rf %s", path);
	assert_int_equal(system(command), 0);
}

/* In a process of its own: waits a little, kills the server, starts it again. */
static pid_t
kill_later(void)
{
	unsigned char chance;
	char command[400];
	pid_t pid;

	random_bytes(&chance, sizeof(chance));
	snprintf(command, sizeof(command),
		"sleep 0.%03u; tests/lib/mariadb.sh kill %s; tests/lib/mariadb.sh start %s",
		chance * 3U, dir, dir);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout) == NULL) {
			_exit(1);
		}
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(1);
	}
	return pid;
}

static void
killed_database_loses_nothing(void **state)
{
	struct store_fixture *f;
	struct client c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	script("start");
	fixture_use_server(dir);
	f = fixture_create(FIXTURE_MYSQL);
	c = client_begin(f);
	for (unsigned i = 0; i < KILLS; i++) {
		pid_t pid = kill_later();
		int status = -1;

		while (waitpid(pid, &status, WNOHANG) == 0) {
			client_send_burst(&c);
		}
		assert_int_equal(status, 0);
		client_send_burst(&c);
	}
	client_check_all(&c);
	fixture_destroy(f);
	script("stop");
	remove_tree(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_database_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
