#include <stdio.h>
#include <string.h>
#include <time.h>

#include "channels/phone/cdr.h"

/* Whole seconds or fractions; Asterisk writes the local zone unless usegmtime=yes. */
int64_t
cdr_time(const struct cdr_zone *zone, const char *text)
{
	struct tm tm = {.tm_isdst = -1};
	int used = 0;
	if (sscanf(text, "%4d-%2d-%2d%*1[ T]%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon,
			&tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6) {
		return 0;
	}
	if (tm.tm_year < 1980 || tm.tm_year > 2200 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
		tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
		tm.tm_sec > 60) {
		return 0;
	}
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	int64_t fraction_ms = 0;
	if (text[used] == '.') {
		int64_t unit = 100;
		for (const char *p = text + used + 1; *p >= '0' && *p <= '9'; p++, unit /= 10) {
			fraction_ms += (*p - '0') * unit;
		}
	}
	time_t seconds = zone->local ? mktime(&tm) : timegm(&tm) - zone->offset_min * 60;
	return (int64_t)seconds * 1000 + fraction_ms;
}
