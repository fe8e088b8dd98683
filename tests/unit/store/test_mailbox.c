/* How far a mailbox was read, and what could not be taken from it. On both databases. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "store/read.h"

static struct change *
moved(const struct actor *actor, uint32_t uid, const char *told)
{
	struct change *c = change_create(CHANGE_MAILBOX, actor);

	c->mailbox.channel = 77;
	c->mailbox.uidvalidity = 1795290658;
	c->mailbox.uid = uid;
	c->mailbox.taken = told == NULL;
	c->mailbox.told = told;
	return c;
}

static struct mailbox_row
only_row(struct store_fixture *f, struct arena *a)
{
	struct reader *r = f->reader;
	struct mailbox_row *rows;
	size_t count = 0;

	assert_int_equal(read_mailboxes(r, a, &rows, &count, NULL), ERR_OK);
	assert_int_equal(count, 1);
	return rows[0];
}

static void
the_cursor_moves_and_mails_are_counted(void **state)
{
	struct store_fixture *f = *state;
	struct actor system = fixture_system();
	struct arena *a = arena_create();
	struct mailbox_row row;

	fixture_call(f, moved(&system, 4, NULL), ERR_OK);
	fixture_call(f, moved(&system, 4294967295, NULL), ERR_OK);
	row = only_row(f, a);
	assert_int_equal(row.channel, 77);
	assert_int_equal(row.uidvalidity, 1795290658);
	assert_int_equal(row.uid, 4294967295);
	assert_int_equal(row.taken, 2);
	assert_true(row.last_at > 0);
	assert_int_equal(row.told, 0);
	arena_destroy(a);
}

static void
what_is_told_is_counted_and_cut_between_characters(void **state)
{
	struct store_fixture *f = *state;
	struct actor system = fixture_system();
	struct arena *a = arena_create();
	struct mailbox_row row;
	char text[1000] = "";

	for (size_t i = 0; i + 3 < sizeof(text); i += 3) {
		memcpy(text + i, "信", 3);
	}
	fixture_call(f, moved(&system, 9, text), ERR_OK);
	row = only_row(f, a);
	assert_int_equal(row.told, 1);
	assert_int_equal(row.taken, 0);
	assert_int_equal(strlen(row.told_text), 399);
	arena_destroy(a);
}

static void
nobody_but_the_server_moves_it(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_ADMINISTRATOR, UNIT_ROOT);

	fixture_call(f, moved(&agent, 4, NULL), ERR_DENIED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(the_cursor_moves_and_mails_are_counted),
		ON_BOTH(what_is_told_is_counted_and_cut_between_characters),
		ON_BOTH(nobody_but_the_server_moves_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
