/* Which addresses a webhook may not call. */
#include "net/private_address.h"

#include "lib/test.h"
#include "net/address.h"

static bool
is_private(const char *text)
{
	struct address a;

	if (!address_parse(text, &a)) {
		fail_msg("%s is no address", text);
	}
	return address_is_private(&a);
}

static void
private_ones_are_refused_in_every_disguise(void **state)
{
	static const char *const all[] = {"127.0.0.1", "127.255.1.2", "0.0.0.0", "0.1.2.3",
		"10.0.0.1", "100.64.0.1", "100.127.255.255", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.168.1.1", "192.0.0.8", "198.18.0.1", "198.19.255.255",
		"224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:10.0.0.1",
		"::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "2002:0a00:0001::1",
		"2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "fc00::1", "fd12:3456::1",
		"fe80::1", "fec0::1", "ff02::1", "::7f00:1"};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!is_private(all[i])) {
			fail_msg("%s passes", all[i]);
		}
	}
}

static void
public_ones_pass(void **state)
{
	static const char *const all[] = {"1.1.1.1", "8.8.8.8", "100.63.255.255",
		"100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.1.1", "198.17.255.255",
		"198.20.0.0", "223.255.255.255", "2606:4700::1111", "2400:3200::1",
		"64:ff9b::808:808", "2002:0808:0808::1", "::ffff:8.8.8.8"};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (is_private(all[i])) {
			fail_msg("%s is refused", all[i]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_ones_are_refused_in_every_disguise),
		cmocka_unit_test(public_ones_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
