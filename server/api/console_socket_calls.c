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
	uint64_t caller_id; /* 0: nobody is known to call */
	struct call call;
	struct customer caller;
	struct customer *candidates; /* others who have given this number, or were said to */
	size_t candidate_count;
	bool has_conversation;
	struct conversation_item item;
};

static enum err
read_caller(struct pop *p, struct reader *r, struct error *e)
{
	enum err rc;

	if (p->caller_id == 0) {
		return ERR_OK;
	}
	rc = read_customer(r, p->caller_id, p->arena, &p->caller, e);
	if (rc == ERR_OK && p->caller.primary != p->caller.id) {
		rc = read_customer(r, p->caller.primary, p->arena, &p->caller, e);
	}
	return rc;
}

static enum err
read_talk(struct pop *p, struct reader *r, struct error *e)
{
	enum err rc = ERR_NOT_FOUND;

	if (p->call.conversation != 0) {
		rc = read_conversation(r, p->call.conversation, 0, p->arena, &p->item, e);
	}
	p->has_conversation = rc == ERR_OK;
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err
read_pop(struct query *query, struct reader *r, struct error *e)
{
	struct pop *p = (struct pop *)query;
	enum err rc = read_call(r, p->id, p->arena, &p->call, e);

	if (rc == ERR_OK) {
		rc = read_caller(p, r, e);
	}
	if (rc == ERR_OK && !str_empty(p->call.customer_number)) {
		rc = read_customers_by_contact(r, "phone", p->call.customer_number, p->arena,
			&p->candidates, &p->candidate_count, e);
	}
	if (rc == ERR_OK) {
		rc = read_talk(p, r, e);
	}
	return rc;
}

static void
write_customer(struct json_writer *w, const struct customer *customer)
{
	jw_object(w);
	customer_encode(customer, w);
	jw_object_end(w);
}

static void
write_candidates(const struct pop *p, const struct scope *scope, struct json_writer *w)
{
	size_t shown = 0;

	jw_array(w);
	for (size_t i = 0; i < p->candidate_count && shown < CANDIDATES_MAX; i++) {
		const struct customer *one = &p->candidates[i];

		if ((p->caller_id == 0 ||
				(one->id != p->caller.id && one->primary != p->caller.id)) &&
			scope_allows(scope, one->unit, one->owner, 0)) {
			write_customer(w, one);
			shown++;
		}
	}
	jw_array_end(w);
}

/* Whose phone rings sees that it does; of the customers only those whom she may see. */
static void
send_pop(const struct pop *p, struct console *c)
{
	const struct conversation *talk = &p->item.conversation;
	bool shows_talk = p->has_conversation &&
		scope_allows(&c->scope, talk->unit, talk->owner, talk->assignee);
	struct json_writer *w = frame_start(p->app->sockets, "call");

	jw_key(w, "call");
	jw_object(w);
	call_encode(&p->call, w);
	jw_object_end(w);
	jw_key(w, "customer");
	if (p->caller_id != 0 &&
		(shows_talk || scope_allows(&c->scope, p->caller.unit, p->caller.owner, 0))) {
		write_customer(w, &p->caller);
	} else {
		jw_null(w);
	}
	jw_key(w, "candidates");
	write_candidates(p, &c->scope, w);
	jw_key(w, "conversation");
	if (shows_talk) {
		jw_object(w);
		conversation_encode(talk, w);
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	socket_finish(&c->socket);
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
			send_pop(p, c);
		}
	}
}

static void
pop_free(struct pop *p)
{
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
	p->caller_id = customer;
	if (store_query(app->store, &p->query) != ERR_OK) {
		log_event(LOG_WARN, "call_pop_failed", "call=%llu code=busy",
			(unsigned long long)call);
		pop_free(p);
	}
}
