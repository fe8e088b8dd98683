#include "net/router.h"

#include "base/arena.h"
#include "lib/test.h"

static void
handle(struct http_request *rq, void *ctx)
{
	(void)rq;
	(void)ctx;
}

static const struct http_route first[] = {
	{"GET", "/items/:id", handle, 0},
	{"GET", "/items/lookup", handle, 0},
	{"POST", "/items", handle, 0},
	{"GET", "/files/*", handle, 0},
	{0},
};
static const struct http_route second[] = {
	{"PATCH", "/items/:id", handle, 0},
	{"GET", "/items/:id/parts/:part", handle, 0},
	{"GET", "/files/:name/info", handle, 0},
	{0},
};
static const struct http_route *const tables[] = {first, second, NULL};

static const struct http_route *
find(const char *method, const char *path, struct arena *a, struct route_params *params,
	const char **allowed)
{
	return router_find(tables, method, path, a, params, allowed);
}

static void
literals_win_over_names_and_names_over_the_rest(void **state)
{
	struct arena *a = arena_create();
	struct route_params params;
	const char *allowed;

	(void)state;
	assert_ptr_equal(find("GET", "/items/lookup", a, &params, &allowed), &first[1]);
	assert_int_equal(params.count, 0);
	assert_ptr_equal(find("GET", "/items/42", a, &params, &allowed), &first[0]);
	assert_string_equal(route_param(&params, "id"), "42");
	assert_null(route_param(&params, "i"));
	assert_ptr_equal(find("GET", "/files/a/info", a, &params, &allowed), &second[2]);
	assert_ptr_equal(find("GET", "/files/a/b/c", a, &params, &allowed), &first[3]);
	assert_string_equal(route_param(&params, "*"), "a/b/c");
	assert_ptr_equal(find("HEAD", "/items/7", a, &params, &allowed), &first[0]);
	assert_ptr_equal(find("GET", "/items/1/parts/x", a, &params, &allowed), &second[1]);
	assert_string_equal(route_param(&params, "part"), "x");
	arena_destroy(a);
}

static void
unknown_paths_and_methods_are_told_apart(void **state)
{
	struct arena *a = arena_create();
	struct route_params params;
	const char *allowed;

	(void)state;
	assert_null(find("GET", "/nothing", a, &params, &allowed));
	assert_null(allowed);
	assert_null(find("GET", "/items/", a, &params, &allowed));
	assert_null(find("GET", "/items/1/", a, &params, &allowed));
	assert_null(allowed);
	assert_null(find("DELETE", "/items/1", a, &params, &allowed));
	assert_string_equal(allowed, "GET, HEAD, PATCH");
	assert_null(find("GET", "/items", a, &params, &allowed));
	assert_string_equal(allowed, "POST");
	arena_destroy(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_win_over_names_and_names_over_the_rest),
		cmocka_unit_test(unknown_paths_and_methods_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
