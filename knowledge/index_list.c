#include "knowledge/index_list.h"

#include <string.h>

#include "base/buf.h"

/* Of each block: the last number in it, and where it begins behind the table. */
struct place {
	uint32_t last;
	uint32_t begin;
};

static uint32_t
blocks_of(uint32_t count)
{
	return (count + INDEX_LIST_BLOCK - 1) / INDEX_LIST_BLOCK;
}

static size_t
table_length(uint32_t count)
{
	return count > INDEX_LIST_BLOCK ? blocks_of(count) * sizeof(struct place) : 0;
}

void
index_list_write(struct buf *out, const uint32_t *numbers, uint32_t count, uint32_t base)
{
	size_t start = out->length;
	size_t table = table_length(count);
	size_t most = table + (size_t)count * INDEX_VARINT_BYTES;
	char *to = buf_extend(out, most);
	uint8_t *at;
	uint32_t before = base;

	if (to == NULL) {
		return;
	}
	at = (uint8_t *)to + table;
	for (uint32_t i = 0; i < count; i++) {
		if (table > 0 && i % INDEX_LIST_BLOCK == 0) {
			uint32_t end = i + INDEX_LIST_BLOCK < count ? i + INDEX_LIST_BLOCK : count;
			struct place place = {numbers[end - 1],
				(uint32_t)(at - (uint8_t *)to - table)};

			memcpy(to + i / INDEX_LIST_BLOCK * sizeof(place), &place, sizeof(place));
		}
		at += index_varint_write(at, numbers[i] - before);
		before = numbers[i];
	}
	out->length = start + (size_t)(at - (uint8_t *)to);
}

/* `count` numbers behind `before`; NULL: broken. */
static const uint8_t *
read_some(const uint8_t *at, const uint8_t *end, uint32_t before, uint32_t count,
	uint32_t *out)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t distance;

		if (at < end && *at < 128) {
			distance = *at++;
		} else {
			at = index_varint_read(at, end, &distance);
			if (at == NULL) {
				return NULL;
			}
		}
		before += distance;
		out[i] = before;
	}
	return at;
}

bool
index_list_read(const struct index_list *l, uint32_t *out)
{
	size_t table = table_length(l->count);

	return table <= l->length &&
		read_some(l->bytes + table, l->bytes + l->length, l->base, l->count, out) != NULL;
}

/* --- from the last to the first ----------------------------------------------------------- */

static struct place
place_of(const struct index_list *l, int64_t block)
{
	struct place place;

	memcpy(&place, l->bytes + (size_t)block * sizeof(place), sizeof(place));
	return place;
}

void
index_list_begin(struct index_list_cursor *c, const struct index_list *l)
{
	c->list = *l;
	c->block = -1;
	c->at = -1;
	c->broken = table_length(l->count) > l->length;
}

static void
load(struct index_list_cursor *c, int64_t block)
{
	const struct index_list *l = &c->list;
	size_t table = table_length(l->count);
	uint32_t count = l->count - (uint32_t)block * INDEX_LIST_BLOCK;
	uint32_t before = l->base;
	size_t begin = table;

	count = count < INDEX_LIST_BLOCK ? count : INDEX_LIST_BLOCK;
	if (table > 0) {
		begin += place_of(l, block).begin;
		before = block > 0 ? place_of(l, block - 1).last : before;
	}
	c->broken = begin > l->length ||
		read_some(l->bytes + begin, l->bytes + l->length, before, count, c->numbers) ==
			NULL;
	c->block = block;
	c->at = c->broken ? -1 : (int64_t)count - 1;
}

/* The first block that ends at `most` or behind it, or the last of those that may be asked. */
static int64_t
block_for(const struct index_list_cursor *c, int64_t most)
{
	int64_t low = 0;
	int64_t high = c->block < 0 ? (int64_t)blocks_of(c->list.count) - 1 : c->block;

	while (low < high) {
		int64_t middle = (low + high) / 2;

		if ((int64_t)place_of(&c->list, middle).last >= most) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return low;
}

int64_t
index_list_seek(struct index_list_cursor *c, int64_t most)
{
	int64_t block;

	if (c->list.count == 0 || c->broken) {
		return -1;
	}
	block = block_for(c, most);
	for (;;) {
		if (c->block != block) {
			load(c, block);
		}
		while (c->at >= 0 && (int64_t)c->numbers[c->at] > most) {
			c->at--;
		}
		if (c->at >= 0) {
			return c->numbers[c->at];
		}
		if (block == 0 || c->broken) {
			return -1;
		}
		block--;
	}
}
