#include "base/web.h"

#include "lib/test.h"

static void
headers_are_found_by_their_lower_case_name(void **state)
{
	const struct web_header headers[] = {{"host", "a"}, {"x-two", "b"}, {"x-two", "c"}};
	const struct web_request rq = {.headers = headers, .header_count = 3};
	const struct web_request none = {0};

	(void)state;
	assert_string_equal(web_header(&rq, "host"), "a");
	assert_string_equal(web_header(&rq, "x-two"), "b");
	assert_null(web_header(&rq, "x-tw"));
	assert_null(web_header(&none, "host"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_found_by_their_lower_case_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
