/* Terms in order of their bytes: the first eight as a number, sorted digit by digit from the last;
 * only terms that have the same are compared. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "knowledge/index_memory_private.h"

/* Six digits have all 64 bits. An even number, so that the result is where it began. */
enum { KEY_BYTES = 8, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, DIGITS_OF_KEY = 6 };

struct sorted {
	uint64_t key;
	const struct index_record *record;
};

static uint64_t
key_of(const struct index_record *r)
{
	uint64_t key = 0;

	memcpy(&key, r->term, r->length < KEY_BYTES ? r->length : KEY_BYTES);
	return be64toh(key);
}

static size_t
gather(const struct index_memory *m, struct sorted *out, uint32_t *longest)
{
	size_t count = 0;

	for (size_t i = 0; i < m->capacity; i++) {
		const struct index_record *r;

		if (m->slots[i].ref == 0) {
			continue;
		}
		r = index_memory_at(m, m->slots[i].ref);
		if (r->count > 0) {
			out[count++] = (struct sorted){key_of(r), r};
			*longest = r->count > *longest ? r->count : *longest;
		}
	}
	return count;
}

/* Stable, by one digit of the key. */
static void
sort_by(unsigned digit, const struct sorted *from, struct sorted *to, size_t count)
{
	unsigned shift = digit * DIGIT_BITS;
	size_t begin[DIGITS] = {0};
	size_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		begin[from[i].key >> shift & (DIGITS - 1)]++;
	}
	for (size_t value = 0; value < DIGITS; value++) {
		size_t of_value = begin[value];

		begin[value] = sum;
		sum += of_value;
	}
	for (size_t i = 0; i < count; i++) {
		to[begin[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
	}
}

static int
compare(const void *x, const void *y)
{
	const struct index_record *a = ((const struct sorted *)x)->record;
	const struct index_record *b = ((const struct sorted *)y)->record;
	int order = memcmp(a->term, b->term, a->length < b->length ? a->length : b->length);

	return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static void
sort(struct sorted *items, size_t count)
{
	struct sorted *other = xmalloc((count + 1) * sizeof(*other));

	for (unsigned digit = 0; digit < DIGITS_OF_KEY; digit += 2) {
		sort_by(digit, items, other, count);
		sort_by(digit + 1, other, items, count);
	}
	free(other);
	for (size_t i = 0; i < count;) {
		size_t end = i + 1;

		while (end < count && items[end].key == items[i].key) {
			end++;
		}
		if (end - i > 1) {
			qsort(&items[i], end - i, sizeof(*items), compare);
		}
		i = end;
	}
}

/* Few numbers lie in the slices as the segment will have them. */
static void
write_few(const struct index_memory *m, const struct index_record *r,
	struct index_segment_writer *w)
{
	uint8_t list[INDEX_LIST_BLOCK * INDEX_VARINT_BYTES];
	struct index_slices s = index_memory_slices(m, r);
	size_t used = 0;

	if (s.at == NULL) {
		used = index_varint_write(list, r->newest - m->first);
	}
	for (uint32_t left = s.at != NULL ? r->count : 0; left > 0;) {
		list[used] = index_slices_byte(&s);
		left -= list[used++] < 128;
	}
	index_segment_write_list(w, r->term, r->length, list, used, r->count);
}

static void
write_many(const struct index_memory *m, const struct index_record *r, uint32_t *numbers,
	struct index_segment_writer *w)
{
	struct index_slices s = index_memory_slices(m, r);

	for (uint32_t k = 0; index_slices_next(&s, &numbers[k]); k++) {
		continue;
	}
	index_segment_write_term(w, r->term, r->length, numbers, r->count);
}

void
index_memory_write(const struct index_memory *m, struct index_segment_writer *w)
{
	struct sorted *items = xmalloc((m->count + 1) * sizeof(*items));
	uint32_t longest = 1;
	size_t count = gather(m, items, &longest);
	uint32_t *numbers = xmalloc((longest + 1) * sizeof(*numbers));

	sort(items, count);
	for (size_t i = 0; i < count; i++) {
		const struct index_record *r = items[i].record;
		if (r->count <= INDEX_LIST_BLOCK) {
			write_few(m, r, w);
		} else {
			write_many(m, r, numbers, w);
		}
	}
	free(numbers);
	free(items);
}
