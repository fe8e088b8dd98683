/* Which customers somebody asks for, in which order: the parameters of the list and of its
 * export. Values of the house's own fields are asked by `where`, JSON in the query:
 *   [{"key":"risk","is":"bold"}, {"key":"assets","from":"1000000"}, {"key":"note","has":"vip"},
 *    {"key":"birthday","empty":true}] */
#ifndef API_CUSTOMER_QUERY_H
#define API_CUSTOMER_QUERY_H

#include "store/read.h"

struct input;

struct value_wish {
	const char *key;
	const char *is;
	const char *has;
	const char *from;
	const char *to;
	bool empty;
};

struct customer_query {
	struct customer_filter filter;
	struct value_wish wishes[VALUE_FILTERS_MAX];
	size_t wish_count;
};

/* Loop thread; texts live in in->arena. The filter's scope is the caller's to set. */
void customer_query_read(struct input *in, struct customer_query *q);
/* Reader thread: turns the wishes into filter.values. ERR_INVALID: no such field or value. */
MUST_CHECK enum err customer_query_resolve(struct customer_query *q,
	const struct field *fields, size_t count, struct arena *a, struct error *e);

#endif
