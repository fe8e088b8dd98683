/* Keyword rules as a file, a table or JSON in any character set, from anybody: every rule that is
 * taken holds to the bounds of the store, and what is written of it comes in again the same. */
#include <assert.h>
#include <string.h>

#include "api/rule_file.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { FILE_MAX_BYTES = 16 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_row(struct arena *a, const struct rule_file_row *row)
{
	struct rule rule = row->rule;
	struct rule_menu_item *menu = arena_alloc(a, RULE_MENU_MAX * sizeof(*menu));

	for (size_t i = 0; i < rule.menu_count; i++) {
		menu[i] = rule.menu[i];
		menu[i].rule = row->targets[i] != NULL;
	}
	rule.menu = menu;
	assert(rule_check(&rule, NULL) == ERR_OK);
	assert(utf8_valid(rule.title, strlen(rule.title)));
}

static void
write_file(const struct rule_file *f, bool json, struct buf *out)
{
	buf_init(out, FILE_MAX_BYTES);
	if (json) {
		rule_file_write_json(out, f->rows, f->row_count);
	} else {
		rule_file_write_csv(out, f->rows, f->row_count, f->row_count % 2 != 0);
	}
}

/* As a file of this kind and read again, it says the same. */
static void
check_again(struct arena *a, const struct rule_file *f, bool json)
{
	struct rule_file *again = arena_alloc(a, sizeof(*again));
	struct buf file;
	struct buf before;
	struct buf after;

	write_file(f, json, &file);
	write_file(f, true, &before);
	if (!file.overflowed && !before.overflowed) {
		rule_file_parse(a, file.data, file.length, again);
		assert(again->report.problem == NULL && again->report.bad_count == 0);
		assert(again->row_count == f->row_count);
		write_file(again, true, &after);
		assert(before.length == after.length &&
			memcmp(before.data, after.data, before.length) == 0);
		buf_fini(&after);
	}
	buf_fini(&before);
	buf_fini(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_create();
	struct rule_file *f = arena_alloc(a, sizeof(*f));

	rule_file_parse(a, (const char *)data, size, f);
	assert(f->row_count <= RULE_FILE_ROWS_MAX);
	for (size_t i = 0; i < f->row_count; i++) {
		check_row(a, &f->rows[i]);
	}
	check_again(a, f, true);
	if (f->row_count > 0) {
		check_again(a, f, false);
	}
	arena_destroy(a);
	return 0;
}
