/* The head of a request, its path and its query from a hostile peer: what is accepted must
 * be clean, whatever the bytes were. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "net/address.h"
#include "net/http_head.h"
#include "net/http_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_head(const struct http_head *head)
{
	assert(head->path[0] == '/');
	assert(utf8_valid(head->path, strlen(head->path)));
	assert(strstr(head->path, "/../") == NULL);
	for (const char *p = head->path; *p != '\0'; p++) {
		assert((unsigned char)*p >= 0x20 && *p != 0x7f);
	}
	for (size_t i = 0; i < head->header_count; i++) {
		const char *name = head->headers[i].name;

		assert(name[0] != '\0' && strpbrk(name, " \t\r\n:") == NULL);
		assert(strpbrk(head->headers[i].value, "\r\n") == NULL);
		assert(strcmp(name, "transfer-encoding") != 0);
	}
}

static void
try_values(struct arena *a, const struct http_head *head)
{
	const struct web_request rq = {.headers = head->headers,
		.header_count = head->header_count};
	struct network_list trusted = {0};
	struct address peer = {0};
	struct address client;
	uint64_t first = 0;
	uint64_t length = 0;
	const char *value = http_query_decode(a, head->query, "q");

	assert(value == NULL || utf8_valid(value, strlen(value)));
	(void)http_accepts(web_header(&rq, "accept-encoding"), "br");
	address_of_client(&trusted, &peer, web_header(&rq, "x-forwarded-for"), &client);
	if (http_range_parse(web_header(&rq, "range"), 1000, &first, &length) == RANGE_PART) {
		assert(first < 1000 && length > 0 && length <= 1000 - first);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t length = http_head_length(text, size, 0);
	struct http_head head;
	struct arena *a;

	/* Found at the same place when it arrives in two pieces. */
	assert(http_head_length(text, size / 2, 0) != 0 ||
		http_head_length(text, size, size / 2) == length);
	if (length == 0) {
		return 0;
	}
	a = arena_create();
	if (http_head_parse(a, text, length, &head) == 0) {
		check_head(&head);
		try_values(a, &head);
	}
	arena_destroy(a);
	return 0;
}
