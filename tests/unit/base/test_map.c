#include "base/map.h"

#include <stdlib.h>

#include "lib/test.h"

static void *
value_of(uint64_t key)
{
	return (void *)(uintptr_t)(key + 1);
}

static void
an_empty_map_costs_and_finds_nothing(void **state)
{
	struct map m;
	size_t position = 0;
	uint64_t key;
	void *value;

	(void)state;
	map_init(&m);
	assert_null(m.slots);
	assert_null(map_get(&m, 0));
	assert_null(map_remove(&m, 0));
	assert_false(map_next(&m, &position, &key, &value));
	map_fini(&m);
}

static void
any_key_is_allowed(void **state)
{
	static const uint64_t keys[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63};
	struct map m;

	(void)state;
	map_init(&m);
	for (size_t i = 0; i < 4; i++) {
		assert_null(map_put(&m, keys[i], value_of(i)));
	}
	for (size_t i = 0; i < 4; i++) {
		assert_ptr_equal(map_get(&m, keys[i]), value_of(i));
	}
	assert_ptr_equal(map_put(&m, 0, value_of(9)), value_of(0));
	assert_int_equal(m.count, 4);
	assert_ptr_equal(map_remove(&m, 0), value_of(9));
	assert_null(map_remove(&m, 0));
	assert_int_equal(m.count, 3);
	map_fini(&m);
}

/* Against a plain array, with few keys so that runs collide, wrap and close. */
static void
random_operations_agree_with_an_array(void **state)
{
	enum { KEYS = 97, STEPS = 200000 };
	void *model[KEYS] = {0};
	unsigned seed = 42;
	struct map m;

	(void)state;
	map_init(&m);
	for (int step = 0; step < STEPS; step++) {
		unsigned r = (unsigned)rand_r(&seed);
		uint64_t key = r / 8 % KEYS;
		void *before = model[key];

		if (r % 8 < 4) {
			model[key] = value_of((uint64_t)step);
			assert_ptr_equal(map_put(&m, key << 22, model[key]), before);
		} else if (r % 8 < 7) {
			model[key] = NULL;
			assert_ptr_equal(map_remove(&m, key << 22), before);
		} else {
			assert_ptr_equal(map_get(&m, key << 22), before);
		}
	}
	for (uint64_t key = 0; key < KEYS; key++) {
		assert_ptr_equal(map_get(&m, key << 22), model[key]);
	}
	map_fini(&m);
}

static void
many_keys_are_all_found(void **state)
{
	enum { COUNT = 100000 };
	struct map m;

	(void)state;
	map_init(&m);
	for (uint64_t i = 0; i < COUNT; i++) {
		map_put(&m, i << 14, value_of(i));
	}
	assert_int_equal(m.count, COUNT);
	assert_true(m.capacity <= 4 * COUNT);
	for (uint64_t i = 0; i < COUNT; i++) {
		assert_ptr_equal(map_get(&m, i << 14), value_of(i));
		assert_null(map_get(&m, i << 14 | 1));
	}
	map_fini(&m);
}

static void
iteration_shows_each_once_even_if_they_are_removed(void **state)
{
	enum { KEYS = 3000 };

	(void)state;
	for (unsigned modulus = 1; modulus <= 4; modulus++) {
		unsigned char seen[KEYS] = {0};
		struct map m;
		size_t position = 0;
		uint64_t key;
		void *value;

		map_init(&m);
		for (uint64_t i = 0; i < KEYS; i++) {
			map_put(&m, i, value_of(i));
		}
		while (map_next(&m, &position, &key, &value)) {
			assert_ptr_equal(value, value_of(key));
			assert_int_equal(seen[key], 0);
			seen[key] = 1;
			if (key % modulus == 0) {
				map_remove(&m, key);
			}
		}
		for (uint64_t i = 0; i < KEYS; i++) {
			assert_int_equal(seen[i], 1);
			assert_ptr_equal(map_get(&m, i), i % modulus == 0 ? NULL : value_of(i));
		}
		map_fini(&m);
	}
}

static void
small_maps_survive_removal_while_iterated(void **state)
{
	(void)state;
	for (uint64_t base = 0; base < 2000; base++) {
		struct map m;
		size_t position = 0;
		int shown = 0;
		uint64_t key;
		void *value;

		map_init(&m);
		for (uint64_t i = 0; i < 5; i++) {
			map_put(&m, base * 5 + i, value_of(i));
		}
		while (map_next(&m, &position, &key, &value)) {
			map_remove(&m, key);
			shown++;
		}
		assert_int_equal(shown, 5);
		assert_int_equal(m.count, 0);
		map_fini(&m);
	}
}

static void
hashes_depend_on_every_byte_and_the_length(void **state)
{
	unsigned char text[24] = {0};
	uint64_t hash = map_hash(text, sizeof(text));

	(void)state;
	assert_true(hash == map_hash(text, sizeof(text)));
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = 1;
		assert_true(hash != map_hash(text, sizeof(text)));
		text[i] = 0;
		assert_true(map_hash(text, i) != map_hash(text, i + 1));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_costs_and_finds_nothing),
		cmocka_unit_test(any_key_is_allowed),
		cmocka_unit_test(random_operations_agree_with_an_array),
		cmocka_unit_test(many_keys_are_all_found),
		cmocka_unit_test(iteration_shows_each_once_even_if_they_are_removed),
		cmocka_unit_test(small_maps_survive_removal_while_iterated),
		cmocka_unit_test(hashes_depend_on_every_byte_and_the_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
