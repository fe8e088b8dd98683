#include "knowledge/fold.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "knowledge/fold_table.h"
#include "knowledge/utf8_step.h"

/* A table has the answer for nearly every character. What may melt into the one before it
 * (accents written apart, Korean letters) takes that back and asks ICU about both together, at
 * most so many characters: nobody writes more, and an attacker shall not make us sort them. */
enum { SEGMENT_CHARACTERS = 32, SEGMENT_UNITS = 1024, TARGET_MAX = 64, UTF8_BYTES = 4 };

struct folder {
	const struct fold_table *table;
	struct arena *arena;
	const char *text;
	size_t length;
	char *out;
	uint32_t *origin;
	size_t used;
	size_t capacity;
	size_t segment;     /* where the last character began that melts into nothing */
	size_t segment_out; /* `used` as it was then */
};

static void
make_room(struct folder *f, size_t more)
{
	size_t capacity = f->capacity;
	char *out;
	uint32_t *origin;

	if (f->used + more + 1 <= capacity) {
		return;
	}
	capacity = capacity * 2 + more + 1;
	out = arena_alloc(f->arena, capacity);
	origin = arena_alloc(f->arena, capacity * sizeof(*origin));
	if (f->used > 0) {
		memcpy(out, f->out, f->used);
		memcpy(origin, f->origin, f->used * sizeof(*origin));
	}
	f->out = out;
	f->origin = origin;
	f->capacity = capacity;
}

static void
put_space(struct folder *f, size_t from)
{
	if (f->used > 0 && f->out[f->used - 1] == ' ') {
		return;
	}
	f->origin[f->used] = (uint32_t)from;
	f->out[f->used++] = ' ';
}

static void
put_bytes(struct folder *f, const char *text, size_t length, size_t from)
{
	if (text[0] == ' ') {
		put_space(f, from);
		text++;
		length--;
	}
	for (size_t i = 0; i < length; i++) {
		f->origin[f->used] = (uint32_t)from;
		f->out[f->used++] = text[i];
	}
}

/* `bytes`: the character as it was written, for when it stays as it is. */
static void
put_character(struct folder *f, uint16_t entry, const char *bytes, size_t length,
	size_t from)
{
	make_room(f, TARGET_MAX);
	switch (entry) {
	case FOLD_NOTHING:
		break;
	case FOLD_SPACE:
		put_space(f, from);
		break;
	case FOLD_SAME:
	case FOLD_MELTS:
		put_bytes(f, bytes, length, from);
		break;
	default:
		assert(f->table->target[entry].length <= TARGET_MAX);
		put_bytes(f, f->table->target[entry].text, f->table->target[entry].length, from);
	}
}

/* Where the run of melting characters ends that begins at `at`. */
static size_t
segment_end(const struct folder *f, size_t at)
{
	for (int count = 0; at < f->length && count < SEGMENT_CHARACTERS; count++) {
		size_t next = at;
		uint16_t entry = fold_entry(f->table, utf8_next(f->text, &next));

		if (entry != FOLD_MELTS && entry != FOLD_NOTHING) {
			break;
		}
		at = next;
	}
	return at;
}

/* Folds the text from `from` to `to` as one, in place of what was made of its beginning. */
static void
put_segment(struct folder *f, size_t from, size_t to)
{
	UErrorCode code = U_ZERO_ERROR;
	const UNormalizer2 *normalizer = unorm2_getNFKCCasefoldInstance(&code);
	UChar source[SEGMENT_UNITS];
	UChar target[SEGMENT_UNITS];
	int32_t length = 0;

	u_strFromUTF8(source, SEGMENT_UNITS, &length, f->text + from, (int32_t)(to - from),
		&code);
	length = unorm2_normalize(normalizer, source, length, target, SEGMENT_UNITS, &code);
	if (U_FAILURE(code)) {
		length = 0; /* does not happen: the sizes are bounded and the text is valid */
	}
	for (int32_t i = 0; i < length;) {
		char bytes[4];
		UChar32 character;
		size_t size;

		U16_NEXT(target, i, length, character);
		size = utf8_put(bytes, (uint32_t)character);
		put_character(f, fold_entry(f->table, (uint32_t)character), bytes, size, from);
	}
}

/* Returns where to go on. */
static size_t
melt(struct folder *f, size_t at)
{
	size_t end = segment_end(f, at);

	/* Too long already: the character begins anew. */
	if (at - f->segment > SEGMENT_CHARACTERS * 4) {
		f->segment = at;
		f->segment_out = f->used;
	}
	f->used = f->segment_out;
	put_segment(f, f->segment, end);
	f->segment = end;
	f->segment_out = f->used;
	return end;
}

static size_t
step(struct folder *f, size_t at)
{
	size_t next = at;
	uint16_t entry = fold_entry(f->table, utf8_next(f->text, &next));

	if (entry == FOLD_MELTS) {
		return melt(f, at);
	}
	if (entry != FOLD_NOTHING) {
		f->segment = at;
		f->segment_out = f->used;
	}
	put_character(f, entry, f->text + at, next - at, at);
	return next;
}

/* What most texts are: ASCII, and characters that stay as they are. Returns where that ends or
 * there is no more room. */
static size_t
put_plain(struct folder *f, size_t at)
{
	while (at < f->length && f->used + UTF8_BYTES < f->capacity) {
		uint8_t byte = (uint8_t)f->text[at];
		size_t next = at;

		if (byte >= 0x80) {
			if (fold_entry(f->table, utf8_next(f->text, &next)) != FOLD_SAME) {
				return at;
			}
			f->segment = at;
			f->segment_out = f->used;
			for (size_t i = at; i < next; i++) {
				f->origin[f->used] = (uint32_t)at;
				f->out[f->used++] = f->text[i];
			}
			at = next;
			continue;
		}
		f->segment = at;
		f->segment_out = f->used;
		byte = f->table->ascii[byte];
		if (byte == ' ') {
			put_space(f, at);
		} else {
			f->origin[f->used] = (uint32_t)at;
			f->out[f->used++] = (char)byte;
		}
		at++;
	}
	return at;
}

void
fold_text(const char *text, size_t length, struct arena *a, struct folded *out)
{
	struct folder f = {.table = fold_table(), .arena = a, .text = text, .length = length};
	size_t at = 0;

	assert(length < UINT32_MAX);
	make_room(&f, length + TARGET_MAX);
	while ((at = put_plain(&f, at)) < length) {
		at = step(&f, at);
	}
	f.out[f.used] = '\0';
	f.origin[f.used] = (uint32_t)length;
	*out = (struct folded){f.out, f.used, f.origin};
}

void
fold_place(const struct folded *f, size_t begin, size_t end, size_t *from, size_t *to)
{
	assert(begin <= end && end <= f->length);
	*from = f->origin[begin];
	while (end < f->length && end > begin && f->origin[end] == f->origin[end - 1]) {
		end++;
	}
	*to = f->origin[end];
}
