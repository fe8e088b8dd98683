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
#include "api/input.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/csv.h"
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

static void
put(struct buf *out, const char *text, bool first)
{
	if (!first) {
		buf_putc(out, ',');
	}
	csv_write_field(out, text != NULL ? text : "", text != NULL ? strlen(text) : 0, 1);
}

static void
put_time(struct buf *out, int64_t at)
{
	char text[TIME_TEXT_SIZE] = "";

	if (at != 0) {
		time_format(at, text);
	}
	put(out, text, false);
}

static const char *
staff_name(const struct exporting *x, uint64_t id)
{
	for (size_t i = 0; i < x->staff_count; i++) {
		if (x->staff[i].id == id) {
			return x->staff[i].name;
		}
	}
	return "";
}

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
	struct buf *out)
{
	const struct conversation *c = &item->conversation;

	/* Ids are longer than a spreadsheet's numbers: as text they stay whole. */
	buf_printf(out, "\"%llu\",\"%llu\"", (unsigned long long)c->id,
		(unsigned long long)c->customer);
	put(out, item->customer_name, false);
	put(out, c->channel_kind, false);
	put(out, state_text(x, c->state), false);
	put(out, staff_name(x, c->assignee), false);
	put_time(out, c->opened_at);
	put_time(out, c->last_at);
	put_time(out, c->waiting_since);
	put_time(out, c->resolved_at);
	buf_printf(out, ",%llu,%llu", (unsigned long long)c->inbound,
		(unsigned long long)c->missed_calls);
	/* A preview of a note is of the house. */
	put(out, c->last_kind == FACT_MESSAGE ? c->preview : "", false);
	buf_puts(out, "\r\n");
}

static void
write_headings(const struct exporting *x, struct buf *out)
{
	buf_puts(out, x->mark ? "\xef\xbb\xbf" : "");
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		put(out, headings[i][x->english ? 1 : 0], i == 0);
	}
	buf_puts(out, "\r\n");
}

static enum err
write_piece(struct exporting *x, struct reader *reader, struct buf *out, struct error *e)
{
	struct arena *a = arena_create();
	struct conversation_filter *f = &x->filter;
	struct conversation_item *items;
	size_t count = 0;
	enum err rc = read_conversations(reader, f, a, &items, &count, e);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		write_row(x, &items[i], out);
	}
	x->rows += (int64_t)count;
	x->ended = count < f->limit;
	if (rc == ERR_OK && count > 0) {
		f->before_at = items[count - 1].conversation.last_at;
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
		write_headings(x, &out);
		x->begun = true;
	}
	rc = write_piece(x, reader, &out, e);
	if (rc == ERR_OK) {
		rc = export_file_write(file, out.data, out.length, e);
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
