/* GET /api/v1/customers/export: the filtered list as CSV for a spreadsheet. It is written to a
 * file in the data folder piece by piece, each piece a turn on a reader thread, then audited and
 * sent; a right of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/app.h"
#include "api/customer_query.h"
#include "api/exchange.h"
#include "api/export_file.h"
#include "api/export_reply.h"
#include "api/export_right.h"
#include "api/file_name.h"
#include "api/input.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/str.h"
#include "model/change.h"
#include "store/read.h"

enum {
	PIECE = 200,
	ROW_BYTES_MAX = 256 * 1024,
};

/* Headings that an import knows, too. */
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
put(struct buf *out, const char *text)
{
	if (out->length > 0) {
		buf_putc(out, ',');
	}
	csv_write_field(out, text != NULL ? text : "", text != NULL ? strlen(text) : 0, 1);
}

static const char *
owner_name(const struct exporting *x, uint64_t id)
{
	for (size_t i = 0; i < x->staff_count; i++) {
		if (x->staff[i].id == id) {
			return x->staff[i].name;
		}
	}
	return "";
}

static void
put_contact(struct buf *out, const struct contact_point *contacts, size_t count,
	const char *kind)
{
	const char *value = "";

	for (size_t i = 0; i < count && value[0] == '\0'; i++) {
		value = strcmp(contacts[i].kind, kind) == 0 ? contacts[i].value : "";
	}
	put(out, value);
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
put_value(struct buf *out, const struct exporting *x, const struct column *c,
	const char *text, struct arena *a)
{
	const char *joined = "";

	if (c->field->kind == FIELD_YES_NO && text[0] != '\0') {
		bool yes = strcmp(text, "true") == 0;

		put(out, x->english ? (yes ? "yes" : "no") : (yes ? "是" : "否"));
		return;
	}
	if (c->field->kind != FIELD_CHOICE && c->field->kind != FIELD_MULTI_CHOICE) {
		put(out, text);
		return;
	}
	for (const char *p = text; *p != '\0';) {
		size_t length = strcspn(p, "\n");

		joined = arena_printf(a, "%s%s%s", joined, joined[0] != '\0' ? ";" : "",
			choice_text(x, c, p, length));
		p += length + (p[length] == '\n');
	}
	put(out, joined);
}

static void
put_time(struct buf *out, int64_t at)
{
	char text[TIME_TEXT_SIZE] = "";

	if (at != 0) {
		time_format(at, text);
	}
	put(out, text);
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
	struct arena *a, struct buf *out, struct error *e)
{
	const struct customer *c = &item->customer;
	struct contact_point *contacts;
	struct field_value *values;
	size_t contact_count;
	size_t value_count;
	enum err rc = read_contacts(reader, c->id, a, &contacts, &contact_count, e);

	if (rc == ERR_OK) {
		rc = read_values(reader, c->id, a, &values, &value_count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	buf_clear(out);
	csv_write_field(out, c->external_id != NULL ? c->external_id : "",
		c->external_id != NULL ? strlen(c->external_id) : 0, 1);
	if (out->length == 0) {
		buf_puts(out, "\"\"");
	}
	put(out, c->name);
	put(out, gender_text(x, c->gender));
	put(out, c->language);
	put(out, c->company);
	put(out, owner_name(x, c->owner));
	put_contact(out, contacts, contact_count, "phone");
	put_contact(out, contacts, contact_count, "email");
	put_contact(out, contacts, contact_count, "wechat");
	put(out, c->remark);
	for (size_t i = 0; i < x->column_count; i++) {
		const char *text = "";

		for (size_t k = 0; k < value_count; k++) {
			text = values[k].field == x->columns[i].field->id ? values[k].text : text;
		}
		put_value(out, x, &x->columns[i], text, a);
	}
	put_time(out, c->created_at);
	put_time(out, item->last_contact_at);
	buf_puts(out, "\r\n");
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
open_file(struct exporting *x, struct buf *out, struct error *e)
{
	enum err rc = export_file_begin(x->path, &x->file, e);

	if (rc != ERR_OK) {
		return rc;
	}
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		put(out, x->english ? headings[i].en : headings[i].zh);
	}
	for (size_t i = 0; i < x->column_count; i++) {
		const struct field *f = x->columns[i].field;
		const char *first = x->english ? f->label_en : f->label_zh;

		put(out, first[0] != '\0' ? first : x->english ? f->label_zh : f->label_en);
	}
	put(out, x->english ? "Created" : "建立时间");
	put(out, x->english ? "Last contact" : "最近联系");
	buf_puts(out, "\r\n");
	/* The mark by which spreadsheets know UTF-8. */
	fputs("\xef\xbb\xbf", x->file);
	x->begun = true;
	return export_file_write(x->file, out->data, out->length, e);
}

static enum err
write_piece(struct exporting *x, struct reader *reader, struct buf *out, struct error *e)
{
	struct arena *a = arena_create();
	struct customer_filter *f = &x->query.filter;
	struct customer_item *items;
	size_t count = 0;
	enum err rc = read_customers(reader, f, a, &items, &count, e);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		rc = write_row(x, reader, &items[i], a, out, e);
		if (rc == ERR_OK) {
			rc = export_file_write(x->file, out->data, out->length, e);
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
	enum err rc;
	struct buf out;

	buf_init(&out, ROW_BYTES_MAX);
	x->file = NULL;
	if (x->begun) {
		rc = export_file_continue(x->path, &x->file, e);
	} else {
		rc = read_house(x, reader, r->arena, e);
		if (rc == ERR_OK) {
			rc = open_file(x, &out, e);
		}
	}
	if (rc == ERR_OK) {
		rc = write_piece(x, reader, &out, e);
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
