#include "model/email.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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

const char *
email_of_mailbox(const char *address, const char *mailbox)
{
	const char *at = strrchr(mailbox, '@');
	const char *other = strrchr(address, '@');

	if (at == NULL || other == NULL || strcasecmp(at, other) != 0) {
		return NULL;
	}
	size_t local = (size_t)(at - mailbox);
	if ((size_t)(other - address) < local || strncasecmp(address, mailbox, local) != 0) {
		return NULL;
	}
	const char *behind = address + local;
	return *behind == '@' || *behind == '+' ? behind : NULL;
}
