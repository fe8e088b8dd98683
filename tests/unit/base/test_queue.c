#include "base/queue.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "lib/test.h"

struct item {
	struct queue_node node; /* first: a node is cast to its item */
	int producer;
	int number;
};

enum { PRODUCERS = 3, TAKERS = 2, PER_PRODUCER = 5000, LIMIT = 64 };

static void
items_leave_in_order(void **state)
{
	struct queue *q = queue_create(10);
	struct item items[5] = {0};
	struct queue_node *chain;

	(void)state;
	assert_null(queue_take(q, 10, 0));
	for (int i = 0; i < 5; i++) {
		items[i].number = i;
		assert_true(queue_push(q, &items[i].node));
	}
	assert_int_equal(queue_length(q), 5);
	chain = queue_take(q, 2, 0);
	assert_ptr_equal(chain, &items[0].node);
	assert_ptr_equal(chain->next, &items[1].node);
	assert_null(chain->next->next);
	assert_int_equal(queue_length(q), 3);
	chain = queue_take(q, 100, -1);
	assert_ptr_equal(chain, &items[2].node);
	assert_ptr_equal(chain->next->next, &items[4].node);
	assert_true(queue_push(q, &items[0].node));
	assert_ptr_equal(queue_take(q, 1, 0), &items[0].node);
	assert_null(queue_take(q, 0, 0));
	queue_destroy(q);
	queue_destroy(NULL);
}

static void
a_full_queue_refuses_but_keeps_promises(void **state)
{
	struct queue *q = queue_create(2);
	struct item items[4];

	(void)state;
	assert_true(queue_push(q, &items[0].node));
	assert_true(queue_push(q, &items[1].node));
	assert_false(queue_push(q, &items[2].node));
	queue_push_always(q, &items[3].node);
	assert_int_equal(queue_length(q), 3);
	assert_ptr_equal(queue_take(q, 1, 0), &items[0].node);
	assert_false(queue_push(q, &items[2].node));
	assert_non_null(queue_take(q, 10, 0));
	assert_true(queue_push(q, &items[2].node));
	assert_non_null(queue_take(q, 1, 0));
	queue_destroy(q);
}

static void
a_limit_of_zero_refuses_all(void **state)
{
	struct queue *q = queue_create(0);
	struct item item;

	(void)state;
	assert_false(queue_push(q, &item.node));
	queue_destroy(q);
}

static void
a_closed_queue_drains(void **state)
{
	struct queue *q = queue_create(5);
	struct item items[2];

	(void)state;
	assert_false(queue_closed(q));
	assert_true(queue_push(q, &items[0].node));
	queue_close(q);
	assert_true(queue_closed(q));
	assert_false(queue_push(q, &items[1].node));
	assert_ptr_equal(queue_take(q, 5, -1), &items[0].node);
	assert_null(queue_take(q, 5, -1)); /* returns at once */
	queue_destroy(q);
}

static void
take_waits_as_long_as_asked(void **state)
{
	struct queue *q = queue_create(5);
	int64_t start_ms = clock_monotonic_ms();

	(void)state;
	assert_null(queue_take(q, 1, 30));
	assert_true(clock_monotonic_ms() - start_ms >= 29);
	queue_destroy(q);
}

static void *
take_one(void *arg)
{
	return queue_take(arg, 1, -1);
}

static void
closing_wakes_all_takers(void **state)
{
	struct queue *q = queue_create(5);
	pthread_t threads[3];
	void *taken;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, take_one, q), 0);
	}
	queue_close(q);
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], &taken);
		assert_null(taken);
	}
	queue_destroy(q);
}

struct traffic {
	struct queue *q;
	int producer;
	atomic_int taken;
	atomic_int disorder;
};

static void *
produce(void *arg)
{
	struct traffic *t = arg;

	for (int i = 0; i < PER_PRODUCER; i++) {
		struct item *item = xcalloc(1, sizeof(*item));

		item->producer = t->producer;
		item->number = i;
		while (!queue_push(t->q, &item->node)) {
			sched_yield();
		}
	}
	return NULL;
}

static void *
consume(void *arg)
{
	struct traffic *t = arg;
	int last[PRODUCERS] = {-1, -1, -1};
	struct queue_node *chain;

	while ((chain = queue_take(t->q, 7, -1)) != NULL) {
		while (chain != NULL) {
			struct item *item = (struct item *)chain;

			chain = chain->next;
			if (item->number <= last[item->producer]) {
				atomic_fetch_add(&t->disorder, 1);
			}
			last[item->producer] = item->number;
			atomic_fetch_add(&t->taken, 1);
			free(item);
		}
	}
	return NULL;
}

static void
threads_lose_and_double_nothing(void **state)
{
	struct queue *q = queue_create(LIMIT);
	struct traffic out[PRODUCERS];
	struct traffic in[TAKERS];
	pthread_t producers[PRODUCERS];
	pthread_t takers[TAKERS];
	int total = 0;

	(void)state;
	for (int i = 0; i < TAKERS; i++) {
		in[i] = (struct traffic){.q = q};
		assert_int_equal(pthread_create(&takers[i], NULL, consume, &in[i]), 0);
	}
	for (int i = 0; i < PRODUCERS; i++) {
		out[i] = (struct traffic){.q = q, .producer = i};
		assert_int_equal(pthread_create(&producers[i], NULL, produce, &out[i]), 0);
	}
	for (int i = 0; i < PRODUCERS; i++) {
		pthread_join(producers[i], NULL);
	}
	queue_close(q);
	for (int i = 0; i < TAKERS; i++) {
		pthread_join(takers[i], NULL);
		total += in[i].taken;
		assert_int_equal(in[i].disorder, 0);
	}
	assert_int_equal(total, PRODUCERS * PER_PRODUCER);
	queue_destroy(q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_leave_in_order),
		cmocka_unit_test(a_full_queue_refuses_but_keeps_promises),
		cmocka_unit_test(a_limit_of_zero_refuses_all),
		cmocka_unit_test(a_closed_queue_drains),
		cmocka_unit_test(take_waits_as_long_as_asked),
		cmocka_unit_test(closing_wakes_all_takers),
		cmocka_unit_test(threads_lose_and_double_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
