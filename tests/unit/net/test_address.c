#include "net/address.h"

#include <string.h>

#include "lib/test.h"

static struct address
address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static void
assert_client(const char *trusted, const char *peer, const char *forwarded,
	const char *expected)
{
	struct network_list list;
	struct address from = address(peer);
	struct address client;
	struct error e;
	char text[ADDRESS_TEXT_SIZE];

	assert_int_equal(network_list_parse(&list, trusted, &e), ERR_OK);
	address_of_client(&list, &from, forwarded, &client);
	address_format(&client, text);
	assert_string_equal(text, expected);
	network_list_fini(&list);
}

static void
addresses_survive_the_round_trip(void **state)
{
	static const char *const texts[] = {"127.0.0.1", "255.255.255.255", "::1",
		"fd00::1:2"};
	char out[ADDRESS_TEXT_SIZE];
	struct address a;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		a = address(texts[i]);
		address_format(&a, out);
		assert_string_equal(out, texts[i]);
	}
	a = address("[::ffff:10.1.2.3]");
	address_format(&a, out);
	assert_string_equal(out, "10.1.2.3");
	assert_false(address_parse("", &a));
	assert_false(address_parse("localhost", &a));
	assert_false(address_parse("1.2.3.4.5", &a));
	assert_false(address_parse("[]", &a));
}

static void
loopback_is_recognised(void **state)
{
	struct address a = address("127.9.9.9");

	(void)state;
	assert_true(address_is_loopback(&a));
	a = address("::1");
	assert_true(address_is_loopback(&a));
	a = address("0.0.0.0");
	assert_false(address_is_loopback(&a));
	a = address("::");
	assert_false(address_is_loopback(&a));
}

static void
networks_hold_what_their_prefix_says(void **state)
{
	struct network_list list;
	struct error e;
	struct address a;

	(void)state;
	assert_int_equal(network_list_parse(&list,
						 "10.0.0.0/8, 192.168.1.129/25,\nfd00::/9 ::1", &e),
		ERR_OK);
	assert_int_equal(list.count, 4);
	a = address("10.255.0.1");
	assert_true(network_list_has(&list, &a));
	a = address("11.0.0.1");
	assert_false(network_list_has(&list, &a));
	a = address("192.168.1.200");
	assert_true(network_list_has(&list, &a));
	a = address("192.168.1.100");
	assert_false(network_list_has(&list, &a));
	a = address("fd7f::1");
	assert_true(network_list_has(&list, &a));
	a = address("fd80::1");
	assert_false(network_list_has(&list, &a));
	network_list_fini(&list);
}

static void
malformed_networks_are_named(void **state)
{
	static const char *const lists[] = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x",
		"proxy", "::/129"};
	struct network_list list;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_int_equal(network_list_parse(&list, lists[i], &e), ERR_INVALID);
		assert_non_null(strstr(e.text, lists[i]));
	}
}

static void
forwarded_addresses_are_believed_from_trusted_proxies_only(void **state)
{
	(void)state;
	assert_client("", "1.2.3.4", "9.9.9.9", "1.2.3.4");
	assert_client("10.0.0.0/8", "1.2.3.4", "9.9.9.9", "1.2.3.4");
	assert_client("10.0.0.0/8", "10.0.0.1", NULL, "10.0.0.1");
	assert_client("10.0.0.0/8", "10.0.0.1", "9.9.9.9", "9.9.9.9");
	assert_client("10.0.0.0/8", "10.0.0.1", "6.6.6.6, 9.9.9.9", "9.9.9.9");
	assert_client("10.0.0.0/8", "10.0.0.1", "6.6.6.6, 9.9.9.9 ,10.0.0.2", "9.9.9.9");
	assert_client("10.0.0.0/8", "10.0.0.1", "rubbish", "10.0.0.1");
	assert_client("10.0.0.0/8", "10.0.0.1", "9.9.9.9, rubbish", "10.0.0.1");
	assert_client("10.0.0.0/8", "10.0.0.1", "10.0.0.3", "10.0.0.3");
	assert_client("::1", "::1", "fe80::1", "fe80::1");
}

static void
only_the_end_of_a_long_list_counts(void **state)
{
	char list[2000];

	(void)state;
	memset(list, 'x', sizeof(list));
	strcpy(list + sizeof(list) - 20, ", 9.9.9.9");
	assert_client("10.0.0.1", "10.0.0.1", list, "9.9.9.9");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_survive_the_round_trip),
		cmocka_unit_test(loopback_is_recognised),
		cmocka_unit_test(networks_hold_what_their_prefix_says),
		cmocka_unit_test(malformed_networks_are_named),
		cmocka_unit_test(forwarded_addresses_are_believed_from_trusted_proxies_only),
		cmocka_unit_test(only_the_end_of_a_long_list_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
