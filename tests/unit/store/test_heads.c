/* The cache of timeline ends: what a batch did holds or goes. */
#include "lib/test.h"

#include <string.h>

#include "base/digest.h"
#include "store/dedupe.h"
#include "store/heads.h"
#include "store/mark_cache.h"

static struct head *
add(struct heads *h, uint64_t timeline, uint64_t conversation)
{
	struct head_state s = {.customer = timeline, .seq = 5};

	s.has_conversation = conversation != 0;
	s.conversation.id = conversation;
	return heads_add(h, timeline, &s);
}

static void
move_on(struct heads *h, struct head *head, uint64_t conversation)
{
	heads_touch(h, head);
	head->state.seq++;
	head->state.has_conversation = true;
	head->state.conversation.id = conversation;
	heads_index_conversation(h, head);
}

static void
committed_changes_hold(void **state)
{
	struct heads *h = heads_create(10);
	struct head *head = add(h, 1, 100);

	(void)state;
	heads_pass(h);
	heads_commit(h);
	move_on(h, head, 101);
	move_on(h, head, 102);
	heads_pass(h);
	heads_commit(h);
	assert_int_equal(heads_get(h, 1)->state.seq, 7);
	assert_ptr_equal(heads_get_by_conversation(h, 102), head);
	assert_null(heads_get_by_conversation(h, 100));
	assert_null(heads_get_by_conversation(h, 101));
	heads_forget(h, 1);
	assert_null(heads_get_by_conversation(h, 101));
	assert_null(heads_get_by_conversation(h, 102));
	heads_destroy(h);
}

static void
restored_heads_are_as_before(void **state)
{
	struct heads *h = heads_create(10);
	struct head *head = add(h, 1, 100);

	(void)state;
	heads_pass(h);
	heads_commit(h);
	move_on(h, head, 101);
	add(h, 2, 200); /* loaded inside the batch: it may have seen rows that are gone */
	heads_restore(h);
	assert_int_equal(heads_get(h, 1)->state.seq, 5);
	assert_ptr_equal(heads_get_by_conversation(h, 100), head);
	assert_null(heads_get_by_conversation(h, 101));
	assert_null(heads_get(h, 2));
	heads_destroy(h);
}

static void
dropped_heads_are_loaded_again(void **state)
{
	struct heads *h = heads_create(10);
	struct head *head = add(h, 1, 100);

	(void)state;
	add(h, 2, 200);
	heads_pass(h);
	heads_commit(h);
	move_on(h, head, 101);
	heads_drop(h);
	assert_null(heads_get(h, 1));
	assert_null(heads_get_by_conversation(h, 100));
	assert_non_null(heads_get(h, 2));
	heads_destroy(h);
}

static void
the_longest_unused_goes(void **state)
{
	struct heads *h = heads_create(3);

	(void)state;
	for (uint64_t i = 1; i <= 3; i++) {
		add(h, i, 0);
		heads_pass(h);
		heads_commit(h);
	}
	assert_non_null(heads_get(h, 1));
	add(h, 4, 0);
	heads_pass(h);
	heads_commit(h);
	assert_null(heads_get(h, 2));
	assert_non_null(heads_get(h, 1));
	assert_non_null(heads_get(h, 3));
	assert_non_null(heads_get(h, 4));
	heads_destroy(h);
}

static struct change *
with_ref(enum author_kind kind, uint64_t id, const char *ref)
{
	struct actor a = {.kind = kind, .id = id};
	struct change *c = change_create(CHANGE_POST, &a);

	strcpy(c->ref, ref);
	return c;
}

static void
key_for(struct change *c, uint8_t *key)
{
	assert_true(dedupe_key(c, key));
	change_destroy(c);
}

static void
keys_name_author_and_ref_in_order_of_time(void **state)
{
	uint8_t a[DEDUPE_KEY_SIZE];
	uint8_t b[DEDUPE_KEY_SIZE];
	struct change *c = with_ref(AUTHOR_STAFF, 1, "");

	(void)state;
	assert_false(dedupe_key(c, a));
	change_destroy(c);
	key_for(with_ref(AUTHOR_STAFF, 1, "01JD0000000000000000000001"), a);
	key_for(with_ref(AUTHOR_STAFF, 1, "01JD0000000000000000000001"), b);
	assert_memory_equal(a, b, sizeof(a));
	key_for(with_ref(AUTHOR_STAFF, 2, "01JD0000000000000000000001"), b);
	assert_memory_not_equal(a, b, sizeof(a));
	key_for(with_ref(AUTHOR_CUSTOMER, 1, "01JD0000000000000000000001"), b);
	assert_memory_not_equal(a, b, sizeof(a));
	key_for(with_ref(AUTHOR_STAFF, 1, "01JD0000010000000000000000"), b); /* 1 ms later */
	assert_true(memcmp(a, b, 8) < 0);
	key_for(with_ref(AUTHOR_STAFF, 1, "01JE0000000000000000000000"), a);
	assert_true(memcmp(b, a, 8) < 0);
	key_for(with_ref(AUTHOR_STAFF, 1, "short-ref"), a);
	assert_memory_equal(a, "short-re", 8);
}

/* Keys lie in databases: what was sent before an upgrade is known after it. */
static void
keys_are_what_they_always_were(void **state)
{
	static const char ref[] = "01JD0000000000000000000001";
	static const char scope[] = "ref:2:18446744073709551615"; /* with its NUL */
	uint8_t expected[8 + DIGEST_SIZE];
	uint8_t key[DEDUPE_KEY_SIZE];

	(void)state;
	assert_int_equal(AUTHOR_STAFF, 2);
	memcpy(expected, ref + 2, 8);
	sha256_two(scope, sizeof(scope), ref, strlen(ref), expected + 8);
	key_for(with_ref(AUTHOR_STAFF, UINT64_MAX, ref), key);
	assert_memory_equal(key, expected, sizeof(key));
}

static void
marks_are_flushed_once(void **state)
{
	struct mark_cache *c = mark_cache_create(2);
	struct mark none = {0};
	struct mark_entry *a = mark_cache_add(c, 1, 0, &none);
	struct mark_entry *b = mark_cache_add(c, 1, 7, &none);

	(void)state;
	assert_ptr_equal(mark_cache_get(c, 1, 0), a);
	assert_ptr_equal(mark_cache_get(c, 1, 7), b);
	assert_null(mark_cache_get(c, 2, 0));
	mark_cache_touch(c, a);
	mark_cache_touch(c, a);
	assert_int_equal(mark_cache_dirty(c), 1);
	assert_ptr_equal(mark_cache_take_dirty(c), a);
	assert_null(mark_cache_take_dirty(c));
	mark_cache_add(c, 3, 0, &none);
	mark_cache_make_room(c);
	assert_null(mark_cache_get(c, 1, 0));
	mark_cache_destroy(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(committed_changes_hold),
		cmocka_unit_test(restored_heads_are_as_before),
		cmocka_unit_test(dropped_heads_are_loaded_again),
		cmocka_unit_test(the_longest_unused_goes),
		cmocka_unit_test(keys_name_author_and_ref_in_order_of_time),
		cmocka_unit_test(keys_are_what_they_always_were),
		cmocka_unit_test(marks_are_flushed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
