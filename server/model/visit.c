#include "model/visit.h"

#include <string.h>

#include "base/json.h"

void
visit_encode(const struct visit *v, struct json_writer *w)
{
	jw_key(w, "visit");
	jw_object(w);
	jw_kstring(w, "place", v->place);
	jw_kstring(w, "topic", v->topic);
	jw_kstring(w, "next_step", v->next_step);
	jw_kstring(w, "next_on", v->next_on);
	jw_object_end(w);
}

static int
number_at(const char *text, size_t digits)
{
	int value = 0;

	for (size_t i = 0; i < digits; i++) {
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

static int
days_of(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool
visit_date_valid(const char *text)
{
	static const char shape[] = "dddd-dd-dd";
	int month;
	int day;

	if (strlen(text) != sizeof(shape) - 1) {
		return false;
	}
	for (size_t i = 0; shape[i] != '\0'; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (shape[i] == 'd' ? !digit : text[i] != '-') {
			return false;
		}
	}
	month = number_at(text + 5, 2);
	day = number_at(text + 8, 2);
	return month >= 1 && month <= 12 && day >= 1 &&
		day <= days_of(number_at(text, 4), month);
}
