/* GET /api/v1/conversations/export: the filtered list as CSV for a spreadsheet, written to a file
 * piece by piece, then audited and sent; a right of its own. */
#include <string.h>
#include <unistd.h>

#include "api/app.h"
#include "api/conversation_item.h"
#include "api/exchange.h"
#include "api/export_file.h"
#include "api/export_reply.h"
#include "api/export_right.h"
#include "api/export_row.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "model/names.h"
#include "store/read.h"

enum { PIECE = 200, PIECE_BYTES_MAX = 4 * 1024 * 1024 };

static const char *const headings[][2] = {
	{"会话号", "Conversation"},
	{"客户编号", "Customer id"},
	{"客户", "Customer"},
	{"渠道", "Channel"},
	{"状态", "State"},
	{"客服", "Agent"},
	{"开始时间", "Began"},
	{"最近消息", "Last entry"},
	{"等待自", "Waits since"},
	{"解决时间", "Resolved"},
	{"客户消息数", "Customer entries"},
	{"未接来电", "Missed calls"},
	{"最近内容", "Last text"},
};

static const char *const states[][3] = {
	{"open", "进行中", "open"},
	{"pending", "待处理", "pending"},
	{"snoozed", "已搁置", "snoozed"},
	{"resolved", "已解决", "resolved"},
};

struct exporting {
	struct conversation_filter filter;
	const char *path;
	const char *wishes; /* for the audit */
	bool english;
	bool mark; /* the byte-order mark by which spreadsheets know UTF-8 */
	bool begun;
	bool ended;
	struct staff *staff;
	size_t staff_count;
	int64_t rows;
};

static const char *
state_text(const struct exporting *x, enum conversation_state state)
{
	const char *name = conversation_state_name(state);

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(states[i][0], name) == 0) {
			return states[i][x->english ? 2 : 1];
		}
	}
	return name;
}

static void
write_row(const struct exporting *x, const struct conversation_item *item,
	struct export_row *row)
{
	const struct conversation *c = &item->conversation;

	export_row_id(row, c->id);
	export_row_id(row, c->customer);
	export_row_text(row, item->customer_name);
	export_row_text(row, c->channel_kind);
	export_row_text(row, state_text(x, c->state));
	export_row_text(row, export_staff_name(x->staff, x->staff_count, c->assignee));
	export_row_time(row, c->opened_at);
	export_row_time(row, c->last_at);
	export_row_time(row, c->waiting_since);
	export_row_time(row, c->resolved_at);
	export_row_count(row, c->inbound);
	export_row_count(row, c->missed_calls);
	/* A preview of a note is of the house. */
	export_row_text(row, c->last_kind == FACT_MESSAGE ? c->preview : "");
	export_row_end(row);
}

static void
write_headings(const struct exporting *x, struct export_row *row)
{
	buf_puts(row->out, x->mark ? EXPORT_MARK : "");
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		export_row_text(row, headings[i][x->english ? 1 : 0]);
	}
	export_row_end(row);
}

static enum err
write_piece(struct exporting *x, struct reader *reader, struct export_row *row,
	struct error *e)
{
	struct arena *a = arena_create();
	struct conversation_filter *f = &x->filter;
	struct conversation_item *items;
	size_t count = 0;
	enum err rc = read_conversations(reader, f, a, &items, &count, e);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		write_row(x, &items[i], row);
	}
	x->rows += (int64_t)count;
	x->ended = count < f->limit;
	if (rc == ERR_OK && count > 0) {
		f->before_at = items[count - 1].place_at;
		f->before_id = items[count - 1].conversation.id;
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
	FILE *file;
	enum err rc = x->begun
		? export_file_continue(x->path, &file, e)
		: read_staff_list(reader, r->arena, &x->staff, &x->staff_count, e);

	if (rc == ERR_OK && !x->begun) {
		rc = export_file_begin(x->path, &file, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	buf_init(&out, PIECE_BYTES_MAX);
	if (!x->begun) {
		write_headings(x, &row);
		x->begun = true;
	}
	rc = write_piece(x, reader, &row, e);
	if (rc == ERR_OK) {
		rc = export_file_take(file, &out, e);
	}
	enum err closed = export_file_end(file, rc == ERR_OK ? e : NULL);
	rc = rc != ERR_OK ? rc : closed;
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
		.disposition = "attachment; filename=\"conversations.csv\"",
		.type = "text/csv; charset=utf-8",
	};
	struct change *c;

	if (!e->ended) {
		reading_start(r);
		return;
	}
	c = exchange_change(x, CHANGE_AUDIT);
	c->audit.action = "conversations.exported";
	c->audit.subject_kind = "conversations";
	c->audit.detail = arena_printf(c->arena, "%lld conversations; %s", (long long)e->rows,
		e->wishes);
	reply.path = e->path;
	export_finish(x, c, &reply);
	reading_destroy(r);
}

static const char *
wishes_of(struct exchange *x, struct arena *a)
{
	static const char *const names[] = {"view", "state", "assignee", "customer",
		"channel_kind", "waiting", "from", "to", "q"};

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
		exchange_fail(x, ERR_DENIED, NULL, "your role may not export conversations");
		return;
	}
	r = reading_create(x, sizeof(*e));
	e = r->parameters;
	input_init(&in, x, r->arena);
	conversation_filter_read(&in, &e->filter);
	language = query_text(&in, "language", 12);
	e->mark = !str_equals(query_text(&in, "bom", 5), "false");
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	e->filter.scope = r->scope;
	e->filter.limit = PIECE;
	e->english = str_equals(language, "en");
	e->path = export_file_path(x->app, r->arena, ".csv");
	e->wishes = wishes_of(x, r->arena);
	r->run = run_piece;
	r->done = piece_done;
	reading_start(r);
}

static void
export_conversations(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:export"};

	exchange_begin(rq, app, &access, start_export);
}

const struct http_route conversation_export_routes[] = {
	{"GET", "/api/v1/conversations/export", export_conversations, 0},
	{0},
};
