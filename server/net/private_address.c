#include "net/private_address.h"

#include <stddef.h>
#include <string.h>

#include "net/address.h"

struct block {
	uint8_t bytes[16];
	uint8_t bits;
};

/* https://www.iana.org/assignments/iana-ipv4-special-registry */
static const struct block ipv4[] = {
	{{0}, 8},
	{{10}, 8},
	{{100, 64}, 10},
	{{127}, 8},
	{{169, 254}, 16},
	{{172, 16}, 12},
	{{192, 0, 0}, 24},
	{{192, 0, 2}, 24},
	{{192, 88, 99}, 24},
	{{192, 168}, 16},
	{{198, 18}, 15},
	{{198, 51, 100}, 24},
	{{203, 0, 113}, 24},
	{{224}, 4},
	{{240}, 4},
};

/* Of IPv6 only what is global is allowed (2000::/3), and of that not these. */
static const struct block ipv6_global = {{0x20}, 3};
static const struct block ipv6[] = {
	{{0x20, 0x01, 0x00, 0x00}, 23}, /* Teredo, benchmarks, ORCHID */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
	{{0x3f, 0xff}, 20},             /* documentation */
};

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
static const uint8_t translated[12] = {0x00, 0x64, 0xff, 0x9b}; /* 64:ff9b::/96 */

static bool
is_in(const uint8_t *bytes, const struct block *b)
{
	size_t whole = b->bits / 8;
	unsigned rest = b->bits % 8;
	unsigned mask = 0xff00u >> rest & 0xff;

	return memcmp(bytes, b->bytes, whole) == 0 &&
		(rest == 0 || ((bytes[whole] ^ b->bytes[whole]) & mask) == 0);
}

static bool
ipv4_private(const uint8_t *four)
{
	for (size_t i = 0; i < sizeof(ipv4) / sizeof(ipv4[0]); i++) {
		if (is_in(four, &ipv4[i])) {
			return true;
		}
	}
	return false;
}

bool
address_is_private(const struct address *a)
{
	if (memcmp(a->bytes, mapped, sizeof(mapped)) == 0 ||
		memcmp(a->bytes, translated, sizeof(translated)) == 0) {
		return ipv4_private(a->bytes + 12);
	}
	if (a->bytes[0] == 0x20 && a->bytes[1] == 0x02) {
		return ipv4_private(a->bytes + 2); /* 6to4 */
	}
	if (!is_in(a->bytes, &ipv6_global)) {
		return true;
	}
	for (size_t i = 0; i < sizeof(ipv6) / sizeof(ipv6[0]); i++) {
		if (is_in(a->bytes, &ipv6[i])) {
			return true;
		}
	}
	return false;
}
