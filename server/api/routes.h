/* The tables of all resources, one a file; routes.c puts them together. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "net/net.h"

/* Bodies of JSON: the largest carries 64 KiB of text, which may be escaped. */
#define JSON_BODY_MAX ((size_t)512 * 1024)

extern const struct http_route health_routes[];
extern const struct http_route openapi_routes[];
extern const struct http_route session_routes[];
extern const struct http_route conversation_routes[];
extern const struct http_route conversation_export_routes[];
extern const struct http_route customer_routes[];
extern const struct http_route customer_list_routes[];
extern const struct http_route customer_export_routes[];
extern const struct http_route customer_history_routes[];
extern const struct http_route history_export_routes[];
extern const struct http_route contact_routes[];
extern const struct http_route field_routes[];
extern const struct http_route hours_routes[];
extern const struct http_route tag_routes[];
extern const struct http_route import_routes[];
extern const struct http_route merge_routes[];
extern const struct http_route merge_preview_routes[];
extern const struct http_route likely_routes[];
extern const struct http_route call_routes[];
extern const struct http_route entry_routes[];
extern const struct http_route file_routes[];
extern const struct http_route staff_routes[];
extern const struct http_route quick_reply_routes[];
extern const struct http_route rule_routes[];
extern const struct http_route phrase_routes[];
extern const struct http_route held_back_routes[];
extern const struct http_route channel_routes[];
extern const struct http_route mailbox_routes[];
extern const struct http_route mail_routes[];
extern const struct http_route outbox_routes[];
extern const struct http_route api_key_routes[];
extern const struct http_route audit_routes[];
extern const struct http_route floor_routes[];
extern const struct http_route mention_routes[];
extern const struct http_route filter_routes[];
extern const struct http_route own_session_routes[];
extern const struct http_route answer_mail_routes[];
extern const struct http_route notice_routes[];
extern const struct http_route search_routes[];
extern const struct http_route widget_routes[];

#endif
