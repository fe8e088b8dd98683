#include "model/conversation.h"

#include "base/json.h"
#include "model/names.h"

void
conversation_encode(const struct conversation *c, struct json_writer *w)
{
	jw_kid(w, "id", c->id);
	jw_kid(w, "timeline", c->timeline);
	jw_kid(w, "customer", c->customer);
	jw_kid(w, "unit", c->unit);
	jw_kid(w, "owner", c->owner);
	jw_kstring(w, "state", conversation_state_name(c->state));
	jw_kid(w, "assignee", c->assignee);
	jw_kid(w, "channel", c->channel);
	jw_kstring(w, "channel_kind", c->channel_kind);
	jw_ki64(w, "version", (int64_t)c->version);
	jw_ktime(w, "opened_at", c->opened_at);
	jw_ktime(w, "resolved_at", c->resolved_at);
	jw_ktime(w, "waiting_since", c->waiting_since);
	jw_ki64(w, "inbound", (int64_t)c->inbound);
	jw_ki64(w, "missed_calls", (int64_t)c->missed_calls);
	jw_kid(w, "last_fact", c->last_fact);
	jw_ki64(w, "last_seq", (int64_t)c->last_seq);
	jw_ktime(w, "last_at", c->last_at);
	jw_kstring(w, "last_kind", fact_kind_name(c->last_kind));
	jw_kstring(w, "last_author_kind", author_kind_name(c->last_author_kind));
	jw_kstring(w, "preview", c->preview);
	if (c->bot != BOT_NONE) {
		jw_kstring(w, "bot", conversation_bot_name(c->bot));
	}
	if (c->flags > 0) {
		jw_ki64(w, "flags", (int64_t)c->flags);
	}
}
