/* The Range header (RFC 9110 section 14), one byte range. Pure. */
#ifndef NET_HTTP_RANGE_H
#define NET_HTTP_RANGE_H

#include <stdint.h>

enum range_result {
	RANGE_WHOLE,         /* none asked for, or one that may be ignored */
	RANGE_PART,          /* *first and *length are set */
	RANGE_UNSATISFIABLE, /* 416 */
};

/* header: NULL when there is none. */
enum range_result
http_range_parse(const char *header, uint64_t size, uint64_t *first, uint64_t *length);

#endif
