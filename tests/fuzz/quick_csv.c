/* A table of quick replies in any character set, from anybody: every row that is taken holds to
 * the bounds of the store and is UTF-8. */
#include <assert.h>
#include <string.h>

#include "api/quick_csv.h"
#include "base/arena.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *text, size_t max)
{
	assert(utf8_valid(text, strlen(text)));
	assert(utf8_count(text, strlen(text)) <= max);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_create();
	struct quick_csv *csv = arena_alloc(a, sizeof(*csv));

	quick_csv_parse(a, (const char *)data, size, csv);
	for (size_t i = 0; i < csv->row_count; i++) {
		const struct quick_reply *q = &csv->rows[i].reply;

		assert(q->title[0] != '\0' && q->body[0] != '\0');
		check(q->title, QUICK_TITLE_MAX);
		check(q->folder, QUICK_FOLDER_MAX);
		check(q->shortcut, QUICK_SHORTCUT_MAX);
		check(q->body, QUICK_BODY_MAX);
	}
	arena_destroy(a);
	return 0;
}
