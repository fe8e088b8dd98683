#include "api/routes.h"

#include <stddef.h>

#include "api/api.h"

const struct http_route *const api_route_tables[] = {
	health_routes,
	openapi_routes,
	session_routes,
	conversation_export_routes,
	conversation_routes,
	customer_routes,
	customer_list_routes,
	customer_export_routes,
	customer_history_routes,
	history_export_routes,
	contact_routes,
	field_routes,
	import_routes,
	merge_routes,
	merge_preview_routes,
	likely_routes,
	call_routes,
	entry_routes,
	search_routes,
	file_routes,
	staff_routes,
	quick_reply_routes,
	rule_routes,
	phrase_routes,
	channel_routes,
	mailbox_routes,
	outbox_routes,
	api_key_routes,
	audit_routes,
	floor_routes,
	mention_routes,
	filter_routes,
	own_session_routes,
	notice_routes,
	widget_routes,
	NULL,
};
