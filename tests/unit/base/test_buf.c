#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

#include "lib/test.h"

static void
appends_are_terminated(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_append(&b, "x", 0);
	assert_null(b.data);
	buf_puts(&b, "ab");
	buf_putc(&b, 'c');
	buf_printf(&b, "%d", 12);
	assert_string_equal(b.data, "abc12");
	assert_int_equal(b.length, 5);
	buf_append(&b, "\0z", 2);
	assert_int_equal(b.length, 7);
	assert_memory_equal(b.data, "abc12\0z", 8);
	buf_fini(&b);
}

static void
the_ceiling_is_exact(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_puts(&b, "abcd");
	assert_false(b.overflowed);
	assert_int_equal(b.length, 4);
	buf_putc(&b, 'e');
	assert_true(b.overflowed);
	assert_string_equal(b.data, "abcd");
	buf_fini(&b);
}

static void
nothing_follows_an_overflow(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_puts(&b, "abc");
	buf_puts(&b, "too long");
	buf_putc(&b, 'd'); /* would fit, but what is missing before it makes it wrong */
	buf_printf(&b, "%s", "e");
	assert_true(b.overflowed);
	assert_string_equal(b.data, "abc");
	buf_clear(&b);
	assert_false(b.overflowed);
	buf_puts(&b, "new");
	assert_string_equal(b.data, "new");
	buf_fini(&b);
}

static void
a_ceiling_of_zero_takes_nothing(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	buf_append(&b, "", 0);
	assert_false(b.overflowed);
	buf_putc(&b, 'x');
	assert_true(b.overflowed);
	assert_int_equal(b.length, 0);
	buf_fini(&b);
}

static void
printf_of_any_length_arrives_whole(void **state)
{
	struct buf b;
	char text[600];

	(void)state;
	memset(text, 'q', sizeof(text));
	for (int length = 250; length < 260; length++) {
		buf_init(&b, 10000);
		buf_printf(&b, "<%.*s>", length, text);
		assert_int_equal(b.length, length + 2);
		assert_int_equal(b.data[b.length - 1], '>');
		assert_int_equal(b.data[b.length], '\0');
		buf_fini(&b);
	}
	buf_init(&b, 500);
	buf_printf(&b, "%.*s", 501, text);
	assert_true(b.overflowed);
	assert_int_equal(b.length, 0);
	buf_fini(&b);
}

static void
take_hands_the_bytes_over(void **state)
{
	struct buf b;
	char *taken;

	(void)state;
	buf_init(&b, 10);
	buf_puts(&b, "mine");
	taken = buf_take(&b);
	assert_string_equal(taken, "mine");
	free(taken);
	assert_int_equal(b.length, 0);
	buf_puts(&b, "ten bytes!");
	assert_false(b.overflowed);
	buf_fini(&b);
	taken = buf_take(&b);
	assert_string_equal(taken, "");
	free(taken);
}

static void
growth_keeps_the_content(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 100000; i++) {
		buf_putc(&b, (char)('a' + i % 26));
	}
	assert_int_equal(b.length, 100000);
	for (int i = 0; i < 100000; i++) {
		assert_int_equal(b.data[i], 'a' + i % 26);
	}
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_are_terminated),
		cmocka_unit_test(the_ceiling_is_exact),
		cmocka_unit_test(nothing_follows_an_overflow),
		cmocka_unit_test(a_ceiling_of_zero_takes_nothing),
		cmocka_unit_test(printf_of_any_length_arrives_whole),
		cmocka_unit_test(take_hands_the_bytes_over),
		cmocka_unit_test(growth_keeps_the_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
