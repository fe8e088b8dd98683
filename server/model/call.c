#include "model/call.h"

#include <string.h>

#include "base/json.h"
#include "model/names.h"

static const char *
text_of(const char *text)
{
	return text != NULL ? text : "";
}

void
call_encode(const struct call *c, struct json_writer *w)
{
	const char *transfers = text_of(c->transfers);
	const char *recording = text_of(c->recording);

	jw_kid(w, "id", c->id);
	jw_kid(w, "channel", c->channel);
	jw_kstring(w, "external_id", text_of(c->external_id));
	jw_kid(w, "timeline", c->timeline);
	jw_kid(w, "conversation", c->conversation);
	jw_kstring(w, "direction", call_direction_name(c->direction));
	jw_kstring(w, "result", call_result_name(c->result));
	jw_kstring(w, "customer_number", text_of(c->customer_number));
	jw_kstring(w, "house_number", text_of(c->house_number));
	jw_kstring(w, "caller_name", text_of(c->caller_name));
	jw_kstring(w, "queue", text_of(c->queue));
	jw_kstring(w, "extension", text_of(c->extension));
	jw_kid(w, "staff", c->staff);
	jw_ktime(w, "started_at", c->started_at);
	jw_ktime(w, "answered_at", c->answered_at);
	jw_ktime(w, "ended_at", c->ended_at);
	jw_ki64(w, "ring_ms", c->ring_ms);
	jw_ki64(w, "talk_ms", c->talk_ms);
	jw_ki64(w, "hold_ms", c->hold_ms);
	jw_kstring(w, "hangup_by", text_of(c->hangup_by));
	jw_key(w, "transfers");
	if (transfers[0] == '[') {
		jw_raw(w, transfers, strlen(transfers));
	} else {
		jw_array(w);
		jw_array_end(w);
	}
	/* The reference itself stays inside: recordings are fetched by the call and rights. */
	jw_kbool(w, "recording", recording[0] != '\0');
	jw_kstring(w, "outcome", text_of(c->outcome));
	jw_kstring(w, "outcome_note", text_of(c->outcome_note));
	jw_kbool(w, "imported", c->imported);
	jw_ki64(w, "version", (int64_t)c->version);
}
