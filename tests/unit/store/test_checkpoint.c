/* SQLite's log is copied back beside the writer and begins anew. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "lib/store_both.h"

enum {
	TEXT_BYTES = 60 * 1000,
	MESSAGES = 1750, /* 105 MB, more than the log should become */
	AT_ONCE = 25,
	LOG_MB_MAX = 80,
	LONG = 16000, /* pages; from here on the writer looks, see sqlite_checkpoint.c */
	COPIED_BESIDE = 4000, /* so many are not left for long */
	PATIENCE_MS = 20000,
};

/* In the index of the log, see https://www.sqlite.org/walformat.html */
enum { PAGES_IN_LOG_AT = 16, PAGES_COPIED_AT = 96 };

static uint32_t
number_in_index(const struct store_fixture *f, off_t at)
{
	char path[160];
	uint32_t number = 0;
	int fd;

	snprintf(path, sizeof(path), "%s-shm", f->path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &number, sizeof(number), at), sizeof(number));
	close(fd);
	return number;
}

static bool
much_is_left(const struct store_fixture *f)
{
	uint32_t copied = number_in_index(f, PAGES_COPIED_AT);

	return number_in_index(f, PAGES_IN_LOG_AT) >= copied + COPIED_BESIDE;
}

/* However slow the disk is: it is the other thread that copies, without being asked. */
static void
wait_for_the_copy(const struct store_fixture *f)
{
	int waited_ms = 0;

	while (much_is_left(f) && waited_ms++ < PATIENCE_MS) {
		fixture_nap();
	}
	assert_false(much_is_left(f));
}

static off_t
megabytes_of_log(const struct store_fixture *f)
{
	char path[160];
	struct stat st;

	snprintf(path, sizeof(path), "%s-wal", f->path);
	return stat(path, &st) == 0 ? st.st_size / 1000000 : 0;
}

static void
count_stored(void *ctx, const struct outcome *o)
{
	assert_int_equal(o->code, ERR_OK);
	(*(unsigned *)ctx)++;
}

static void
submit_long_message(struct store_fixture *f, const struct actor *visitor,
	uint64_t channel, const char *text, unsigned *stored)
{
	struct change *c = change_create(CHANGE_POST, visitor);

	c->post = (struct post){.party.visitor = visitor->id,
		.kind = FACT_MESSAGE,
		.channel = channel,
		.channel_kind = "webchat",
		.text = arena_strdup(c->arena, text)};
	assert_int_equal(store_submit(f->store, c, count_stored, stored), ERR_OK);
}

static void
the_log_stays_short_while_much_is_written(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	char *text = xmalloc(TEXT_BYTES + 1);
	off_t longest = 0;
	unsigned stored = 0;

	memset(text, 'x', TEXT_BYTES);
	text[TEXT_BYTES] = '\0';
	for (unsigned sent = 0; sent < MESSAGES; sent += AT_ONCE) {
		for (unsigned i = 0; i < AT_ONCE; i++) {
			submit_long_message(f, &visitor, channel, text, &stored);
		}
		while (stored < sent + AT_ONCE) {
			store_drain(f->store);
		}
		if (number_in_index(f, PAGES_IN_LOG_AT) >= LONG) {
			wait_for_the_copy(f);
		}
		longest = megabytes_of_log(f) > longest ? megabytes_of_log(f) : longest;
	}
	free(text);
	assert_in_range(longest, 1, LOG_MB_MAX);
	assert_int_equal(fixture_number(f, "SELECT MAX(seq) FROM fact"), MESSAGES + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_log_stays_short_while_much_is_written,
			set_up_sqlite, tear_down_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
