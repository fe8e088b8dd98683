#include "model/email.h"

#include <ctype.h>
#include <string.h>

bool
email_normalise(const char *text, char out[static EMAIL_SIZE])
{
	const char *at = strchr(text, '@');
	size_t length = strlen(text);

	if (at == NULL || at == text || strchr(at + 1, '@') != NULL ||
		strchr(at + 1, '.') == NULL || at[1] == '.' || length >= EMAIL_SIZE ||
		text[length - 1] == '.' || strpbrk(text, " ,;<>()\"\\") != NULL) {
		return false;
	}
	for (size_t i = 0; i <= length; i++) {
		out[i] = (char)tolower((unsigned char)text[i]);
	}
	return true;
}
