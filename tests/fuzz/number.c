/* Telephone numbers as callers' exchanges send them. Normalising twice must change nothing. */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "channels/phone/e164.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[200];
	if (size >= sizeof(text)) {
		return 0;
	}
	memcpy(text, data, size);
	text[size] = '\0';
	if (!utf8_valid(text, strlen(text))) {
		return 0;
	}
	static const char *const regions[] = {"CN", "US", "HK", "GB"};
	struct dial_plan plan = {regions[size % 4], "021", 5};
	char once[NUMBER_SIZE];
	char twice[NUMBER_SIZE];
	enum number_kind kind = number_normalise(&plan, text, once);
	assert(strlen(once) < NUMBER_SIZE);
	assert(utf8_valid(once, strlen(once)));
	if (kind == NUMBER_E164) {
		assert(once[0] == '+' && strlen(once) <= 16);
		assert(number_normalise(&plan, once, twice) == NUMBER_E164);
		assert(strcmp(once, twice) == 0);
	}
	return 0;
}
