/* The head of an HTTP/1.1 request: bytes in, a checked structure out. Pure and strict: what
 * a proxy before us could read in another way than we do is refused, never guessed. */
#ifndef NET_HTTP_HEAD_H
#define NET_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/web.h"

struct arena;

#define HTTP_HEAD_MAX (16 * 1024)

struct http_head {
	const char *method;
	const char *path; /* decoded, starts with /, valid UTF-8 without control characters */
	const char *query;                /* raw, "" when absent */
	const struct web_header *headers; /* names in lower case */
	size_t header_count;
	size_t content_length;
	bool has_content_length;
	bool keep_alive;
	bool upgrade; /* asks to become a WebSocket */
	bool expects_continue;
};

/* Length of the head with its empty line, or 0 while it is not there; bytes before `from`
 * have been searched already. */
size_t http_head_length(const char *data, size_t length, size_t from);

/* Returns 0, or the status to refuse with, and leaves *out untouched then. `data` is a head
 * as measured above; everything is copied into the arena. */
int
http_head_parse(struct arena *a, const char *data, size_t length, struct http_head *out);

/* Is the (lower-case) token in this comma-separated list? NULL lists have none. */
bool http_list_has(const char *list, const char *token);

/* The same for lists with weights, as Accept-Encoding: an item of weight 0 is declined. */
bool http_accepts(const char *list, const char *token);

/* Decodes a parameter of a raw query (application/x-www-form-urlencoded). NULL: absent,
 * malformed, with a NUL, or not UTF-8. */
const char *http_query_decode(struct arena *a, const char *query, const char *name);

#endif
