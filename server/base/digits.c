#include "base/digits.h"

#include <string.h>

enum { EIGHT_DIGITS = 100000000 };

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
							"25262728293031323334353637383940414243444546474849"
							"50515253545556575859606162636465666768697071727374"
							"75767778798081828384858687888990919293949596979899";

static void
put_pair(char *out, uint32_t value)
{
	memcpy(out, pairs + value * 2, 2);
}

char *
digits_before(uint64_t value, char *end)
{
	while (value >= EIGHT_DIGITS) {
		uint32_t eight = (uint32_t)(value % EIGHT_DIGITS);
		uint32_t high = eight / 10000;
		uint32_t low = eight % 10000;

		value /= EIGHT_DIGITS;
		end -= 8;
		put_pair(end, high / 100);
		put_pair(end + 2, high % 100);
		put_pair(end + 4, low / 100);
		put_pair(end + 6, low % 100);
	}
	while (value >= 100) {
		end -= 2;
		memcpy(end, pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10) {
		end -= 2;
		memcpy(end, pairs + value * 2, 2);
	} else {
		*--end = (char)('0' + value);
	}
	return end;
}

/* The binary logarithm tells it but for one. */
unsigned
digits_count(uint64_t value)
{
	static const uint64_t powers[] = {0, 10, 100, 1000, 10000, 100000, 1000000, 10000000,
		100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
		100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
		1000000000000000000, 10000000000000000000U};
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
	unsigned count = bits * 1233 >> 12; /* log10(2) = 1233 / 4096 */

	return count + (value >= powers[count] ? 1 : 0);
}
