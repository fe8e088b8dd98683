#include "crm/customer_import.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/str.h"
#include "crm/text_file.h"
#include "model/change.h"
#include "model/email.h"
#include "model/fact.h"
#include "store/read.h"
#include "store/store.h"

#define BAD_HEADING "line,reason"

enum {
	NAME_MAX_CHARS = 120,
	EXTERNAL_ID_MAX = 64,
	COMPANY_MAX = 200,
	REMARK_MAX = 2000,
	WECHAT_MAX = 64,
	CELL_BYTES_MAX = 8000,
	CONTACTS_MAX = 20,
	REASON_SIZE = 320,
	BAD_BYTES_MAX = 8 * 1024 * 1024, /* of one step, far more than a piece can hold */
	STEP_BYTES_MAX = 1024 * 1024,
};

struct customer_import {
	struct import_options options;
	struct arena *arena; /* the house */
	struct field *fields;
	size_t field_count;
	struct staff *staff;
	size_t staff_count;
	struct text_file *file;
	FILE *bad_file;
	struct csv_reader *csv;
	struct buf text; /* the piece that is being read */
	struct buf bad;  /* rows that are not yet in the file */
	bool headed;     /* the heading was read */
	struct import_row *rows;
	size_t row_count;
	size_t row_capacity;
	struct import_counts counts;
	customer_import_bad *on_bad;
	void *on_bad_ctx;
};

/* --- bad rows ----------------------------------------------------------------------------- */

static void
write_raw(struct buf *out, const struct csv_record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		if (i > 0) {
			buf_putc(out, ',');
		}
		csv_write_field(out, record->fields[i].data, record->fields[i].length, 1);
	}
}

static void
add_bad(struct customer_import *m, size_t line, const char *reason, const char *raw)
{
	m->counts.bad++;
	if (m->on_bad != NULL) {
		m->on_bad(m->on_bad_ctx, line, reason);
	}
	buf_printf(&m->bad, "%zu,", line);
	csv_write_field(&m->bad, reason, strlen(reason), 1);
	buf_printf(&m->bad, ",%s\r\n", raw);
}

static enum err
flush_bad(struct customer_import *m, struct error *e)
{
	bool written = m->bad_file == NULL || m->bad.length == 0 ||
		(fwrite(m->bad.data, 1, m->bad.length, m->bad_file) == m->bad.length &&
			fflush(m->bad_file) == 0);

	buf_clear(&m->bad);
	return written ? ERR_OK
				   : error_set(e, ERR_UNAVAILABLE, "the bad rows cannot be written");
}

/* --- cells -------------------------------------------------------------------------------- */

/* A row on its way: the first thing that is wrong with it is kept. */
struct making {
	struct customer_import *m;
	struct change *change;
	struct contact_point *contacts;
	struct value_change *values;
	char reason[REASON_SIZE];
};

static void __attribute__((format(printf, 2, 3)))
wrong(struct making *k, const char *fmt, ...)
{
	va_list args;

	if (k->reason[0] != '\0') {
		return;
	}
	va_start(args, fmt);
	vsnprintf(k->reason, sizeof(k->reason), fmt, args);
	va_end(args);
}

static bool
has_controls(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if ((*p < 0x20 && *p != '\n' && *p != '\t' && *p != '\r') || *p == 0x7f) {
			return true;
		}
	}
	return false;
}

/* Without blanks around it and without the apostrophe by which exports keep formulas texts;
 * NULL: nothing there, or it cannot be used. */
static const char *
cell(struct making *k, const char *what, struct slice s, size_t max)
{
	const char *text = s.data;
	size_t length = s.length;

	while (length > 0 && (*text == ' ' || *text == '\t' || *text == '\n')) {
		text++;
		length--;
	}
	while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL) {
		length--;
	}
	if (length > 1 && text[0] == '\'' && strchr("=+-@", text[1]) != NULL) {
		text++;
		length--;
	}
	if (length == 0) {
		return NULL;
	}
	if (length > CELL_BYTES_MAX || !utf8_valid(text, length) ||
		memchr(text, '\0', length) != NULL) {
		wrong(k, "%s cannot be read in this character set", what);
		return NULL;
	}
	text = arena_strndup(k->change->arena, text, length);
	if (strstr(text, "\xef\xbf\xbd") != NULL) {
		wrong(k, "%s cannot be read in this character set", what);
	} else if (has_controls(text)) {
		wrong(k, "%s contains control characters", what);
	} else if (utf8_count(text, length) > max) {
		wrong(k, "%s is longer than %zu characters", what, max);
	}
	return k->reason[0] == '\0' ? text : NULL;
}

static bool
is_one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcasecmp(text, *words) == 0) {
			return true;
		}
	}
	return false;
}

static void
take_gender(struct making *k, const char *text)
{
	static const char *const female[] = {"female", "f", "女", "女性", "女士", NULL};
	static const char *const male[] = {"male", "m", "男", "男性", "先生", NULL};

	if (is_one_of(text, female)) {
		k->change->customer.customer.gender = "female";
	} else if (is_one_of(text, male)) {
		k->change->customer.customer.gender = "male";
	} else {
		wrong(k, "gender is neither female nor male");
	}
}

static void
take_language(struct making *k, const char *text)
{
	static const char *const chinese[] = {"zh-CN", "zh", "chinese", "中文", "汉语", NULL};
	static const char *const english[] = {"en", "english", "英语", "英文", NULL};

	if (is_one_of(text, chinese)) {
		k->change->customer.customer.language = "zh-CN";
	} else if (is_one_of(text, english)) {
		k->change->customer.customer.language = "en";
	} else {
		wrong(k, "language is neither zh-CN nor en");
	}
}

/* By log-in, or by a name that only one has. */
static void
take_owner(struct making *k, const char *text)
{
	const struct customer_import *m = k->m;
	const struct staff *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < m->staff_count; i++) {
		const struct staff *s = &m->staff[i];

		if (s->active && strcmp(s->login, text) == 0) {
			k->change->customer.customer.owner = s->id;
			return;
		}
		if (s->active && strcmp(s->name, text) == 0) {
			found = s;
			count++;
		}
	}
	if (count == 1) {
		k->change->customer.customer.owner = found->id;
	} else {
		wrong(k, "owner %.60s is %s", text,
			count == 0 ? "not on the staff" : "the name of several: use the log-in");
	}
}

static void
take_contact(struct making *k, const char *kind, const char *text)
{
	struct customer_change *change = &k->change->customer;
	char number[NUMBER_SIZE];
	char email[EMAIL_SIZE];
	const char *value = text;

	if (strcmp(kind, "phone") == 0) {
		if (number_normalise(&k->m->options.plan, text, number) != NUMBER_E164) {
			wrong(k, "%.40s is not a telephone number", text);
			return;
		}
		value = number;
	} else if (strcmp(kind, "email") == 0) {
		if (!email_normalise(text, email)) {
			wrong(k, "%.60s is not an e-mail address", text);
			return;
		}
		value = email;
	}
	if (change->contact_count == CONTACTS_MAX) {
		wrong(k, "more than %d contact points", CONTACTS_MAX);
		return;
	}
	k->contacts[change->contact_count++] = (struct contact_point){
		.kind = kind,
		.value = arena_strdup(k->change->arena, value),
		.proven = true,
		.label = "",
		.source = "import",
	};
}

static void
take_value(struct making *k, const struct field *f, const char *text)
{
	struct customer_change *change = &k->change->customer;
	struct error e = {0};
	const char *normal;

	if (field_normalise(f, text, k->change->arena, &normal, &e) != ERR_OK) {
		wrong(k, "%s: %.40s %s", f->key, text, e.text);
		return;
	}
	for (size_t i = 0; i < change->value_count; i++) {
		if (strcmp(k->values[i].key, f->key) == 0) {
			wrong(k, "%s stands in two columns", f->key);
			return;
		}
	}
	k->values[change->value_count++] = (struct value_change){
		.key = arena_strdup(k->change->arena, f->key),
		.text = normal,
	};
}

static void
take_cell(struct making *k, const char *target, struct slice s)
{
	const struct customer_import *m = k->m;
	struct customer *c = &k->change->customer.customer;
	const struct field *f = customer_column_field(target, m->fields, m->field_count);
	const char *text;

	if (target[0] == '\0') {
		return;
	}
	if (f != NULL) {
		text = cell(k, f->key, s, CELL_BYTES_MAX);
		if (text != NULL) {
			take_value(k, f, text);
		}
	} else if (strcmp(target, "external_id") == 0) {
		c->external_id = cell(k, target, s, EXTERNAL_ID_MAX);
	} else if (strcmp(target, "name") == 0) {
		c->name = cell(k, target, s, NAME_MAX_CHARS);
	} else if (strcmp(target, "company") == 0) {
		c->company = cell(k, target, s, COMPANY_MAX);
	} else if (strcmp(target, "remark") == 0) {
		c->remark = cell(k, target, s, REMARK_MAX);
	} else if ((text = cell(k, target, s, NAME_MAX_CHARS)) == NULL) {
		return;
	} else if (strcmp(target, "gender") == 0) {
		take_gender(k, text);
	} else if (strcmp(target, "language") == 0) {
		take_language(k, text);
	} else if (strcmp(target, "owner") == 0) {
		take_owner(k, text);
	} else if (strcmp(target, "phone") == 0) {
		take_contact(k, "phone", text);
	} else if (strcmp(target, "email") == 0) {
		take_contact(k, "email", text);
	} else if (strcmp(target, "wechat") == 0) {
		take_contact(k, "wechat", text);
	}
}

/* --- rows --------------------------------------------------------------------------------- */

static void
keep_row(struct customer_import *m, const struct csv_record *record,
	struct change *change, const char *raw)
{
	if (m->row_count == m->row_capacity) {
		m->row_capacity = m->row_capacity == 0 ? 64 : 2 * m->row_capacity;
		m->rows = xrealloc(m->rows, m->row_capacity * sizeof(*m->rows));
	}
	m->rows[m->row_count++] = (struct import_row){record->line, change, raw};
}

static void
take_row(struct customer_import *m, const struct csv_record *record)
{
	struct making k = {.m = m};
	struct customer_change *change;
	const char *raw;
	struct buf text;

	k.change = change_create(CHANGE_CUSTOMER, &m->options.actor);
	k.contacts = arena_alloc(k.change->arena, CONTACTS_MAX * sizeof(*k.contacts));
	k.values = arena_alloc(k.change->arena, IMPORT_COLUMNS_MAX * sizeof(*k.values));
	change = &k.change->customer;
	k.change->imported = true;
	change->by_external_id = true;
	change->contacts = k.contacts;
	change->values = k.values;
	for (size_t i = 0; i < record->count && i < m->options.target_count; i++) {
		take_cell(&k, m->options.targets[i], record->fields[i]);
	}
	if (change->customer.external_id == NULL) {
		wrong(&k, "the customer number is missing");
	}
	buf_init(&text, 2 * CSV_RECORD_MAX);
	write_raw(&text, record);
	raw = arena_strndup(k.change->arena, text.length > 0 ? text.data : "", text.length);
	buf_fini(&text);
	if (k.reason[0] != '\0') {
		add_bad(m, record->line, k.reason, raw);
		change_destroy(k.change);
	} else {
		keep_row(m, record, k.change, raw);
	}
}

static void
on_record(void *ctx, const struct csv_record *record, const char *problem)
{
	struct customer_import *m = ctx;

	if (problem != NULL) {
		add_bad(m, record->line, problem, "");
	} else if (!m->headed) {
		m->headed = true;
		buf_puts(&m->bad, "\xef\xbb\xbf" BAD_HEADING ",");
		write_raw(&m->bad, record);
		buf_puts(&m->bad, "\r\n");
	} else {
		take_row(m, record);
	}
}

/* --- the import --------------------------------------------------------------------------- */

static enum err
read_house(struct customer_import *m, struct reader *r, struct error *e)
{
	enum err err = read_fields(r, m->arena, &m->fields, &m->field_count, e);

	if (err == ERR_OK) {
		err = read_staff_list(r, m->arena, &m->staff, &m->staff_count, e);
	}
	return err;
}

static enum err
check_targets(const struct customer_import *m, struct error *e)
{
	bool keyed = false;

	for (size_t i = 0; i < m->options.target_count; i++) {
		const char *target = m->options.targets[i];

		if (!customer_column_valid(target, m->fields, m->field_count)) {
			return error_set(e, ERR_INVALID, "a column cannot go to %.48s", target);
		}
		keyed = keyed || strcmp(target, "external_id") == 0;
	}
	return keyed ? ERR_OK
				 : error_set(e, ERR_INVALID, "no column has the customer number");
}

enum err
customer_import_open(struct customer_import **out, const struct import_options *options,
	struct reader *r, struct error *e)
{
	struct customer_import *m = xcalloc(1, sizeof(*m));
	enum err err;

	m->options = *options;
	m->arena = arena_create();
	buf_init(&m->text, STEP_BYTES_MAX);
	buf_init(&m->bad, BAD_BYTES_MAX);
	m->csv = csv_create(on_record, m);
	err = read_house(m, r, e);
	if (err == ERR_OK) {
		err = check_targets(m, e);
	}
	if (err == ERR_OK) {
		err = text_file_open(&m->file, options->path, options->charset, e);
	}
	if (err == ERR_OK && options->bad_path != NULL) {
		m->bad_file = fopen(options->bad_path, "wbe");
		if (m->bad_file == NULL) {
			err = error_set(e, ERR_UNAVAILABLE, "%s: %s", options->bad_path,
				strerror(errno));
		}
	}
	if (err != ERR_OK) {
		customer_import_close(m);
		return err;
	}
	m->counts.size = text_file_size(m->file);
	*out = m;
	return ERR_OK;
}

void
customer_import_close(struct customer_import *m)
{
	if (m == NULL) {
		return;
	}
	text_file_close(m->file);
	if (m->bad_file != NULL) {
		fclose(m->bad_file);
	}
	csv_destroy(m->csv);
	buf_fini(&m->text);
	buf_fini(&m->bad);
	free(m->rows);
	arena_destroy(m->arena);
	free(m);
}

enum err
customer_import_step(struct customer_import *m, struct import_row **rows, size_t *count,
	bool *ended, struct error *e)
{
	bool last = false;
	enum err err;

	m->row_count = 0;
	buf_clear(&m->text);
	err = text_file_read(m->file, &m->text, &last, e);
	if (err == ERR_OK && m->text.length > 0) {
		csv_feed(m->csv, m->text.data, m->text.length);
	}
	if (err == ERR_OK && last) {
		csv_end(m->csv);
	}
	if (err == ERR_OK) {
		err = flush_bad(m, e);
	}
	m->counts.done = text_file_done(m->file);
	*rows = m->rows;
	*count = m->row_count;
	*ended = last;
	return err;
}

enum err
customer_import_finish(struct customer_import *m, struct error *e)
{
	return flush_bad(m, e);
}

void
customer_import_note(struct customer_import *m, size_t line, const char *raw,
	const struct outcome *o)
{
	if (o->code != ERR_OK) {
		char reason[REASON_SIZE];

		snprintf(reason, sizeof(reason), "%s%s%s", o->field,
			o->field[0] != '\0' ? ": " : "", o->text);
		add_bad(m, line, reason, raw);
	} else if (o->duplicate) {
		m->counts.unchanged++;
	} else if (o->fact_count > 0 && o->facts[0]->kind == FACT_CUSTOMER_CREATED) {
		m->counts.created++;
	} else {
		m->counts.changed++;
	}
}

const struct import_counts *
customer_import_counts(const struct customer_import *m)
{
	return &m->counts;
}

void
customer_import_on_bad(struct customer_import *m, customer_import_bad *bad, void *ctx)
{
	m->on_bad = bad;
	m->on_bad_ctx = ctx;
}
