#include "api/table_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/json.h"

/* --- bad rows ----------------------------------------------------------------------------- */

void
table_add_bad(struct table_report *t, size_t line, const char *reason, const char *title,
	const char *text)
{
	if (t->bad_count < TABLE_BAD_MAX) {
		t->bad[t->bad_count] = (struct table_bad){line, reason, title, text};
	}
	t->bad_count++;
}

static int
compare_lines(const void *a, const void *b)
{
	const struct table_bad *left = a;
	const struct table_bad *right = b;

	return (left->line > right->line) - (left->line < right->line);
}

void
table_write_bad(struct table_report *t, struct json_writer *w)
{
	size_t shown = t->bad_count < TABLE_BAD_MAX ? t->bad_count : TABLE_BAD_MAX;

	qsort(t->bad, shown, sizeof(t->bad[0]), compare_lines);
	jw_ki64(w, "bad_count", (int64_t)t->bad_count);
	jw_key(w, "bad");
	jw_array(w);
	for (size_t i = 0; i < shown; i++) {
		jw_object(w);
		jw_ki64(w, "line", (int64_t)t->bad[i].line);
		jw_kstring(w, "reason", t->bad[i].reason);
		jw_kstring(w, "title", t->bad[i].title);
		if (t->explained) {
			jw_kstring(w, "text", t->bad[i].text != NULL ? t->bad[i].text : "");
		}
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* --- cells -------------------------------------------------------------------------------- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice
table_trimmed(struct slice s)
{
	while (s.length > 0 && is_space(s.data[0])) {
		s.data++;
		s.length--;
	}
	while (s.length > 0 && is_space(s.data[s.length - 1])) {
		s.length--;
	}
	return s;
}

/* Without the characters that nobody can see. */
static char *
cell_text(struct arena *a, struct slice s)
{
	size_t length = 0;
	char *text;

	s = table_trimmed(s);
	if (s.length > 1 && s.data[0] == '\'' && memchr("=+-@\t\r", s.data[1], 6) != NULL) {
		s.data++;
		s.length--;
	}
	text = arena_alloc(a, s.length + 1);
	for (size_t i = 0; i < s.length; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c == '\r') {
			c = '\n';
			i += i + 1 < s.length && s.data[i + 1] == '\n';
		}
		if (c >= 0x20 || c == '\n' || c == '\t') {
			text[length++] = (char)c;
		}
	}
	text[length] = '\0';
	return text;
}

/* --- rows --------------------------------------------------------------------------------- */

struct parse {
	const struct table_form *form;
	void *ctx;
	struct arena *arena;
	struct table_report *report;
	bool headed;
	bool there[TABLE_COLUMNS_MAX];
	size_t place[TABLE_COLUMNS_MAX]; /* of the column in a record, when it is there */
};

static void
read_heading(struct parse *p, const struct csv_record *record)
{
	p->headed = true;
	for (size_t i = 0; i < record->count; i++) {
		size_t column = p->form->find(table_trimmed(record->fields[i]));

		if (column < p->form->column_count && !p->there[column]) {
			p->there[column] = true;
			p->place[column] = i;
		}
	}
	p->report->problem = p->form->problem(p->there);
}

static void
read_row(struct parse *p, const struct csv_record *record)
{
	char *cells[TABLE_COLUMNS_MAX] = {NULL};

	for (size_t column = 0; column < p->form->column_count; column++) {
		if (p->there[column] && p->place[column] < record->count) {
			cells[column] = cell_text(p->arena, record->fields[p->place[column]]);
		}
	}
	p->form->row(p->ctx, record->line, cells);
}

static bool
is_blank(const struct csv_record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		if (table_trimmed(record->fields[i]).length > 0) {
			return false;
		}
	}
	return true;
}

static void
on_record(void *ctx, const struct csv_record *record, const char *problem)
{
	struct parse *p = ctx;

	if (problem != NULL) {
		table_add_bad(p->report, record->line, "broken_line", "", NULL);
	} else if (is_blank(record) || p->report->problem != NULL) {
		return;
	} else if (!p->headed) {
		read_heading(p, record);
	} else {
		read_row(p, record);
	}
}

void
table_read_csv(struct arena *a, struct slice text, const struct table_form *form,
	void *ctx, struct table_report *report)
{
	struct parse p = {.form = form, .ctx = ctx, .arena = a, .report = report};
	struct csv_reader *reader = csv_create(on_record, &p);

	assert(form->column_count <= TABLE_COLUMNS_MAX);
	csv_feed(reader, text.data, text.length);
	csv_end(reader);
	csv_destroy(reader);
	if (!p.headed) {
		report->problem = "is empty";
	}
}
