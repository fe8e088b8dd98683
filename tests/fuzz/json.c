/* Any text that outsiders may send as JSON. What is accepted must be written out the same
 * way for ever: parsing what we wrote gives the same text again. */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(const struct json *j)
{
	const struct json *value;
	void *iterator = NULL;
	const char *key;
	size_t length;

	for (size_t i = 0; i < json_length(j); i++) {
		walk(json_at(j, i));
	}
	while ((key = json_iterate(j, &iterator, &value)) != NULL) {
		assert(utf8_valid(key, strlen(key)));
		assert(json_get(j, key) == value || json_get(j, key) == NULL);
		walk(value);
	}
	if (json_string_value(j, &length) != NULL) {
		assert(strlen(json_string_value(j, NULL)) == length);
		assert(utf8_valid(json_string_value(j, NULL), length));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error e = {0};
	struct json *root;
	struct json *again;
	struct buf once;
	struct buf twice;

	if (json_parse((const char *)data, size, &root, &e) != ERR_OK) {
		assert(e.text[0] != '\0' && utf8_valid(e.text, strlen(e.text)));
		return 0;
	}
	walk(root);
	buf_init(&once, 16 << 20);
	buf_init(&twice, 16 << 20);
	json_dump(root, &once);
	assert(!once.overflowed);
	assert(json_parse(once.data, once.length, &again, NULL) == ERR_OK);
	json_dump(again, &twice);
	assert(strcmp(once.data, twice.data) == 0);
	buf_fini(&once);
	buf_fini(&twice);
	json_free(again);
	json_free(root);
	return 0;
}
