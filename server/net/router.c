#include "net/router.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static size_t
segment_length(const char *text)
{
	return strcspn(text, "/");
}

static void
add_param(struct route_params *params, struct arena *a, const char *name,
	const char *value, size_t length)
{
	if (params->count < ROUTE_PARAMS_MAX) {
		params->names[params->count] = name;
		params->values[params->count] = arena_strndup(a, value, length);
		params->count++;
	}
}

static bool
matches(const char *pattern, const char *path)
{
	while (*pattern != '\0' && *path != '\0') {
		size_t wanted = segment_length(++pattern);
		size_t given = segment_length(++path);

		if (*pattern == '*') {
			return true;
		}
		if (*pattern == ':' ? given == 0
							: wanted != given || memcmp(pattern, path, wanted) != 0) {
			return false;
		}
		pattern += wanted;
		path += given;
	}
	return *pattern == '\0' && *path == '\0';
}

/* Of two patterns that match the same path: is a more specific? */
static bool
beats(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		int rank_a = *++a == '*' ? 0 : *a == ':' ? 1 : 2;
		int rank_b = *++b == '*' ? 0 : *b == ':' ? 1 : 2;

		if (rank_a != rank_b) {
			return rank_a > rank_b;
		}
		a += segment_length(a);
		b += segment_length(b);
	}
	return false;
}

static void
collect_params(const char *pattern, const char *path, struct arena *a,
	struct route_params *params)
{
	params->count = 0;
	while (*pattern != '\0') {
		size_t wanted = segment_length(++pattern);
		size_t given = segment_length(++path);

		if (*pattern == '*') {
			add_param(params, a, pattern, path, strlen(path));
			return;
		}
		if (*pattern == ':') {
			add_param(params, a, pattern + 1, path, given);
		}
		pattern += wanted;
		path += given;
	}
}

static void
allow(struct arena *a, const char **allowed, const char *method)
{
	const char *implied = strcmp(method, "GET") == 0 ? ", HEAD" : "";

	if (*allowed == NULL) {
		*allowed = arena_printf(a, "%s%s", method, implied);
	} else if (strstr(*allowed, method) == NULL) {
		*allowed = arena_printf(a, "%s, %s%s", *allowed, method, implied);
	}
}

const struct http_route *
router_find(const struct http_route *const *tables, const char *method, const char *path,
	struct arena *a, struct route_params *params, const char **allowed)
{
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
	const struct http_route *best = NULL;

	*allowed = NULL;
	for (; *tables != NULL; tables++) {
		for (const struct http_route *r = *tables; r->pattern != NULL; r++) {
			if (!matches(r->pattern, path)) {
				continue;
			}
			allow(a, allowed, r->method);
			if (strcmp(r->method, wanted) == 0 &&
				(best == NULL || beats(r->pattern, best->pattern))) {
				best = r;
			}
		}
	}
	if (best != NULL) {
		collect_params(best->pattern, path, a, params);
	}
	return best;
}

const char *
route_param(const struct route_params *params, const char *name)
{
	for (size_t i = 0; i < params->count; i++) {
		size_t length = segment_length(params->names[i]);

		if (strlen(name) == length && memcmp(params->names[i], name, length) == 0) {
			return params->values[i];
		}
	}
	return NULL;
}
