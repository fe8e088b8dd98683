#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "lib/test.h"

static void
memory_is_zeroed_and_aligned_also_after_a_reset(void **state)
{
	struct arena *a = arena_create();

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (size_t size = 0; size < 300; size++) {
			unsigned char *p = arena_alloc(a, size);

			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++) {
				assert_int_equal(p[i], 0);
			}
			memset(p, 0xA5, size);
		}
		arena_reset(a);
	}
	arena_destroy(a);
}

static void
pieces_do_not_overlap_whatever_their_size(void **state)
{
	static const size_t sizes[] = {1, 16, 2047, 2048, 2049, 8000, 8128, 100000, 3};
	enum { ROUNDS = 50, COUNT = sizeof(sizes) / sizeof(sizes[0]) };
	struct arena *a = arena_create();
	unsigned char *pieces[ROUNDS][COUNT];

	(void)state;
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < COUNT; i++) {
			pieces[r][i] = arena_alloc(a, sizes[i]);
			memset(pieces[r][i], r * COUNT + i, sizes[i]);
		}
	}
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < COUNT; i++) {
			unsigned char expected = (unsigned char)(r * COUNT + i);

			assert_int_equal(pieces[r][i][0], expected);
			assert_int_equal(pieces[r][i][sizes[i] - 1], expected);
		}
	}
	arena_destroy(a);
}

static void
texts_are_copied(void **state)
{
	struct arena *a = arena_create();
	char big[9001];

	(void)state;
	assert_string_equal(arena_strdup(a, ""), "");
	assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(a, NULL, 0), "");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_string_equal(arena_strdup(a, big), big);
	assert_string_equal(arena_printf(a, "%d-%s", 42, "z"), "42-z");
	assert_int_equal(strlen(arena_printf(a, "%s%s", big, big)), 18000);
	arena_destroy(a);
}

static void
destroy_accepts_null(void **state)
{
	(void)state;
	arena_destroy(NULL);
}

static void
zero_sized_requests_give_memory(void **state)
{
	void *p = xmalloc(0);

	(void)state;
	assert_non_null(p);
	p = xrealloc(p, 0);
	assert_non_null(p);
	free(xrealloc(p, 10));
	p = xcalloc(0, 8);
	assert_non_null(p);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned_also_after_a_reset),
		cmocka_unit_test(pieces_do_not_overlap_whatever_their_size),
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(destroy_accepts_null),
		cmocka_unit_test(zero_sized_requests_give_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
