#include "model/rule_row.h"

#include <time.h>

int64_t
rule_day_of(int64_t at)
{
	time_t seconds = (time_t)(at / 1000);
	struct tm local = {0};

	localtime_r(&seconds, &local);
	return (at / 1000 + local.tm_gmtoff) / (24 * 3600);
}
