/* What the short way takes must be what jansson reads. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json_plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	json_t *plain = json_plain(text, size);
	json_t *whole;

	if (plain != NULL) {
		whole = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
		assert(whole != NULL && json_equal(plain, whole));
		json_decref(whole);
		json_decref(plain);
	}
	return 0;
}
