/* What an archive is made of: a header block, a member's name, a piece of a table. A name that is
 * taken stays inside the data folder; what is read of a piece is written again to the same bytes. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "backup/contents.h"
#include "backup/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_head(const uint8_t *data)
{
	char name[TAR_NAME_SIZE + 1];
	struct member_name member;
	uint64_t size;
	bool end;

	if (!tar_head_decode(data, name, &size, &end) || end) {
		return;
	}
	assert(strlen(name) <= TAR_NAME_SIZE);
	if (member_parse(name, &member)) {
		assert(name[0] != '/' && strstr(name, "..") == NULL);
	}
}

static void
try_name(const uint8_t *data, size_t size)
{
	char name[TAR_NAME_SIZE + 1];
	struct member_name member;

	size = size < TAR_NAME_SIZE ? size : TAR_NAME_SIZE;
	memcpy(name, data, size);
	name[size] = '\0';
	if (member_parse(name, &member)) {
		assert(name[0] != '/' && strstr(name, "/..") == NULL);
	}
}

static void
try_rows(const uint8_t *data, size_t size)
{
	struct value row[TABLE_COLUMNS_MAX];
	struct rows_reader first;
	struct rows_reader second;
	struct buf again;
	bool whole;

	if (rows_open(&first, data, size, NULL) != ERR_OK) {
		return;
	}
	buf_init(&again, ROWS_PIECE_MAX);
	buf_append(&again, data, (size_t)(first.at - data));
	while (rows_next(&first, row, &whole)) {
		rows_append(&again, row, first.column_count);
	}
	assert(rows_open(&second, again.data, again.length, NULL) == ERR_OK);
	while (rows_next(&second, row, &whole)) {
	}
	assert(whole && again.length <= size);
	buf_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= TAR_BLOCK_SIZE) {
		try_head(data);
	}
	try_name(data, size);
	try_rows(data, size);
	return 0;
}
