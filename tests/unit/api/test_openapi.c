/* What the document says and what the server answers are the same routes. */
#include "api/openapi.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "base/json.h"
#include "lib/test.h"
#include "net/net.h"

static int
parse(void **state)
{
	struct json *document;
	struct error e = {0};

	if (json_parse(openapi_document, strlen(openapi_document), &document, &e) != ERR_OK) {
		print_error("%s\n", e.text);
		return -1;
	}
	*state = document;
	return 0;
}

static int
release(void **state)
{
	json_free(*state);
	return 0;
}

/* "/customers/:id/files" as the document writes it: "/customers/{id}/files". */
static void
documented_path(const char *pattern, char *out, size_t size)
{
	size_t length = 0;

	for (const char *p = pattern; *p != '\0' && length + 3 < size;) {
		if (*p != ':') {
			out[length++] = *p++;
			continue;
		}
		out[length++] = '{';
		for (p++; isalnum((unsigned char)*p) && length + 3 < size; p++) {
			out[length++] = *p;
		}
		out[length++] = '}';
	}
	out[length] = '\0';
}

static const struct json *
operation(const struct json *document, const char *method, const char *path)
{
	char lower[16] = "";

	for (size_t i = 0; method[i] != '\0' && i + 1 < sizeof(lower); i++) {
		lower[i] = (char)tolower((unsigned char)method[i]);
	}
	return json_get(json_get(json_get(document, "paths"), path), lower);
}

static bool
has_route(const char *method, const char *path)
{
	char own[200];

	for (const struct http_route *const *t = api_route_tables; *t != NULL; t++) {
		for (const struct http_route *r = *t; r->method != NULL; r++) {
			documented_path(r->pattern, own, sizeof(own));
			if (strcasecmp(r->method, method) == 0 && strcmp(own, path) == 0) {
				return true;
			}
		}
	}
	return false;
}

static void
every_route_is_described(void **state)
{
	char path[200];
	size_t count = 0;

	for (const struct http_route *const *t = api_route_tables; *t != NULL; t++) {
		for (const struct http_route *r = *t; r->method != NULL; r++) {
			documented_path(r->pattern, path, sizeof(path));
			if (operation(*state, r->method, path) == NULL) {
				fail_msg("%s %s is not in openapi.json", r->method, path);
			}
			count++;
		}
	}
	assert_true(count > 40);
}

static void
every_description_has_a_route(void **state)
{
	const struct json *paths = json_get(*state, "paths");
	const struct json *item;
	void *outer = NULL;
	const char *path;

	while ((path = json_iterate(paths, &outer, &item)) != NULL) {
		const struct json *described;
		void *inner = NULL;
		const char *method;

		while ((method = json_iterate(item, &inner, &described)) != NULL) {
			if (!has_route(method, path)) {
				fail_msg("%s %s is described, but there is no such route", method, path);
			}
		}
	}
}

static bool
names_member(const struct json *list, const char *name)
{
	for (size_t i = 0; i < json_length(list); i++) {
		if (json_get(json_at(list, i), name) != NULL) {
			return true;
		}
	}
	return false;
}

/* ⛔ Every cookie-borne write is said to need the CSRF token. */
static void
writes_of_staff_name_the_token(void **state)
{
	for (const struct http_route *const *t = api_route_tables; *t != NULL; t++) {
		for (const struct http_route *r = *t; r->method != NULL; r++) {
			char path[200];
			const struct json *security;

			documented_path(r->pattern, path, sizeof(path));
			security = json_get(operation(*state, r->method, path), "security");
			assert_true(json_is_array(security));
			if (strcmp(r->method, "GET") != 0 && names_member(security, "session")) {
				assert_true(names_member(security, "csrf"));
			}
		}
	}
}

/* All "#/components/..." lead somewhere. */
static void
follow_references(const struct json *document, const struct json *node)
{
	const struct json *value;
	void *iterator = NULL;
	const char *key;

	for (size_t i = 0; json_is_array(node) && i < json_length(node); i++) {
		follow_references(document, json_at(node, i));
	}
	while (
		json_is_object(node) && (key = json_iterate(node, &iterator, &value)) != NULL) {
		const char *reference = json_string_value(value, NULL);
		char section[40];
		char name[80];

		if (strcmp(key, "$ref") != 0 || reference == NULL) {
			follow_references(document, value);
			continue;
		}
		assert_int_equal(sscanf(reference, "#/components/%39[^/]/%79s", section, name),
			2);
		value = json_get(json_get(json_get(document, "components"), section), name);
		if (value == NULL) {
			fail_msg("%s leads nowhere", reference);
		}
	}
}

static void
references_lead_somewhere(void **state)
{
	follow_references(*state, *state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_is_described),
		cmocka_unit_test(every_description_has_a_route),
		cmocka_unit_test(writes_of_staff_name_the_token),
		cmocka_unit_test(references_lead_somewhere),
	};

	return cmocka_run_group_tests(tests, parse, release);
}
