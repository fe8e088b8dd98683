#include "backup/tar_head.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct tar_head {
	char name[TAR_NAME_SIZE];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char at[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[6];
	char version[2];
	char user[32];
	char group[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char rest[12];
};

_Static_assert(sizeof(struct tar_head) == TAR_BLOCK_SIZE, "a header is one block");

/* The sum of all bytes, those of the sum itself taken as blanks. */
static unsigned
sum(const struct tar_head *h)
{
	const uint8_t *bytes = (const uint8_t *)h;
	unsigned total = 0;

	for (size_t i = 0; i < TAR_BLOCK_SIZE; i++) {
		bool own = i >= offsetof(struct tar_head, checksum) &&
			i < offsetof(struct tar_head, type);

		total += own ? ' ' : bytes[i];
	}
	return total;
}

void
tar_head_encode(const char *name, uint64_t size, int64_t at_seconds,
	uint8_t out[static TAR_BLOCK_SIZE])
{
	struct tar_head h = {0};

	assert(strlen(name) < TAR_NAME_SIZE && size < (uint64_t)1 << 33);
	memcpy(h.name, name, strlen(name));
	memcpy(h.mode, "0000600", 7);
	memcpy(h.uid, "0000000", 7);
	memcpy(h.gid, "0000000", 7);
	snprintf(h.size, sizeof(h.size), "%011llo", (unsigned long long)size);
	snprintf(h.at, sizeof(h.at), "%011llo",
		(unsigned long long)at_seconds & 077777777777);
	h.type = '0';
	memcpy(h.magic, "ustar", 6);
	memcpy(h.version, "00", 2);
	snprintf(h.checksum, sizeof(h.checksum), "%06o", sum(&h));
	h.checksum[7] = ' ';
	memcpy(out, &h, sizeof(h));
}

static bool
parse_octal(const char *field, size_t length, uint64_t *out)
{
	uint64_t value = 0;
	size_t digits = 0;

	while (digits < length && field[digits] >= '0' && field[digits] <= '7') {
		value = value << 3 | (uint64_t)(field[digits++] - '0');
	}
	*out = value;
	return digits > 0 &&
		(digits == length || field[digits] == '\0' || field[digits] == ' ');
}

bool
tar_head_decode(const uint8_t block[static TAR_BLOCK_SIZE],
	char name[static TAR_NAME_SIZE + 1], uint64_t *size, bool *end)
{
	static const uint8_t zeros[TAR_BLOCK_SIZE];
	struct tar_head h;
	uint64_t expected;

	*end = memcmp(block, zeros, TAR_BLOCK_SIZE) == 0;
	if (*end) {
		return true;
	}
	memcpy(&h, block, sizeof(h));
	if (!parse_octal(h.checksum, sizeof(h.checksum), &expected) || expected != sum(&h) ||
		!parse_octal(h.size, sizeof(h.size), size) || h.type != '0' ||
		h.prefix[0] != '\0') {
		return false;
	}
	memcpy(name, h.name, TAR_NAME_SIZE);
	name[TAR_NAME_SIZE] = '\0';
	return name[0] != '\0';
}
