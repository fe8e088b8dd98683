/* The description of this API, as it stands in openapi.json beside this file. A test holds it
 * against the tables of routes. */
#include "api/openapi.h"

#include <string.h>

#include "api/routes.h"

/* C17 has no #embed: the assembler takes the file in, seen from the root of the tree. */
__asm__(".section .rodata\n"
		".globl openapi_document\n"
		".hidden openapi_document\n"
		"openapi_document:\n"
		".incbin \"server/api/openapi.json\"\n"
		".byte 0\n"
		".previous\n");

static void
show(struct http_request *rq, void *app)
{
	(void)app;
	http_set_header(rq, "cache-control", "no-cache");
	http_reply(rq, 200, "application/json", openapi_document, strlen(openapi_document));
}

const struct http_route openapi_routes[] = {
	{"GET", "/api/v1/openapi.json", show, 0},
	{0},
};
