#include "api/export_row.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/csv.h"
#include "model/staff.h"

static void
begin_field(struct export_row *r)
{
	if (r->begun) {
		buf_putc(r->out, ',');
	}
	r->begun = true;
}

void
export_row_text(struct export_row *r, const char *text)
{
	begin_field(r);
	csv_write_field(r->out, text != NULL ? text : "", text != NULL ? strlen(text) : 0, 1);
}

void
export_row_time(struct export_row *r, int64_t at)
{
	char text[TIME_TEXT_SIZE] = "";

	if (at != 0) {
		time_format(at, text);
	}
	export_row_text(r, text);
}

void
export_row_id(struct export_row *r, uint64_t id)
{
	begin_field(r);
	buf_printf(r->out, "\"%llu\"", (unsigned long long)id);
}

void
export_row_count(struct export_row *r, uint64_t count)
{
	begin_field(r);
	buf_printf(r->out, "%llu", (unsigned long long)count);
}

void
export_row_end(struct export_row *r)
{
	buf_puts(r->out, "\r\n");
	r->begun = false;
}

const char *
export_staff_name(const struct staff *list, size_t count, uint64_t id)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].id == id) {
			return list[i].name;
		}
	}
	return NULL;
}
