/* Finds the route of a method and path. Literal segments win over ":name", ":name" over "*".
 * Loop thread; the tables must outlive it. */
#ifndef NET_ROUTER_H
#define NET_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "net/net.h"

struct arena;

#define ROUTE_PARAMS_MAX 6

struct route_params {
	const char *names[ROUTE_PARAMS_MAX]; /* within the pattern: end with / or NUL */
	const char *values[ROUTE_PARAMS_MAX];
	size_t count;
};

/* NULL: no route. *allowed, in the arena, lists the methods of the path ("GET, POST") or is
 * NULL when the path itself is unknown. HEAD finds the route of GET. */
const struct http_route *
router_find(const struct http_route *const *tables, const char *method, const char *path,
	struct arena *a, struct route_params *params, const char **allowed);
const char *route_param(const struct route_params *params, const char *name);

#endif
