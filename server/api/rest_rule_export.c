/* Keyword rules out to a file, as a table or as JSON. */
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/rest_rules.h"
#include "api/rule_file.h"
#include "api/rule_wire.h"
#include "api/table_transfer.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "model/change.h"
#include "store/read.h"

struct export
{
	bool json;
	bool chinese;
	size_t count;
};

static enum err
read_export_rows(struct reading *r, struct reader *reader, struct rule_file_row **out,
	size_t *count, struct error *e)
{
	struct rule_row *rows;
	struct rule_file_row *items;
	struct map titles;
	enum err rc = read_rules(reader, r->arena, &rows, count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	map_init(&titles);
	items = arena_alloc(r->arena, (*count + 1) * sizeof(*items));
	for (size_t i = 0; i < *count; i++) {
		map_put(&titles, rows[i].id, (void *)(uintptr_t)rows[i].title);
	}
	for (size_t i = 0; rc == ERR_OK && i < *count; i++) {
		struct rule *rule = &items[i].rule;

		if (rule_from_row(&rows[i], r->arena, rule, NULL) != ERR_OK) {
			rc = error_set(e, ERR_INVALID,
				"the rule %.150s cannot be read: mend it first", rows[i].title);
		}
		for (size_t k = 0; rc == ERR_OK && k < rule->menu_count; k++) {
			if (!rule->menu[k].human) {
				const char *title = map_get(&titles, rule->menu[k].rule);

				items[i].targets[k] = title != NULL ? title : "";
			}
		}
	}
	map_fini(&titles);
	*out = items;
	return rc;
}

static enum err
run_export(struct reading *r, struct reader *reader, struct error *e)
{
	struct export *export = r->parameters;
	struct rule_file_row *rows;
	enum err rc = read_export_rows(r, reader, &rows, &export->count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	if (export->json) {
		rule_file_write_json(&r->out, rows, export->count);
	} else {
		rule_file_write_csv(&r->out, rows, export->count, export->chinese);
	}
	return r->out.overflowed ? error_set(e, ERR_INVALID, "the file is too large")
							 : ERR_OK;
}

static void
export_read(struct reading *r)
{
	const struct export *export = r->parameters;
	struct change *c = exchange_change(r->exchange, CHANGE_AUDIT);

	c->audit.action = "rule.exported";
	c->audit.subject_kind = "rule";
	c->audit.detail = arena_printf(c->arena, "%zu rules", export->count);
	table_download(r, c, export->json ? "rules.json" : "rules.csv",
		export->json ? "application/json" : "text/csv; charset=utf-8");
}

static void
start_export(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct export));
	struct export *export = r->parameters;
	const char *format;
	struct input in;

	input_init(&in, x, r->arena);
	format = query_text(&in, "format", 8);
	export->json = str_equals(format, "json");
	export->chinese = query_chinese(&in);
	if (!str_empty(format) && !export->json && !str_equals(format, "csv")) {
		input_wrong(&in, "format", "must be csv or json");
	}
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	r->run = run_export;
	r->done = export_read;
	reading_start(r);
}

void
rules_export(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_export);
}
