#include "api/quick_csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/charset.h"
#include "base/csv.h"
#include "base/map.h"

enum column { COLUMN_FOLDER, COLUMN_TITLE, COLUMN_SHORTCUT, COLUMN_TEXT, COLUMN_COUNT };

static const char *const headings[COLUMN_COUNT][6] = {
	[COLUMN_FOLDER] = {"folder", "目录", "文件夹", "分类", "分组", NULL},
	[COLUMN_TITLE] = {"title", "标题", "名称", "name", NULL},
	[COLUMN_SHORTCUT] = {"shortcut", "快捷码", "短码", "快捷键", NULL},
	[COLUMN_TEXT] = {"text", "内容", "正文", "话术", "body", NULL},
};

struct parse {
	struct quick_csv *csv;
	struct arena *arena;
	bool headed;
	int place[COLUMN_COUNT]; /* of the field, -1: there is none */
	struct map titles;       /* hash → the row with it */
	struct map shortcuts;
};

void
quick_csv_add_bad(struct quick_csv *csv, size_t line, const char *reason,
	const char *title)
{
	if (csv->bad_count < QUICK_CSV_BAD_MAX) {
		csv->bad[csv->bad_count] = (struct quick_csv_bad){line, reason, title};
	}
	csv->bad_count++;
}

/* --- fields ------------------------------------------------------------------------------- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice
trimmed(struct slice s)
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

/* Takes back what the export put before a formula. */
static struct slice
unguarded(struct slice s)
{
	if (s.length > 1 && s.data[0] == '\'' && memchr("=+-@\t\r", s.data[1], 6) != NULL) {
		s.data++;
		s.length--;
	}
	return s;
}

/* One kind of line end, and none of the characters that nobody can see. */
static char *
clean(struct arena *a, struct slice s, bool lines)
{
	char *text = arena_alloc(a, s.length + 1);
	size_t length = 0;

	for (size_t i = 0; i < s.length; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c == '\r') {
			c = '\n';
			i += i + 1 < s.length && s.data[i + 1] == '\n';
		}
		if (c == '\n' && !lines) {
			c = ' ';
		}
		if (c >= 0x20 || c == '\n' || c == '\t') {
			text[length++] = (char)c;
		}
	}
	text[length] = '\0';
	return text;
}

static char *
field(const struct parse *p, const struct csv_record *record, enum column column)
{
	int place = p->place[column];
	struct slice s = {"", 0};

	if (place >= 0 && (size_t)place < record->count) {
		s = trimmed(unguarded(trimmed(record->fields[place])));
	}
	return clean(p->arena, s, column == COLUMN_TEXT);
}

/* --- lines -------------------------------------------------------------------------------- */

static bool
names_column(struct slice s, enum column column)
{
	for (const char *const *name = headings[column]; *name != NULL; name++) {
		if (strlen(*name) == s.length && strncasecmp(*name, s.data, s.length) == 0) {
			return true;
		}
	}
	return false;
}

static void
read_heading(struct parse *p, const struct csv_record *record)
{
	p->headed = true;
	for (size_t i = 0; i < record->count; i++) {
		struct slice s = trimmed(record->fields[i]);

		for (int column = 0; column < COLUMN_COUNT; column++) {
			if (p->place[column] < 0 && names_column(s, (enum column)column)) {
				p->place[column] = (int)i;
			}
		}
	}
	p->csv->no_heading = p->place[COLUMN_TITLE] < 0 || p->place[COLUMN_TEXT] < 0;
}

static size_t
characters(const char *text)
{
	return utf8_count(text, strlen(text));
}

/* NULL: nothing is wrong with the row by itself. */
static const char *
problem_of(const struct quick_reply *q)
{
	const char *const texts[] = {q->folder, q->title, q->shortcut, q->body};

	for (size_t i = 0; i < 4; i++) {
		if (strstr(texts[i], "\xEF\xBF\xBD") != NULL) {
			return "unreadable";
		}
	}
	if (q->title[0] == '\0') {
		return "no_title";
	}
	if (q->body[0] == '\0') {
		return "no_text";
	}
	if (characters(q->title) > QUICK_TITLE_MAX) {
		return "long_title";
	}
	if (characters(q->body) > QUICK_BODY_MAX) {
		return "long_text";
	}
	if (characters(q->folder) > QUICK_FOLDER_MAX) {
		return "long_folder";
	}
	if (characters(q->shortcut) > QUICK_SHORTCUT_MAX ||
		!quick_shortcut_valid(q->shortcut)) {
		return "wrong_shortcut";
	}
	return NULL;
}

static bool
seen_before(struct map *seen, const char *text, struct quick_csv_row *row)
{
	uint64_t key = map_hash(text, strlen(text));

	if (map_get(seen, key) != NULL) {
		return true;
	}
	map_put(seen, key, row);
	return false;
}

static void
take_row(struct parse *p, const struct csv_record *record)
{
	struct quick_csv *csv = p->csv;
	struct quick_csv_row *row = &csv->rows[csv->row_count];
	struct quick_reply *q = &row->reply;
	char *shortcut = field(p, record, COLUMN_SHORTCUT);
	const char *problem;

	for (char *c = shortcut; *c != '\0'; c++) {
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
	}
	row->line = record->line;
	*q = (struct quick_reply){
		.folder = field(p, record, COLUMN_FOLDER),
		.title = field(p, record, COLUMN_TITLE),
		.shortcut = shortcut,
		.body = field(p, record, COLUMN_TEXT),
	};
	problem = problem_of(q);
	if (problem == NULL && seen_before(&p->titles, q->title, row)) {
		problem = "repeated_title";
	}
	if (problem == NULL && q->shortcut[0] != '\0' &&
		seen_before(&p->shortcuts, q->shortcut, row)) {
		problem = "repeated_shortcut";
	}
	if (problem != NULL) {
		quick_csv_add_bad(csv, row->line, problem, q->title);
		return;
	}
	csv->row_count++;
}

static bool
is_blank(const struct csv_record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		if (trimmed(record->fields[i]).length > 0) {
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
		quick_csv_add_bad(p->csv, record->line, "broken_line", "");
	} else if (is_blank(record)) {
		return;
	} else if (!p->headed) {
		read_heading(p, record);
	} else if (p->csv->no_heading) {
		return;
	} else if (p->csv->row_count == QUICK_CSV_ROWS_MAX) {
		quick_csv_add_bad(p->csv, record->line, "too_many", "");
	} else {
		take_row(p, record);
	}
}

void
quick_csv_parse(struct arena *a, const char *data, size_t length, struct quick_csv *out)
{
	enum charset charset = charset_guess(data, length);
	struct slice text = charset_decode(a, charset, data, length);
	struct parse p = {.csv = out, .arena = a, .place = {-1, -1, -1, -1}};
	struct csv_reader *reader = csv_create(on_record, &p);

	*out = (struct quick_csv){.charset = charset_name(charset), .no_heading = true};
	out->rows = arena_alloc(a, (QUICK_CSV_ROWS_MAX + 1) * sizeof(*out->rows));
	map_init(&p.titles);
	map_init(&p.shortcuts);
	csv_feed(reader, text.data, text.length);
	csv_end(reader);
	csv_destroy(reader);
	map_fini(&p.titles);
	map_fini(&p.shortcuts);
}

/* --- writing ------------------------------------------------------------------------------ */

static void
write_field(struct buf *out, const char *text, char end)
{
	csv_write_field(out, text, strlen(text), 1);
	if (end == '\n') {
		buf_puts(out, "\r\n");
	} else {
		buf_putc(out, end);
	}
}

void
quick_csv_write(struct buf *out, const struct quick_reply *items, size_t count,
	bool chinese)
{
	buf_puts(out, "\xEF\xBB\xBF");
	buf_puts(out,
		chinese ? "目录,标题,快捷码,内容,使用次数\r\n"
				: "folder,title,shortcut,text,used\r\n");
	for (size_t i = 0; i < count; i++) {
		const struct quick_reply *q = &items[i];

		write_field(out, q->folder, ',');
		write_field(out, q->title, ',');
		write_field(out, q->shortcut != NULL ? q->shortcut : "", ',');
		write_field(out, q->body, ',');
		buf_printf(out, "%lld\r\n", (long long)q->used);
	}
}
