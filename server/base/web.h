/* Plain data of a web request and its reply, as drivers and handlers see them. */
#ifndef BASE_WEB_H
#define BASE_WEB_H

#include <stddef.h>

struct web_header {
	const char *name; /* lower case */
	const char *value;
};

struct web_request {
	const char *method;
	const char *path;  /* decoded, starts with / */
	const char *query; /* raw, without '?', "" when absent */
	const struct web_header *headers;
	size_t header_count;
	const char *body; /* NUL-terminated besides its length */
	size_t body_length;
	const char *peer; /* address of the client, after trusted proxies */
};

const char *web_header(const struct web_request *rq, const char *name); /* NULL: absent */

#endif
