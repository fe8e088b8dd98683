#include "backup/rows.h"

#include <string.h>

enum tag { TAG_NULL, TAG_NUMBER, TAG_TEXT, TAG_BYTES };

static void
put_varint(struct buf *out, uint64_t value)
{
	while (value >= 0x80) {
		buf_putc(out, (char)(value | 0x80));
		value >>= 7;
	}
	buf_putc(out, (char)value);
}

static bool
get_varint(struct rows_reader *r, uint64_t *out)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		uint8_t byte = *r->at++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			*out = value;
			return true;
		}
	}
	return false;
}

/* Small numbers of either sign become small ones without. */
static uint64_t
zigzag(int64_t number)
{
	return (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
}

static void
put_bytes(struct buf *out, const char *data, size_t length)
{
	put_varint(out, length);
	buf_append(out, data, length);
}

void
rows_begin(struct buf *out, const struct table_shape *t)
{
	put_varint(out, t->column_count);
	for (size_t i = 0; i < t->column_count; i++) {
		put_bytes(out, t->columns[i], strlen(t->columns[i]));
	}
}

void
rows_append(struct buf *out, const struct value *row, size_t columns)
{
	for (size_t i = 0; i < columns; i++) {
		const struct value *v = &row[i];

		switch (v->type) {
		case VALUE_NULL:
			buf_putc(out, TAG_NULL);
			break;
		case VALUE_INTEGER:
			buf_putc(out, TAG_NUMBER);
			put_varint(out, zigzag(v->integer));
			break;
		case VALUE_TEXT:
			buf_putc(out, TAG_TEXT);
			put_bytes(out, v->data, v->length);
			break;
		case VALUE_BLOB:
			buf_putc(out, TAG_BYTES);
			put_bytes(out, v->data, v->length);
			break;
		}
	}
}

static bool
get_bytes(struct rows_reader *r, const char **data, size_t *length)
{
	uint64_t wanted;

	if (!get_varint(r, &wanted) || wanted > (uint64_t)(r->end - r->at)) {
		return false;
	}
	*data = (const char *)r->at;
	*length = (size_t)wanted;
	r->at += wanted;
	return true;
}

enum err
rows_open(struct rows_reader *r, const void *data, size_t length, struct error *e)
{
	uint64_t count;

	memset(r, 0, sizeof(*r));
	r->at = data;
	r->end = r->at + length;
	if (!get_varint(r, &count) || count == 0 || count > TABLE_COLUMNS_MAX) {
		return error_set(e, ERR_CORRUPT, "a piece of a table has no columns");
	}
	for (r->column_count = 0; r->column_count < count; r->column_count++) {
		char *name = r->columns[r->column_count];
		const char *text;
		size_t size;

		if (!get_bytes(r, &text, &size) || size >= TABLE_NAME_SIZE) {
			return error_set(e, ERR_CORRUPT, "a piece of a table has no columns");
		}
		memcpy(name, text, size);
		if (!table_name_valid(name)) {
			return error_set(e, ERR_CORRUPT, "a column has no proper name");
		}
	}
	return ERR_OK;
}

static bool
get_value(struct rows_reader *r, struct value *out)
{
	uint64_t number;
	const char *data;
	size_t length;
	uint8_t tag = *r->at++;

	switch (tag) {
	case TAG_NULL:
		*out = value_null();
		return true;
	case TAG_NUMBER:
		if (!get_varint(r, &number)) {
			return false;
		}
		*out = value_i64((int64_t)(number >> 1) ^ -(int64_t)(number & 1));
		return true;
	case TAG_TEXT:
	case TAG_BYTES:
		if (!get_bytes(r, &data, &length)) {
			return false;
		}
		*out = tag == TAG_TEXT ? value_text_n(data, length) : value_blob(data, length);
		return true;
	default:
		return false;
	}
}

bool
rows_next(struct rows_reader *r, struct value *row, bool *whole)
{
	*whole = true;
	if (r->at == r->end) {
		return false;
	}
	for (size_t i = 0; i < r->column_count; i++) {
		if (r->at == r->end || !get_value(r, &row[i])) {
			*whole = false;
			return false;
		}
	}
	return true;
}
