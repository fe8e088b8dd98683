#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const char *const names[] = {
	[ERR_OK] = "ok",
	[ERR_INVALID] = "invalid",
	[ERR_DENIED] = "denied",
	[ERR_NOT_FOUND] = "not_found",
	[ERR_CONFLICT] = "conflict",
	[ERR_BUSY] = "busy",
	[ERR_UNAVAILABLE] = "unavailable",
	[ERR_UNCERTAIN] = "uncertain",
	[ERR_CORRUPT] = "corrupt",
};

enum err
error_set(struct error *e, enum err code, const char *fmt, ...)
{
	char text[ERROR_TEXT_SIZE + 1]; /* one more, to see where a cut character ends */
	va_list args;
	size_t length;

	if (e == NULL) {
		return code;
	}
	/* Formatted aside: callers wrap an error by passing e->text as an argument. */
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	length = utf8_truncate(text, strlen(text), ERROR_TEXT_SIZE - 1);
	memcpy(e->text, text, length);
	e->text[length] = '\0';
	e->code = code;
	return code;
}

const char *
err_name(enum err code)
{
	if ((size_t)code >= sizeof(names) / sizeof(names[0])) {
		return "unknown";
	}
	return names[code];
}
