#include "api/rule_file.h"

#include <string.h>

#include "api/rule_csv.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/charset.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/map.h"

enum { FORMAT_VERSION = 1 };

struct parse {
	struct rule_file *file;
	struct arena *arena;
	struct map titles; /* hash → the row with it */
};

/* --- a row, wherever it comes from -------------------------------------------------------- */

/* Items of a menu get any rule for the check: theirs are not known yet. */
static enum err
check_rule(struct arena *a, const struct rule_file_row *row, struct error *e)
{
	struct rule rule = row->rule;
	struct rule_menu_item *menu = arena_alloc(a, RULE_MENU_MAX * sizeof(*menu));

	for (size_t i = 0; i < rule.menu_count; i++) {
		menu[i] = rule.menu[i];
		menu[i].rule = row->targets[i] != NULL && row->targets[i][0] != '\0';
	}
	rule.menu = menu;
	return rule_check(&rule, e);
}

static void
take_row(struct parse *p)
{
	struct rule_file *f = p->file;
	struct rule_file_row *row = &f->rows[f->row_count];
	uint64_t key = map_hash(row->rule.title, strlen(row->rule.title));
	struct error e = {0};

	if (strstr(row->rule.title, "\xEF\xBF\xBD") != NULL) {
		table_add_bad(&f->report, row->line, "unreadable", row->rule.title, NULL);
	} else if (check_rule(p->arena, row, &e) != ERR_OK) {
		table_add_bad(&f->report, row->line, "wrong_rule", row->rule.title,
			arena_strdup(p->arena, e.text));
	} else if (map_get(&p->titles, key) != NULL) {
		table_add_bad(&f->report, row->line, "repeated_title", row->rule.title, NULL);
	} else {
		map_put(&p->titles, key, row);
		f->row_count++;
	}
}

static struct rule_file_row *
next_row(struct parse *p, size_t line)
{
	struct rule_file_row *row = &p->file->rows[p->file->row_count];

	if (p->file->row_count == RULE_FILE_ROWS_MAX) {
		table_add_bad(&p->file->report, line, "too_many", "", NULL);
		return NULL;
	}
	*row = (struct rule_file_row){.line = line};
	return row;
}

/* --- a table ------------------------------------------------------------------------------ */

static size_t
find_column(struct slice heading)
{
	return rule_column_find(heading);
}

static const char *
heading_problem(const bool *there)
{
	bool words = there[COLUMN_ANY] || there[COLUMN_ALL] || there[COLUMN_PATTERN];

	return there[COLUMN_TITLE] && words
		? NULL
		: "the first line must name the columns: a title and words at least";
}

static void
read_cells(void *ctx, size_t line, char *const *cells)
{
	struct parse *p = ctx;
	struct rule_file_row *row = next_row(p, line);
	enum rule_column where = COLUMN_TITLE;
	const char *problem;

	if (row == NULL) {
		return;
	}
	problem = rule_cells_read(p->arena, (const char *const *)cells, row, &where);
	if (problem != NULL) {
		table_add_bad(&p->file->report, line, problem, row->rule.title,
			rule_column_heading(where, false));
		return;
	}
	take_row(p);
}

/* --- JSON --------------------------------------------------------------------------------- */

static void
parse_object(struct parse *p, const struct json *item, size_t number)
{
	struct rule_file_row *row = next_row(p, number);
	const struct json *titles = json_get(item, "menu_titles");
	struct error e = {0};

	if (row == NULL) {
		return;
	}
	if (rule_decode(item, p->arena, &row->rule, &e) != ERR_OK) {
		const char *title = json_string(item, "title");

		table_add_bad(&p->file->report, number, "wrong_rule",
			arena_strdup(p->arena, title != NULL ? title : ""),
			arena_strdup(p->arena, e.text));
		return;
	}
	for (size_t i = 0; i < row->rule.menu_count; i++) {
		const char *to = json_string_value(json_at(titles, i), NULL);

		if (!row->rule.menu[i].human) {
			row->targets[i] = arena_strdup(p->arena, to != NULL ? to : "");
		}
	}
	row->rule.id = 0;
	row->rule.version = 0;
	row->rule.updated_at = 0;
	take_row(p);
}

static void
parse_json(struct parse *p, struct slice text)
{
	struct json *root = NULL;
	struct error e = {0};
	const struct json *rules;

	p->file->report.format = "json";
	if (json_parse(text.data, text.length, &root, &e) != ERR_OK) {
		p->file->report.problem = arena_strdup(p->arena, e.text);
		return;
	}
	rules = json_is_array(root) ? root : json_get(root, "rules");
	if (!json_is_array(rules)) {
		p->file->report.problem = "has no list of rules";
	}
	for (size_t i = 0; json_is_array(rules) && i < json_length(rules); i++) {
		parse_object(p, json_at(rules, i), i + 1);
	}
	json_free(root);
}

void
rule_file_parse(struct arena *a, const char *data, size_t length, struct rule_file *out)
{
	static const struct table_form form = {
		.column_count = COLUMN_COUNT,
		.find = find_column,
		.problem = heading_problem,
		.row = read_cells,
	};
	enum charset charset = charset_guess(data, length);
	struct slice text = charset_decode(a, charset, data, length);
	struct slice start = table_trimmed(text);
	struct parse p = {.file = out, .arena = a};

	*out = (struct rule_file){.report = {
								  .charset = charset_name(charset),
								  .format = "csv",
								  .explained = true,
							  }};
	out->rows = arena_alloc(a, (RULE_FILE_ROWS_MAX + 1) * sizeof(*out->rows));
	map_init(&p.titles);
	if (start.length > 0 && (start.data[0] == '{' || start.data[0] == '[')) {
		parse_json(&p, text);
	} else {
		table_read_csv(a, text, &form, &p, &out->report);
	}
	map_fini(&p.titles);
}

/* --- writing ------------------------------------------------------------------------------ */

static void
end_field(struct buf *out, int column)
{
	if (column == COLUMN_COUNT - 1) {
		buf_puts(out, "\r\n");
	} else {
		buf_putc(out, ',');
	}
}

void
rule_file_write_csv(struct buf *out, const struct rule_file_row *rows, size_t count,
	bool chinese)
{
	struct arena *scratch = arena_create();

	buf_puts(out, "\xEF\xBB\xBF");
	for (int column = 0; column < COLUMN_COUNT; column++) {
		buf_puts(out, rule_column_heading((enum rule_column)column, chinese));
		end_field(out, column);
	}
	for (size_t i = 0; i < count; i++) {
		for (int column = 0; column < COLUMN_COUNT; column++) {
			const char *text = rule_cell_write(scratch, &rows[i],
				(enum rule_column)column);

			csv_write_field(out, text, strlen(text), column != COLUMN_PRIORITY);
			end_field(out, column);
		}
		arena_reset(scratch);
	}
	arena_destroy(scratch);
}

static void
write_object(struct json_writer *w, const struct rule_file_row *row)
{
	struct rule rule = row->rule;
	struct rule_menu_item menu[RULE_MENU_MAX];

	rule.id = 0;
	rule.version = 0;
	rule.updated_at = 0;
	for (size_t i = 0; i < rule.menu_count; i++) {
		menu[i] = rule.menu[i];
		menu[i].rule = 0;
	}
	rule.menu = menu;
	jw_object(w);
	rule_encode(&rule, w);
	jw_key(w, "menu_titles");
	jw_array(w);
	for (size_t i = 0; i < rule.menu_count; i++) {
		jw_string(w, row->targets[i]);
	}
	jw_array_end(w);
	jw_object_end(w);
}

void
rule_file_write_json(struct buf *out, const struct rule_file_row *rows, size_t count)
{
	struct json_writer w;

	jw_init(&w, out);
	jw_object(&w);
	jw_ki64(&w, "trunkline_rules", FORMAT_VERSION);
	jw_key(&w, "rules");
	jw_array(&w);
	for (size_t i = 0; i < count; i++) {
		write_object(&w, &rows[i]);
	}
	jw_array_end(&w);
	jw_object_end(&w);
}
