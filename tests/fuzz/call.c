/* The body of POST /api/v1/calls, as any PBX adapter may send it. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "channels/phone/events.h"
#include "model/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *text, size_t max)
{
	assert(text != NULL && strlen(text) <= max && utf8_valid(text, strlen(text)));
}

static void
check_event(const struct call_change *change)
{
	const struct call *c = &change->call;

	assert(change->event >= CALL_EVENT_START && change->event <= CALL_EVENT_END);
	assert(c->direction >= CALL_IN && c->direction <= CALL_INTERNAL);
	assert(c->external_id[0] != '\0');
	check_text(c->external_id, CALL_EXTERNAL_ID_MAX);
	/* The bounds of the columns they go into. */
	check_text(c->customer_number, 40);
	check_text(c->house_number, 40);
	check_text(c->caller_name, 480);
	check_text(c->queue, 240);
	check_text(c->transfers, 400);
	check_text(c->recording, 400);
	assert(c->ring_ms >= 0 && c->talk_ms >= 0 && c->hold_ms >= 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dial_plan plan = {"CN", "021", 5};
	struct call_change change = {0};
	struct error e = {0};
	struct arena *a;
	struct json *body;

	if (json_parse((const char *)data, size, &body, NULL) != ERR_OK) {
		return 0;
	}
	a = arena_create();
	if (json_is_object(body) && call_event_parse(body, &plan, a, &change, &e) == ERR_OK) {
		check_event(&change);
	} else if (json_is_object(body)) {
		assert(e.code == ERR_INVALID && strstr(e.text, ": ") != NULL);
	}
	arena_destroy(a);
	json_free(body);
	return 0;
}
