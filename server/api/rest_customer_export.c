/* GET /api/v1/customers/export: the filtered list as CSV for a spreadsheet. It is written to a
 * file in the data folder piece by piece, each piece a turn on a reader thread, then audited and
 * sent; a right of its own. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/app.h"
#include "api/customer_query.h"
#include "api/exchange.h"
#include "api/export_file.h"
#include "api/export_reply.h"
#include "api/export_right.h"
#include "api/export_row.h"
#include "api/file_name.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "store/read.h"

enum {
	PIECE = 200,
	ROW_BYTES_MAX = 256 * 1024,
};

/* Headings that an import knows, too; it passes over the last three, which have their ways. */
static const struct {
	const char *zh;
	const char *en;
} headings[] = {
	{"客户号", "Customer no."},
	{"姓名", "Name"},
	{"性别", "Gender"},
	{"语言", "Language"},
	{"单位", "Company"},
	{"负责人", "Owner"},
	{"手机号", "Phone"},
	{"邮箱", "Email"},
	{"微信号", "WeChat"},
	{"备注", "Remark"},
	{"标签", "Tags"},
	{"意图", "Intent"},
	{"话题", "Topics"},
};

struct column {
	const struct field *field;
	struct field_choice *choices;
	size_t choice_count;
};

struct exporting {
	struct customer_query query;
	const char *path;
	bool english;
	const char *wishes; /* for the audit */
	FILE *file;         /* open within one piece only */
	bool begun;
	struct field *fields;
	struct column *columns;
	size_t column_count;
	struct staff *staff;
	size_t staff_count;
	int64_t rows;
	bool ended;
};

/* --- a row -------------------------------------------------------------------------------- */

static void
put_contact(struct export_row *row, const struct contact_point *contacts, size_t count,
	const char *kind)
{
	const char *value = "";

	for (size_t i = 0; i < count && value[0] == '\0'; i++) {
		value = strcmp(contacts[i].kind, kind) == 0 ? contacts[i].value : "";
	}
	export_row_text(row, value);
}

static const char *
choice_text(const struct exporting *x, const struct column *c, const char *key,
	size_t length)
{
	for (size_t i = 0; i < c->choice_count; i++) {
		const struct field_choice *choice = &c->choices[i];

		if (strlen(choice->key) == length && memcmp(choice->key, key, length) == 0) {
			const char *first = x->english ? choice->en : choice->zh;

			return first[0] != '\0' ? first : x->english ? choice->zh : choice->en;
		}
	}
	return "";
}

static void
put_value(struct export_row *row, const struct exporting *x, const struct column *c,
	const char *text, struct arena *a)
{
	const char *joined = "";

	if (c->field->kind == FIELD_YES_NO && text[0] != '\0') {
		bool yes = strcmp(text, "true") == 0;

		export_row_text(row, x->english ? (yes ? "yes" : "no") : (yes ? "是" : "否"));
		return;
	}
	if (c->field->kind != FIELD_CHOICE && c->field->kind != FIELD_MULTI_CHOICE) {
		export_row_text(row, text);
		return;
	}
	for (const char *p = text; *p != '\0';) {
		size_t length = strcspn(p, "\n");

		joined = arena_printf(a, "%s%s%s", joined, joined[0] != '\0' ? ";" : "",
			choice_text(x, c, p, length));
		p += length + (p[length] == '\n');
	}
	export_row_text(row, joined);
}

/* Customers who were joined may both have one: it is told once. */
static bool
told_before(const struct customer_tag *tags, size_t place)
{
	for (size_t i = 0; i < place; i++) {
		if (tags[i].kind == tags[place].kind &&
			strcmp(tags[i].text, tags[place].text) == 0) {
			return true;
		}
	}
	return false;
}

static void
put_tags(struct export_row *row, const struct customer_tag *tags, size_t count,
	enum tag_kind kind)
{
	struct buf joined;

	buf_init(&joined, ROW_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		if (tags[i].kind == kind && !told_before(tags, i)) {
			buf_printf(&joined, "%s%s", joined.length > 0 ? ";" : "", tags[i].text);
		}
	}
	export_row_text(row, joined.data);
	buf_fini(&joined);
}

static const char *
gender_text(const struct exporting *x, const char *gender)
{
	if (x->english || gender[0] == '\0') {
		return gender;
	}
	return strcmp(gender, "female") == 0 ? "女" : "男";
}

static enum err
write_row(struct exporting *x, struct reader *reader, const struct customer_item *item,
	struct arena *a, struct export_row *row, struct error *e)
{
	const struct customer *c = &item->customer;
	struct contact_point *contacts;
	struct field_value *values;
	struct customer_tag *tags;
	size_t contact_count;
	size_t value_count;
	size_t tag_count;
	enum err rc = read_contacts(reader, c->id, a, &contacts, &contact_count, e);

	if (rc == ERR_OK) {
		rc = read_values(reader, c->id, a, &values, &value_count, e);
	}
	if (rc == ERR_OK) {
		rc = read_tags(reader, c->id, a, &tags, &tag_count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	buf_clear(row->out);
	export_row_text(row, c->external_id);
	export_row_text(row, c->name);
	export_row_text(row, gender_text(x, c->gender));
	export_row_text(row, c->language);
	export_row_text(row, c->company);
	export_row_text(row, export_staff_name(x->staff, x->staff_count, c->owner));
	put_contact(row, contacts, contact_count, "phone");
	put_contact(row, contacts, contact_count, "email");
	put_contact(row, contacts, contact_count, "wechat");
	export_row_text(row, c->remark);
	put_tags(row, tags, tag_count, TAG_TAG);
	put_tags(row, tags, tag_count, TAG_INTENT);
	put_tags(row, tags, tag_count, TAG_TOPIC);
	for (size_t i = 0; i < x->column_count; i++) {
		const char *text = "";

		for (size_t k = 0; k < value_count; k++) {
			text = values[k].field == x->columns[i].field->id ? values[k].text : text;
		}
		put_value(row, x, &x->columns[i], text, a);
	}
	export_row_time(row, c->created_at);
	export_row_time(row, item->last_contact_at);
	export_row_end(row);
	return ERR_OK;
}

/* --- the file ----------------------------------------------------------------------------- */

static enum err
read_house(struct exporting *x, struct reader *reader, struct arena *a, struct error *e)
{
	size_t count;
	enum err rc = read_fields(reader, a, &x->fields, &count, e);

	if (rc == ERR_OK) {
		rc = customer_query_resolve(&x->query, x->fields, count, a, e);
	}
	if (rc == ERR_OK) {
		rc = read_staff_list(reader, a, &x->staff, &x->staff_count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	x->columns = arena_alloc(a, (count + 1) * sizeof(*x->columns));
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		struct column *c = &x->columns[x->column_count];

		if (x->fields[i].active) {
			c->field = &x->fields[i];
			rc = field_choices(c->field->choices, a, &c->choices, &c->choice_count, e);
			x->column_count++;
		}
	}
	return rc;
}

static enum err
open_file(struct exporting *x, struct export_row *row, struct error *e)
{
	enum err rc = export_file_begin(x->path, &x->file, e);

	if (rc != ERR_OK) {
		return rc;
	}
	buf_puts(row->out, EXPORT_MARK);
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		export_row_text(row, x->english ? headings[i].en : headings[i].zh);
	}
	for (size_t i = 0; i < x->column_count; i++) {
		const struct field *f = x->columns[i].field;
		const char *first = x->english ? f->label_en : f->label_zh;

		export_row_text(row,
			first[0] != '\0' ? first
				: x->english ? f->label_zh
							 : f->label_en);
	}
	export_row_text(row, x->english ? "Created" : "建立时间");
	export_row_text(row, x->english ? "Last contact" : "最近联系");
	export_row_end(row);
	x->begun = true;
	return export_file_take(x->file, row->out, e);
}

static enum err
write_piece(struct exporting *x, struct reader *reader, struct export_row *row,
	struct error *e)
{
	struct arena *a = arena_create();
	struct customer_filter *f = &x->query.filter;
	struct customer_item *items;
	size_t count = 0;
	enum err rc = read_customers(reader, f, a, &items, &count, e);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		rc = write_row(x, reader, &items[i], a, row, e);
		if (rc == ERR_OK) {
			rc = export_file_take(x->file, row->out, e);
		}
	}
	x->rows += (int64_t)count;
	x->ended = count < f->limit;
	if (rc == ERR_OK && !x->ended) {
		f->after_at = items[count - 1].place_at;
		f->after_id = items[count - 1].place_id;
	}
	arena_destroy(a);
	return rc;
}

static enum err
run_piece(struct reading *r, struct reader *reader, struct error *e)
{
	struct exporting *x = r->parameters;
	struct buf out;
	struct export_row row = {.out = &out};
	enum err rc;

	buf_init(&out, ROW_BYTES_MAX);
	x->file = NULL;
	if (x->begun) {
		rc = export_file_continue(x->path, &x->file, e);
	} else {
		rc = read_house(x, reader, r->arena, e);
		if (rc == ERR_OK) {
			rc = open_file(x, &row, e);
		}
	}
	if (rc == ERR_OK) {
		rc = write_piece(x, reader, &row, e);
	}
	if (x->file != NULL) {
		enum err closed = export_file_end(x->file, rc == ERR_OK ? e : NULL);

		rc = rc != ERR_OK ? rc : closed;
	}
	if (rc != ERR_OK) {
		(void)unlink(x->path);
	}
	buf_fini(&out);
	return rc;
}

/* --- the loop's part ---------------------------------------------------------------------- */

static void
piece_done(struct reading *r)
{
	struct exporting *e = r->parameters;
	struct exchange *x = r->exchange;
	struct export_reply reply = {
		.disposition = "attachment; filename=\"customers.csv\"",
		.type = "text/csv; charset=utf-8",
	};
	struct change *c;

	if (!e->ended) {
		reading_start(r);
		return;
	}
	c = exchange_change(x, CHANGE_AUDIT);
	c->audit.action = "customers.exported";
	c->audit.subject_kind = "customers";
	c->audit.detail = arena_printf(c->arena, "%lld customers; %s", (long long)e->rows,
		e->wishes);
	reply.path = e->path;
	export_finish(x, c, &reply);
	reading_destroy(r);
}

static const char *
wishes_of(struct exchange *x, struct arena *a)
{
	static const char *const names[] = {"q", "owner", "unit", "channel_kind", "known",
		"created_from", "created_to", "contact_from", "contact_to", "where"};

	return export_wishes(x, a, names, sizeof(names) / sizeof(names[0]));
}

static void
start_export(struct exchange *x)
{
	const char *language;
	struct exporting *e;
	struct reading *r;
	struct input in;

	if (!export_allowed(x->app, &x->who.actor)) {
		exchange_fail(x, ERR_DENIED, NULL, "your role may not export customers");
		return;
	}
	r = reading_create(x, sizeof(*e));
	e = r->parameters;
	input_init(&in, x, r->arena);
	customer_query_read(&in, &e->query);
	language = query_text(&in, "language", 12);
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	e->query.filter.scope = r->scope;
	e->query.filter.limit = PIECE;
	e->english = str_equals(language, "en");
	e->path = export_file_path(x->app, r->arena, ".csv");
	e->wishes = wishes_of(x, r->arena);
	r->run = run_piece;
	r->done = piece_done;
	reading_start(r);
}

static void
export_customers(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:export"};

	exchange_begin(rq, app, &access, start_export);
}

const struct http_route customer_export_routes[] = {
	{"GET", "/api/v1/customers/export", export_customers, 0},
	{0},
};
