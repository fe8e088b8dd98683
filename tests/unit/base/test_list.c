#include "base/list.h"

#include "lib/test.h"

struct item {
	int number;
	struct list link;
};

static void
a_new_list_is_empty(void **state)
{
	struct list head;

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	list_each(&head, node) {
		fail_msg("an empty list has no nodes");
	}
	list_remove(&head); /* a node out of a list may be removed again */
	assert_true(list_empty(&head));
}

static void
nodes_may_go_while_iterated(void **state)
{
	struct item items[5];
	struct list head;
	int seen = 0;

	(void)state;
	list_init(&head);
	for (int i = 0; i < 5; i++) {
		items[i].number = i;
		list_append(&head, &items[i].link);
	}
	list_each(&head, node) {
		struct item *it = list_item(node, struct item, link);

		assert_int_equal(it->number, seen);
		seen++;
		if (it->number % 2 == 0) {
			list_remove(node);
			assert_true(list_empty(node));
		}
	}
	assert_int_equal(seen, 5);
	assert_ptr_equal(head.next, &items[1].link);
	assert_ptr_equal(head.prev, &items[3].link);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_list_is_empty),
		cmocka_unit_test(nodes_may_go_while_iterated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
