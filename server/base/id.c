#include "base/id.h"

#include <assert.h>
#include <limits.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "base/clock.h"

#define EPOCH_MS INT64_C(1735689600000) /* 2025-01-01T00:00:00Z */
#define MS_MAX ((UINT64_C(1) << 41) - 1)

enum {
	COUNTER_BITS = 14,
	NODE_BITS = 8,
	COUNTER_MAX = (1 << COUNTER_BITS) - 1,
	REF_MIN_LENGTH = 8,
};

void
id_source_init(struct id_source *s, uint8_t node, uint64_t floor)
{
	s->last = floor;
	s->node = node;
}

static uint64_t
compose(uint64_t ms, uint8_t node, uint64_t counter)
{
	return ms << (NODE_BITS + COUNTER_BITS) | (uint64_t)node << COUNTER_BITS | counter;
}

uint64_t
id_next(struct id_source *s)
{
	int64_t since_epoch = clock_now_ms() - EPOCH_MS;
	uint64_t ms = since_epoch > 0 ? (uint64_t)since_epoch : 0;
	uint64_t last_ms = s->last >> (NODE_BITS + COUNTER_BITS);
	uint64_t counter = 0;
	uint64_t id;

	/* When the clock stands, goes back or the counter is used up, time is borrowed
	 * from the future: order matters, the exact millisecond does not. */
	if (ms <= last_ms) {
		ms = last_ms;
		counter = (s->last & COUNTER_MAX) + 1;
		if (counter > COUNTER_MAX) {
			counter = 0;
			ms++;
		}
	}
	id = compose(ms, s->node, counter);
	if (id <= s->last) { /* the floor came from a node with a higher number */
		id = compose(ms + 1, s->node, 0);
	}
	assert(id >> (NODE_BITS + COUNTER_BITS) <= MS_MAX);
	s->last = id;
	return id;
}

bool
ref_valid(const char *text, size_t length)
{
	if (length < REF_MIN_LENGTH || length >= REF_SIZE) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') {
			return false;
		}
	}
	return true;
}

void
ref_make(char out[static REF_SIZE])
{
	static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t ms = (uint64_t)clock_now_ms();
	uint8_t noise[16];

	random_bytes(noise, sizeof(noise));
	for (int i = 9; i >= 0; i--) {
		out[i] = crockford[ms & 31];
		ms >>= 5;
	}
	/* 80 random bits: 16 characters, five bits from each byte. */
	for (size_t i = 0; i < sizeof(noise); i++) {
		out[10 + i] = crockford[noise[i] & 31];
	}
	out[REF_SIZE - 1] = '\0';
}

void
random_bytes(void *out, size_t length)
{
	assert(length <= INT_MAX);
	if (RAND_bytes(out, (int)length) != 1) {
		abort();
	}
}
