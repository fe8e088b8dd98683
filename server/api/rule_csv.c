#include "api/rule_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"

enum { CELL_MAX = 256 * 1024, PARTS_MAX = RULE_TERMS_MAX };
#define REPLY_MARK "---"
#define MENU_MARK "=>"
#define MENU_PERSON "@"

static const char *const headings[COLUMN_COUNT][4] = {
	[COLUMN_FOLDER] = {"folder", "目录", "分类", NULL},
	[COLUMN_TITLE] = {"title", "标题", "问题", NULL},
	[COLUMN_ENABLED] = {"enabled", "启用", NULL},
	[COLUMN_PRIORITY] = {"priority", "优先级", NULL},
	[COLUMN_MATCH] = {"match", "匹配方式", NULL},
	[COLUMN_ANY] = {"any words", "任一词", "关键词", "any"},
	[COLUMN_ALL] = {"all words", "全部词", "all", NULL},
	[COLUMN_NONE] = {"no words", "排除词", "none", NULL},
	[COLUMN_PATTERN] = {"pattern", "正则", NULL},
	[COLUMN_CHANNELS] = {"channels", "渠道", NULL},
	[COLUMN_HOURS] = {"hours", "时段", NULL},
	[COLUMN_COOLDOWN] = {"cooldown seconds", "冷却秒数", NULL},
	[COLUMN_REPLIES] = {"replies", "回复", "答案", "answer"},
	[COLUMN_PICK] = {"pick", "多条回复", NULL},
	[COLUMN_MENU] = {"menu", "菜单", NULL},
	[COLUMN_HUMAN] = {"person", "转人工", NULL},
	[COLUMN_HELPFUL] = {"did this help", "询问是否解决", NULL},
	[COLUMN_INTENT] = {"intent", "意图", NULL},
	[COLUMN_TAGS] = {"tags", "标签", NULL},
	[COLUMN_TOPICS] = {"topics", "话题", NULL},
};

struct word {
	const char *code;        /* written */
	const char *const *also; /* read as well; ends with NULL */
};

static const struct word match_words[] = {
	[RULE_EXACT] = {"exact", (const char *const[]){"完全一致", "精确", NULL}},
	[RULE_PREFIX] = {"prefix", (const char *const[]){"开头", NULL}},
	[RULE_CONTAINS] = {"contains", (const char *const[]){"包含", "", NULL}},
	[RULE_PATTERN] = {"pattern", (const char *const[]){"正则", NULL}},
};
static const struct word hours_words[] = {
	[RULE_ALWAYS] = {"always", (const char *const[]){"全天", "", NULL}},
	[RULE_OPEN] = {"open", (const char *const[]){"工作时间", NULL}},
	[RULE_CLOSED] = {"closed", (const char *const[]){"非工作时间", NULL}},
};
static const struct word pick_words[] = {
	[RULE_PICK_ROTATE] = {"rotate", (const char *const[]){"轮流", "", NULL}},
	[RULE_PICK_RANDOM] = {"random", (const char *const[]){"随机", NULL}},
	[RULE_PICK_ALL] = {"all", (const char *const[]){"全部", NULL}},
};
static const struct word flag_words[] = {
	{"no", (const char *const[]){"否", "0", "false", "", NULL}},
	{"yes", (const char *const[]){"是", "1", "true", NULL}},
};
#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

const char *
rule_column_heading(enum rule_column column, bool chinese)
{
	return headings[column][chinese ? 1 : 0];
}

enum rule_column
rule_column_find(struct slice heading)
{
	for (int column = 0; column < COLUMN_COUNT; column++) {
		for (size_t i = 0; i < 4 && headings[column][i] != NULL; i++) {
			const char *name = headings[column][i];

			if (strlen(name) == heading.length &&
				strncasecmp(name, heading.data, heading.length) == 0) {
				return (enum rule_column)column;
			}
		}
	}
	return COLUMN_COUNT;
}

/* --- lists -------------------------------------------------------------------------------- */

/* Marks in the middle of a text are kept by a backslash: those of lines, menus and itself. */
static void
put_item(struct buf *out, const char *text, bool lines)
{
	size_t mark = strlen(REPLY_MARK);

	if (lines && strncmp(text, REPLY_MARK, mark) == 0) {
		buf_putc(out, '\\');
	}
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\\') {
			buf_puts(out, "\\\\");
		} else if (*p == '\n' && !lines) {
			buf_puts(out, "\\n");
		} else if (!lines && strncmp(p, MENU_MARK, strlen(MENU_MARK)) == 0) {
			buf_puts(out, "=\\>");
			p++;
		} else {
			buf_putc(out, *p);
			if (*p == '\n' && strncmp(p + 1, REPLY_MARK, mark) == 0) {
				buf_putc(out, '\\');
			}
		}
	}
}

static char *
unescaped(struct arena *a, const char *text, size_t length)
{
	char *out = arena_alloc(a, length + 1);
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\\' && i + 1 < length) {
			i++;
			out[n++] = text[i] == 'n' ? '\n' : text[i];
		} else {
			out[n++] = text[i];
		}
	}
	return out;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice
trimmed(const char *text, size_t length)
{
	while (length > 0 && blank(text[0])) {
		text++;
		length--;
	}
	while (length > 0 && blank(text[length - 1])) {
		length--;
	}
	return (struct slice){text, length};
}

/* The lines that are not blank; false: too many. */
static bool
split_lines(struct arena *a, const char *cell, const char *const **out, size_t *count)
{
	const char **items = arena_alloc(a, (PARTS_MAX + 1) * sizeof(*items));
	size_t n = 0;

	while (cell != NULL && *cell != '\0') {
		size_t length = strcspn(cell, "\n");
		struct slice line = trimmed(cell, length);

		if (line.length > 0) {
			if (n == PARTS_MAX) {
				return false;
			}
			items[n++] = unescaped(a, line.data, line.length);
		}
		cell += length + (cell[length] == '\n');
	}
	*out = items;
	*count = n;
	return true;
}

/* What stands between lines that are the mark and nothing else. */
static bool
split_replies(struct arena *a, const char *cell, const char *const **out, size_t *count)
{
	const char **items = arena_alloc(a, (RULE_REPLIES_MAX + 1) * sizeof(*items));
	const char *begin = cell;
	size_t n = 0;

	while (cell != NULL && begin != NULL) {
		const char *line = begin;
		const char *next = NULL;
		struct slice text;

		while (*line != '\0') {
			size_t length = strcspn(line, "\n");

			if (slice_equals(trimmed(line, length), REPLY_MARK)) {
				next = line + length + (line[length] == '\n');
				break;
			}
			line += length + (line[length] == '\n');
		}
		text = trimmed(begin, (size_t)(line - begin));
		if (text.length > 0) {
			if (n == RULE_REPLIES_MAX) {
				return false;
			}
			items[n++] = unescaped(a, text.data, text.length);
		}
		begin = next;
	}
	*out = items;
	*count = n;
	return true;
}

static bool
split_menu(struct arena *a, const char *cell, struct rule_file_row *out)
{
	struct rule_menu_item *items = arena_alloc(a, RULE_MENU_MAX * sizeof(*items));
	size_t n = 0;

	out->rule.menu = items;
	while (cell != NULL && *cell != '\0') {
		size_t length = strcspn(cell, "\n");
		struct slice line = trimmed(cell, length);
		const char *mark = memmem(line.data, line.length, MENU_MARK, strlen(MENU_MARK));

		cell += length + (cell[length] == '\n');
		if (line.length == 0) {
			continue;
		}
		if (mark == NULL || n == RULE_MENU_MAX) {
			return false;
		}
		struct slice label = trimmed(line.data, (size_t)(mark - line.data));
		const char *rest = mark + strlen(MENU_MARK);
		struct slice to = trimmed(rest, (size_t)(line.data + line.length - rest));

		items[n].label = unescaped(a, label.data, label.length);
		items[n].human = slice_equals(to, MENU_PERSON);
		out->targets[n] = items[n].human ? NULL : unescaped(a, to.data, to.length);
		n++;
	}
	out->rule.menu_count = n;
	return true;
}

/* --- words -------------------------------------------------------------------------------- */

static bool
find_word(const char *cell, const struct word *words, size_t count, size_t *out)
{
	struct slice text = cell != NULL ? trimmed(cell, strlen(cell))
									 : (struct slice){"", 0};

	for (size_t i = 0; i < count; i++) {
		if (words[i].code == NULL) {
			continue;
		}
		if (text.length == strlen(words[i].code) &&
			strncasecmp(text.data, words[i].code, text.length) == 0) {
			*out = i;
			return true;
		}
		for (const char *const *also = words[i].also; *also != NULL; also++) {
			if (slice_equals(text, *also)) {
				*out = i;
				return true;
			}
		}
	}
	return false;
}

static bool
find_flag(const char *cell, bool absent, bool *out)
{
	size_t index = 0;

	if (cell == NULL || cell[0] == '\0') {
		*out = absent;
		return true;
	}
	if (!find_word(cell, flag_words, COUNT_OF(flag_words), &index)) {
		return false;
	}
	*out = index == 1;
	return true;
}

static bool
read_seconds(const char *cell, int64_t *out_ms)
{
	char *end = NULL;
	double seconds;

	*out_ms = 0;
	if (cell == NULL || cell[0] == '\0') {
		return true;
	}
	seconds = strtod(cell, &end);
	if (*end != '\0' || !(seconds >= 0 && seconds < 1e9)) {
		return false;
	}
	*out_ms = (int64_t)(seconds * 1000 + 0.5);
	return true;
}

/* --- a row -------------------------------------------------------------------------------- */

static const char *
line_of(struct arena *a, const char *cell)
{
	struct slice s = cell != NULL ? trimmed(cell, strlen(cell)) : (struct slice){"", 0};
	char *text = arena_strndup(a, s.data, s.length);

	for (char *p = text; *p != '\0'; p++) {
		*p = *p == '\n' || *p == '\t' ? ' ' : *p;
	}
	return text;
}

static bool
read_lists(struct arena *a, const char *const cells[COLUMN_COUNT],
	struct rule_file_row *out, enum rule_column *where)
{
	struct rule *r = &out->rule;
	const struct {
		enum rule_column column;
		const char *const **list;
		size_t *count;
	} lists[] = {
		{COLUMN_ANY, &r->any, &r->any_count},
		{COLUMN_ALL, &r->all, &r->all_count},
		{COLUMN_NONE, &r->none, &r->none_count},
		{COLUMN_CHANNELS, &r->channels, &r->channel_count},
		{COLUMN_TAGS, &r->tags, &r->tag_count},
		{COLUMN_TOPICS, &r->topics, &r->topic_count},
	};

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		*where = lists[i].column;
		if (!split_lines(a, cells[*where], lists[i].list, lists[i].count)) {
			return false;
		}
	}
	*where = COLUMN_REPLIES;
	return split_replies(a, cells[COLUMN_REPLIES], &r->replies, &r->reply_count);
}

static bool
read_choices(const char *const cells[COLUMN_COUNT], struct rule *r,
	enum rule_column *where)
{
	size_t match = 0;
	size_t hours = 0;
	size_t pick = 0;

	*where = COLUMN_MATCH;
	if (!find_word(cells[COLUMN_MATCH], match_words, COUNT_OF(match_words), &match)) {
		return false;
	}
	*where = COLUMN_HOURS;
	if (!find_word(cells[COLUMN_HOURS], hours_words, COUNT_OF(hours_words), &hours)) {
		return false;
	}
	*where = COLUMN_PICK;
	if (!find_word(cells[COLUMN_PICK], pick_words, COUNT_OF(pick_words), &pick)) {
		return false;
	}
	r->match = (enum rule_match)match;
	r->hours = (enum rule_hours)hours;
	r->pick = (enum rule_pick)pick;
	*where = COLUMN_ENABLED;
	if (!find_flag(cells[COLUMN_ENABLED], true, &r->enabled)) {
		return false;
	}
	*where = COLUMN_HUMAN;
	if (!find_flag(cells[COLUMN_HUMAN], false, &r->human)) {
		return false;
	}
	*where = COLUMN_HELPFUL;
	return find_flag(cells[COLUMN_HELPFUL], false, &r->ask_helpful);
}

const char *
rule_cells_read(struct arena *a, const char *const cells[COLUMN_COUNT],
	struct rule_file_row *out, enum rule_column *where)
{
	struct rule *r = &out->rule;
	const char *priority = line_of(a, cells[COLUMN_PRIORITY]);

	r->title = line_of(a, cells[COLUMN_TITLE]);
	r->folder = line_of(a, cells[COLUMN_FOLDER]);
	r->pattern = line_of(a, cells[COLUMN_PATTERN]);
	r->intent = line_of(a, cells[COLUMN_INTENT]);
	*where = COLUMN_TITLE;
	if (r->title[0] == '\0') {
		return "no_title";
	}
	*where = COLUMN_PRIORITY;
	if (priority[0] != '\0' && !str_parse_i64(priority, &r->priority)) {
		return "wrong_value";
	}
	*where = COLUMN_COOLDOWN;
	if (!read_seconds(cells[COLUMN_COOLDOWN], &r->cooldown_ms)) {
		return "wrong_value";
	}
	if (!read_choices(cells, r, where)) {
		return "wrong_value";
	}
	if (!read_lists(a, cells, out, where)) {
		return "too_many_items";
	}
	*where = COLUMN_MENU;
	return split_menu(a, cells[COLUMN_MENU], out) ? NULL : "wrong_menu";
}

/* --- writing ------------------------------------------------------------------------------ */

static void
put_list(struct buf *out, const char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			buf_putc(out, '\n');
		}
		put_item(out, items[i], false);
	}
}

static void
put_menu(struct buf *out, const struct rule_file_row *row)
{
	for (size_t i = 0; i < row->rule.menu_count; i++) {
		const char *to = row->targets[i];

		if (i > 0) {
			buf_putc(out, '\n');
		}
		put_item(out, row->rule.menu[i].label, false);
		buf_puts(out, " " MENU_MARK " ");
		if (to != NULL) {
			put_item(out, to, false);
		} else {
			buf_puts(out, MENU_PERSON);
		}
	}
}

static void
put_replies(struct buf *out, const struct rule *r)
{
	for (size_t i = 0; i < r->reply_count; i++) {
		if (i > 0) {
			buf_puts(out, "\n" REPLY_MARK "\n");
		}
		put_item(out, r->replies[i], true);
	}
}

static void
put_list_cell(struct buf *out, const struct rule_file_row *row, enum rule_column column)
{
	const struct rule *r = &row->rule;

	switch (column) {
	case COLUMN_ANY:
		put_list(out, r->any, r->any_count);
		break;
	case COLUMN_ALL:
		put_list(out, r->all, r->all_count);
		break;
	case COLUMN_NONE:
		put_list(out, r->none, r->none_count);
		break;
	case COLUMN_CHANNELS:
		put_list(out, r->channels, r->channel_count);
		break;
	case COLUMN_TAGS:
		put_list(out, r->tags, r->tag_count);
		break;
	case COLUMN_TOPICS:
		put_list(out, r->topics, r->topic_count);
		break;
	case COLUMN_MENU:
		put_menu(out, row);
		break;
	default:
		put_replies(out, r);
	}
}

static const char *
seconds_text(struct arena *a, int64_t ms)
{
	if (ms == 0) {
		return "";
	}
	return ms % 1000 == 0 ? arena_printf(a, "%lld", (long long)(ms / 1000))
						  : arena_printf(a, "%.3f", (double)ms / 1000);
}

/* NULL: not one of these columns. */
static const char *
plain_cell(struct arena *a, const struct rule *r, enum rule_column column)
{
	switch (column) {
	case COLUMN_FOLDER:
		return r->folder;
	case COLUMN_TITLE:
		return r->title;
	case COLUMN_ENABLED:
		return flag_words[r->enabled].code;
	case COLUMN_PRIORITY:
		return arena_printf(a, "%lld", (long long)r->priority);
	case COLUMN_MATCH:
		return match_words[r->match].code;
	case COLUMN_PATTERN:
		return r->pattern;
	case COLUMN_HOURS:
		return hours_words[r->hours].code;
	case COLUMN_COOLDOWN:
		return seconds_text(a, r->cooldown_ms);
	case COLUMN_PICK:
		return pick_words[r->pick].code;
	case COLUMN_HUMAN:
		return flag_words[r->human].code;
	case COLUMN_HELPFUL:
		return flag_words[r->ask_helpful].code;
	case COLUMN_INTENT:
		return r->intent;
	default:
		return NULL;
	}
}

const char *
rule_cell_write(struct arena *a, const struct rule_file_row *row, enum rule_column column)
{
	const char *plain = plain_cell(a, &row->rule, column);
	struct buf out;
	char *text;

	if (plain != NULL) {
		return plain;
	}
	buf_init(&out, CELL_MAX);
	put_list_cell(&out, row, column);
	text = arena_strndup(a, out.length > 0 ? out.data : "", out.length);
	buf_fini(&out);
	return text;
}
