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
	struct map titles; /* hash → the row with it */
	struct map shortcuts;
};

/* --- rows --------------------------------------------------------------------------------- */

static bool
names_column(struct slice s, size_t column)
{
	for (const char *const *name = headings[column]; *name != NULL; name++) {
		if (strlen(*name) == s.length && strncasecmp(*name, s.data, s.length) == 0) {
			return true;
		}
	}
	return false;
}

static size_t
find_column(struct slice heading)
{
	size_t column = 0;

	while (column < COLUMN_COUNT && !names_column(heading, column)) {
		column++;
	}
	return column;
}

static const char *
heading_problem(const bool *there)
{
	return there[COLUMN_TITLE] && there[COLUMN_TEXT]
		? NULL
		: "the first line must name the columns: title and text at least";
}

/* All but the text are of one line. */
static char *
field(const struct parse *p, char *const *cells, enum column column)
{
	struct slice s = {"", 0};
	char *text;

	if (cells[column] != NULL) {
		s = table_trimmed((struct slice){cells[column], strlen(cells[column])});
	}
	text = arena_strndup(p->arena, s.data, s.length);
	for (char *c = text; column != COLUMN_TEXT && *c != '\0'; c++) {
		*c = *c == '\n' ? ' ' : *c;
	}
	return text;
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
take_row(void *ctx, size_t line, char *const *cells)
{
	struct parse *p = ctx;
	struct quick_csv *csv = p->csv;
	struct quick_csv_row *row = &csv->rows[csv->row_count];
	struct quick_reply *q = &row->reply;
	char *shortcut = field(p, cells, COLUMN_SHORTCUT);
	const char *problem;

	if (csv->row_count == QUICK_CSV_ROWS_MAX) {
		table_add_bad(&csv->report, line, "too_many", "", NULL);
		return;
	}
	for (char *c = shortcut; *c != '\0'; c++) {
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
	}
	row->line = line;
	*q = (struct quick_reply){
		.folder = field(p, cells, COLUMN_FOLDER),
		.title = field(p, cells, COLUMN_TITLE),
		.shortcut = shortcut,
		.body = field(p, cells, COLUMN_TEXT),
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
		table_add_bad(&csv->report, line, problem, q->title, NULL);
		return;
	}
	csv->row_count++;
}

void
quick_csv_parse(struct arena *a, const char *data, size_t length, struct quick_csv *out)
{
	static const struct table_form form = {
		.column_count = COLUMN_COUNT,
		.find = find_column,
		.problem = heading_problem,
		.row = take_row,
	};
	enum charset charset = charset_guess(data, length);
	struct slice text = charset_decode(a, charset, data, length);
	struct parse p = {.csv = out, .arena = a};

	*out = (struct quick_csv){.report = {.charset = charset_name(charset)}};
	out->rows = arena_alloc(a, (QUICK_CSV_ROWS_MAX + 1) * sizeof(*out->rows));
	map_init(&p.titles);
	map_init(&p.shortcuts);
	table_read_csv(a, text, &form, &p, &out->report);
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
