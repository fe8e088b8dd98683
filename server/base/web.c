#include "base/web.h"

#include <string.h>

const char *
web_header(const struct web_request *rq, const char *name)
{
	for (size_t i = 0; i < rq->header_count; i++) {
		if (strcmp(rq->headers[i].name, name) == 0) {
			return rq->headers[i].value;
		}
	}
	return NULL;
}
