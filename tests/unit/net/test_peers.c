#include "net/peers.h"

#include "lib/test.h"

static struct address
address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static void
connections_are_counted_per_address(void **state)
{
	struct peers *p = peers_create(2, 0);
	struct address a = address("1.2.3.4");
	struct address b = address("1.2.3.5");

	(void)state;
	assert_true(peers_connect(p, &a));
	assert_true(peers_connect(p, &a));
	assert_false(peers_connect(p, &a));
	assert_true(peers_connect(p, &b));
	peers_disconnect(p, &a);
	assert_true(peers_connect(p, &a));
	peers_destroy(p);
}

static void
an_ipv6_network_counts_as_one(void **state)
{
	struct peers *p = peers_create(1, 0);
	struct address a = address("2001:db8::1");
	struct address b = address("2001:db8::ffff:1");
	struct address c = address("2001:db8:0:1::1");

	(void)state;
	assert_true(peers_connect(p, &a));
	assert_false(peers_connect(p, &b));
	assert_true(peers_connect(p, &c));
	peers_destroy(p);
}

static void
requests_come_as_a_burst_and_then_at_their_rate(void **state)
{
	struct peers *p = peers_create(0, 60);
	struct address a = address("1.2.3.4");
	int64_t now_ms = 1000000;

	(void)state;
	for (int i = 0; i < 60; i++) {
		assert_true(peers_request(p, &a, now_ms));
	}
	assert_false(peers_request(p, &a, now_ms));
	assert_false(peers_request(p, &a, now_ms + 999));
	assert_true(peers_request(p, &a, now_ms + 1000));
	assert_false(peers_request(p, &a, now_ms + 1000));
	peers_destroy(p);
}

static void
the_idle_are_forgotten_and_nobody_else(void **state)
{
	struct peers *p = peers_create(1, 60);
	struct address connected = address("1.2.3.4");
	struct address busy = address("1.2.3.5");
	int64_t now_ms = 1000000;

	(void)state;
	assert_true(peers_connect(p, &connected));
	for (int i = 0; i < 60; i++) {
		assert_true(peers_request(p, &busy, now_ms));
	}
	peers_forget_idle(p, now_ms + 10);
	assert_false(peers_connect(p, &connected));
	assert_false(peers_request(p, &busy, now_ms + 10));
	peers_disconnect(p, &connected);
	peers_forget_idle(p, now_ms + 61 * 1000);
	assert_true(peers_connect(p, &connected));
	assert_true(peers_request(p, &busy, now_ms + 61 * 1000));
	peers_destroy(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_are_counted_per_address),
		cmocka_unit_test(an_ipv6_network_counts_as_one),
		cmocka_unit_test(requests_come_as_a_burst_and_then_at_their_rate),
		cmocka_unit_test(the_idle_are_forgotten_and_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
