/* Structured logs, one line an event: a fixed event name and fields. Thread-safe.
 * Control characters in values are escaped; never pass bodies, tokens or secrets. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_TEXT, LOG_JSON };

void log_configure(enum log_level level, enum log_format format);

/* fields_fmt is printf-like and yields `key=value key2="value two"`; write text that came
 * from outside with %s between log_quote() so that it stays one field:
 *   log_event(LOG_INFO, "login_failed", "user=%s address=%s", log_quote(q, user), addr); */
void log_event(enum log_level level, const char *event, const char *fields_fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define LOG_QUOTE_SIZE 256
struct log_quoted {
	char text[LOG_QUOTE_SIZE];
};
const char *log_quote(struct log_quoted *q, const char *text); /* escaped, quoted, cut */

#endif
