#include "base/csv.h"

#include <string.h>

#include "base/buf.h"
#include "lib/test.h"

/* What the reader reports, as text: "LINE:[a][b]\n" or "LINE:!problem\n". */
static void
note(void *ctx, const struct csv_record *record, const char *problem)
{
	struct buf *out = ctx;

	buf_printf(out, "%zu:", record->line);
	if (problem != NULL) {
		assert_int_equal(record->count, 0);
		buf_printf(out, "!%s", problem);
	}
	for (size_t i = 0; i < record->count; i++) {
		assert_int_equal(record->fields[i].data[record->fields[i].length], '\0');
		buf_putc(out, '[');
		buf_append(out, record->fields[i].data, record->fields[i].length);
		buf_putc(out, ']');
	}
	buf_putc(out, '\n');
}

static void
read_in_pieces(const char *text, size_t length, size_t piece, struct buf *out)
{
	struct csv_reader *r = csv_create(note, out);

	for (size_t at = 0; at < length; at += piece) {
		csv_feed(r, text + at, length - at < piece ? length - at : piece);
	}
	csv_end(r);
	csv_destroy(r);
}

/* However the text is cut into pieces, the same records come out. */
static void
assert_records(const char *text, const char *expected)
{
	size_t length = strlen(text);

	for (size_t piece = 1; piece <= length + 1; piece++) {
		struct buf out;

		buf_init(&out, 100000);
		read_in_pieces(text, length, piece, &out);
		assert_string_equal(out.length > 0 ? out.data : "", expected);
		buf_fini(&out);
	}
}

static void
records_end_with_any_line_end(void **state)
{
	(void)state;
	assert_records("a,b\nc,d\n", "1:[a][b]\n2:[c][d]\n");
	assert_records("a,b\r\nc,d\r\n", "1:[a][b]\n2:[c][d]\n");
	assert_records("a,b\nc,d", "1:[a][b]\n2:[c][d]\n");
	assert_records("", "");
	assert_records("\n\r\n\n", "");
	assert_records("a\n\nb\n", "1:[a]\n3:[b]\n");
}

static void
empty_fields_are_kept(void **state)
{
	(void)state;
	assert_records(",\n", "1:[][]\n");
	assert_records("a,", "1:[a][]\n");
	assert_records(",,x\n", "1:[][][x]\n");
	assert_records("\"\",\"\"\n", "1:[][]\n");
}

static void
quotes_hold_commas_breaks_and_quotes(void **state)
{
	(void)state;
	assert_records("\"a,b\",c\n", "1:[a,b][c]\n");
	assert_records("\"a\nb\",c\nd\n", "1:[a\nb][c]\n3:[d]\n");
	assert_records("\"say \"\"hi\"\"\"\n", "1:[say \"hi\"]\n");
	assert_records("\"\"\"\"\n", "1:[\"]\n");
	assert_records("a\"b,c\n", "1:[a\"b][c]\n");
	assert_records("\"abc\"def,g\n", "1:[abcdef][g]\n");
}

static void
a_byte_order_mark_is_skipped_once(void **state)
{
	(void)state;
	assert_records("\xEF\xBB\xBF"
				   "a,b\n",
		"1:[a][b]\n");
	assert_records("\xEF\xBB\xBF\"a\",b\n", "1:[a][b]\n");
	assert_records("a\n\xEF\xBB\xBF"
				   "b\n",
		"1:[a]\n2:[\xEF\xBB\xBF"
		"b]\n");
}

static void
an_open_quote_at_the_end_is_reported(void **state)
{
	(void)state;
	assert_records("a\n\"b,c\nd\n",
		"1:[a]\n2:!a quote is not closed at the end of the file\n");
}

static void
too_many_fields_spoil_only_their_record(void **state)
{
	struct buf text;
	struct buf out;

	(void)state;
	buf_init(&text, 10000);
	buf_init(&out, 10000);
	for (int i = 0; i < CSV_FIELDS_MAX; i++) {
		buf_putc(&text, ',');
	}
	buf_puts(&text, "\nnext,one\n");
	read_in_pieces(text.data, text.length, 17, &out);
	assert_string_equal(out.data, "1:!too many fields\n2:[next][one]\n");
	buf_clear(&out);
	read_in_pieces(text.data + 1, text.length - 1, 17, &out);
	assert_non_null(strstr(out.data, "\n2:[next][one]\n"));
	assert_null(strchr(out.data, '!'));
	buf_fini(&text);
	buf_fini(&out);
}

static void
a_record_beyond_the_bound_is_skipped_to_its_line_end(void **state)
{
	static const char *const openings[] = {"", "\"", "a,\""};

	(void)state;
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		struct buf text;
		struct buf out;

		buf_init(&text, 4 * CSV_RECORD_MAX);
		buf_init(&out, 10000);
		buf_puts(&text, openings[i]);
		for (int k = 0; k < CSV_RECORD_MAX + 5; k++) {
			buf_putc(&text, 'x');
		}
		buf_puts(&text, "\nnext,one\n");
		read_in_pieces(text.data, text.length, 4096, &out);
		assert_ptr_equal(strstr(out.data, "1:!the record is too long"), out.data);
		assert_non_null(strstr(out.data, "\n2:[next][one]\n"));
		buf_fini(&text);
		buf_fini(&out);
	}
}

static void
assert_written(const char *text, int formula_safe, const char *expected)
{
	struct buf out;

	buf_init(&out, 1000);
	csv_write_field(&out, text, strlen(text), formula_safe);
	assert_string_equal(out.length > 0 ? out.data : "", expected);
	buf_fini(&out);
}

static void
written_fields_are_quoted_when_needed(void **state)
{
	(void)state;
	assert_written("", 1, "");
	assert_written("plain text", 1, "plain text");
	assert_written("a,b", 1, "\"a,b\"");
	assert_written("a\nb", 1, "\"a\nb\"");
	assert_written("say \"hi\"", 1, "\"say \"\"hi\"\"\"");
}

static void
formulas_are_made_text(void **state)
{
	(void)state;
	assert_written("=1+1", 1, "'=1+1");
	assert_written("+86", 1, "'+86");
	assert_written("-5", 1, "'-5");
	assert_written("@x", 1, "'@x");
	assert_written("=1+1", 0, "=1+1");
	assert_written("a=1", 1, "a=1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_end_with_any_line_end),
		cmocka_unit_test(empty_fields_are_kept),
		cmocka_unit_test(quotes_hold_commas_breaks_and_quotes),
		cmocka_unit_test(a_byte_order_mark_is_skipped_once),
		cmocka_unit_test(an_open_quote_at_the_end_is_reported),
		cmocka_unit_test(too_many_fields_spoil_only_their_record),
		cmocka_unit_test(a_record_beyond_the_bound_is_skipped_to_its_line_end),
		cmocka_unit_test(written_fields_are_quoted_when_needed),
		cmocka_unit_test(formulas_are_made_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
