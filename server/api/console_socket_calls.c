/* The call pop: whoever has the extension sees who calls. Calls that ring or are talked in
 * are kept in memory, for consoles that open meanwhile and for presence. */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/console_socket.h"
#include "api/directory.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "model/call.h"
#include "model/conversation.h"
#include "model/customer.h"
#include "store/read.h"

enum {
	LIVE_CALLS_MAX = 2000,
	LIVE_CALL_MS = 4 * 3600 * 1000, /* its end may never be told */
	CANDIDATES_MAX = 10,
	POP_MAX_BYTES = 256 * 1024,
	LIVE_JSON_MAX = 8 * 1024,
};

struct live_call {
	uint64_t staff;   /* whose extension rings; 0: nobody's */
	int64_t until_ms; /* monotonic */
	char *json;       /* the call object */
	size_t json_length;
};

static void
live_call_free(struct live_call *live)
{
	if (live != NULL) {
		free(live->json);
		free(live);
	}
}

void
console_write_calls(const struct console *c, struct json_writer *w)
{
	const struct map *calls = &c->socket.app->sockets->calls;
	int64_t now = clock_monotonic_ms();
	size_t position = 0;
	uint64_t id;
	void *value;

	jw_key(w, "calls");
	jw_array(w);
	while (map_next(calls, &position, &id, &value)) {
		const struct live_call *live = value;

		if (live->staff == c->staff && live->until_ms > now) {
			jw_raw(w, live->json, live->json_length);
		}
	}
	jw_array_end(w);
}

void
sockets_forget_calls(struct sockets *ss)
{
	size_t position = 0;
	uint64_t id;
	void *live;

	while (map_next(&ss->calls, &position, &id, &live)) {
		live_call_free(live);
	}
	map_fini(&ss->calls);
}

static void
drop_expired(struct map *calls)
{
	int64_t now = clock_monotonic_ms();
	size_t position = 0;
	uint64_t id;
	void *value;

	while (map_next(calls, &position, &id, &value)) {
		if (((struct live_call *)value)->until_ms <= now) {
			map_remove(calls, id);
			live_call_free(value);
		}
	}
}

static void
keep_live(struct sockets *ss, const struct call *call, uint64_t staff)
{
	struct live_call *live;
	struct json_writer w;
	struct buf out;

	live_call_free(map_remove(&ss->calls, call->id));
	if (call->result != CALL_RINGING && call->result != CALL_TALKING) {
		return;
	}
	if (ss->calls.count >= LIVE_CALLS_MAX) {
		drop_expired(&ss->calls);
	}
	buf_init(&out, LIVE_JSON_MAX);
	jw_init(&w, &out);
	jw_object(&w);
	call_encode(call, &w);
	jw_object_end(&w);
	if (out.overflowed || ss->calls.count >= LIVE_CALLS_MAX) {
		buf_fini(&out);
		return;
	}
	live = xmalloc(sizeof(*live));
	live->staff = staff;
	live->until_ms = clock_monotonic_ms() + LIVE_CALL_MS;
	live->json_length = out.length;
	live->json = buf_take(&out);
	map_put(&ss->calls, call->id, live);
}

/* --- the pop ------------------------------------------------------------------------------- */

struct pop {
	struct query query; /* first */
	struct app *app;
	struct arena *arena;
	uint64_t id;
	uint64_t customer;
	struct call call;
	struct buf frame;
};

static enum err
write_customer(struct pop *p, struct reader *r, struct json_writer *w, struct error *e)
{
	struct customer customer;
	enum err rc;

	jw_key(w, "customer");
	if (p->customer == 0) {
		jw_null(w);
		return ERR_OK;
	}
	rc = read_customer(r, p->customer, p->arena, &customer, e);
	if (rc == ERR_OK && customer.primary != customer.id) {
		rc = read_customer(r, customer.primary, p->arena, &customer, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	p->customer = customer.id;
	jw_object(w);
	customer_encode(&customer, w);
	jw_object_end(w);
	return ERR_OK;
}

/* Others who have given this number, or were said to have it. */
static enum err
write_candidates(struct pop *p, struct reader *r, struct json_writer *w, struct error *e)
{
	struct customer *candidates = NULL;
	size_t count = 0;
	size_t shown = 0;
	enum err rc = ERR_OK;

	if (!str_empty(p->call.customer_number)) {
		rc = read_customers_by_contact(r, "phone", p->call.customer_number, p->arena,
			&candidates, &count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	jw_key(w, "candidates");
	jw_array(w);
	for (size_t i = 0; i < count && shown < CANDIDATES_MAX; i++) {
		if (candidates[i].id == p->customer || candidates[i].primary == p->customer) {
			continue;
		}
		jw_object(w);
		customer_encode(&candidates[i], w);
		jw_object_end(w);
		shown++;
	}
	jw_array_end(w);
	return ERR_OK;
}

static enum err
write_conversation(struct pop *p, struct reader *r, struct json_writer *w,
	struct error *e)
{
	struct conversation_item item;
	enum err rc = ERR_NOT_FOUND;

	if (p->call.conversation != 0) {
		rc = read_conversation(r, p->call.conversation, 0, p->arena, &item, e);
	}
	if (rc != ERR_OK && rc != ERR_NOT_FOUND) {
		return rc;
	}
	jw_key(w, "conversation");
	if (rc == ERR_OK) {
		jw_object(w);
		conversation_encode(&item.conversation, w);
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	return ERR_OK;
}

static enum err
read_pop(struct query *query, struct reader *r, struct error *e)
{
	struct pop *p = (struct pop *)query;
	struct json_writer w;
	enum err rc = read_call(r, p->id, p->arena, &p->call, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_init(&w, &p->frame);
	jw_object(&w);
	jw_kstring(&w, "t", "call");
	jw_key(&w, "call");
	jw_object(&w);
	call_encode(&p->call, &w);
	jw_object_end(&w);
	rc = write_customer(p, r, &w, e);
	if (rc == ERR_OK) {
		rc = write_candidates(p, r, &w, e);
	}
	if (rc == ERR_OK) {
		rc = write_conversation(p, r, &w, e);
	}
	jw_object_end(&w);
	if (rc == ERR_OK && p->frame.overflowed) {
		rc = error_set(e, ERR_INVALID, "the call does not fit into a frame");
	}
	return rc;
}

static void
show_pop(struct pop *p)
{
	struct app *app = p->app;
	const struct staff *owner = directory_staff_by_extension(app->directory,
		p->call.extension);
	uint64_t by_extension = owner != NULL ? owner->id : 0;
	uint64_t talking = p->call.staff != 0 ? p->call.staff : by_extension;

	keep_live(app->sockets, &p->call, talking);
	if (talking != 0) {
		presence_call(app->presence, talking, p->id, p->call.result == CALL_TALKING);
	}
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		if (console_listens(c) && (c->staff == talking || c->staff == by_extension)) {
			socket_send_bytes(&c->socket, p->frame.data, p->frame.length);
		}
	}
}

static void
pop_free(struct pop *p)
{
	buf_fini(&p->frame);
	arena_destroy(p->arena);
	free(p);
}

static void
pop_read(struct query *query)
{
	struct pop *p = (struct pop *)query;

	if (query->code == ERR_OK) {
		show_pop(p);
	} else {
		log_event(LOG_WARN, "call_pop_failed", "call=%llu code=%s",
			(unsigned long long)p->id, err_name(query->code));
	}
	pop_free(p);
}

void
console_announce_call(struct app *app, uint64_t call, uint64_t customer)
{
	struct pop *p;

	if (call == 0) {
		return;
	}
	p = xcalloc(1, sizeof(*p));
	p->query.run = read_pop;
	p->query.done = pop_read;
	p->app = app;
	p->arena = arena_create();
	p->id = call;
	p->customer = customer;
	buf_init(&p->frame, POP_MAX_BYTES);
	if (store_query(app->store, &p->query) != ERR_OK) {
		log_event(LOG_WARN, "call_pop_failed", "call=%llu code=busy",
			(unsigned long long)call);
		pop_free(p);
	}
}
