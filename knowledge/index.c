#include "knowledge/index.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "knowledge/index_folder.h"
#include "knowledge/index_private.h"
#include "model/fact.h"

enum { WARM_BYTES = 128 * 1024 * 1024 };

static enum err
fail(const char *what, const char *path, struct error *e)
{
	return error_set(e, ERR_UNAVAILABLE, "cannot %s %s: %s", what, path, strerror(errno));
}

uint32_t
index_agent_hash(uint64_t id)
{
	return (uint32_t)(id ^ id >> 32);
}

/* --- opening ------------------------------------------------------------------------------ */

static int
compare_blocks(const void *x, const void *y)
{
	const struct index_block *a = x;
	const struct index_block *b = y;

	if (a->node != b->node) {
		return a->node < b->node ? -1 : 1;
	}
	return (a->number > b->number) - (a->number < b->number);
}

static enum err
add_block(struct index *ix, unsigned node, uint64_t number, struct error *e)
{
	char name[INDEX_BLOCK_NAME_SIZE];
	struct index_block block = {.node = node, .number = number};
	enum err err;

	snprintf(name, sizeof(name), "%03u-%07" PRIx64, node, number);
	err = index_file_open(ix->folder, name, ix->lock >= 0, &block.file, e);
	if (err != ERR_OK) {
		return err;
	}
	pthread_rwlock_wrlock(&ix->changing);
	ix->blocks = xrealloc(ix->blocks, (ix->count + 1) * sizeof(*ix->blocks));
	ix->blocks[ix->count++] = block;
	qsort(ix->blocks, ix->count, sizeof(*ix->blocks), compare_blocks);
	pthread_rwlock_unlock(&ix->changing);
	return ERR_OK;
}

static bool
is_block(const char *name, const char *ending, unsigned *node, uint64_t *number)
{
	int end = 0;

	return sscanf(name, "%3u-%7" SCNx64 "%n", node, number, &end) == 2 && end > 0 &&
		strcmp(name + end, ending) == 0;
}

static enum err
read_folder(struct index *ix, struct error *e)
{
	DIR *folder = opendir(ix->path);
	struct dirent *entry;
	enum err err = ERR_OK;

	if (folder == NULL) {
		return fail("read", ix->path, e);
	}
	while (err == ERR_OK && (entry = readdir(folder)) != NULL) {
		unsigned node;
		uint64_t number;

		if (is_block(entry->d_name, ".db", &node, &number)) {
			err = error_set(e, ERR_CORRUPT, "search index: %s is of an older version",
				ix->path);
		} else if (is_block(entry->d_name, ".rows", &node, &number)) {
			err = add_block(ix, node, number, e);
		}
	}
	closedir(folder);
	return err;
}

static enum err
take_lock(struct index *ix, struct error *e)
{
	ix->lock = openat(ix->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (ix->lock < 0) {
		return fail("lock", ix->path, e);
	}
	if (flock(ix->lock, LOCK_EX | LOCK_NB) != 0) {
		return error_set(e, ERR_BUSY, "another process writes the search index in %s",
			ix->path);
	}
	return ERR_OK;
}

static enum err
open_folder(struct index *ix, bool writes, struct error *e)
{
	struct stat status;

	if (writes && mkdir(ix->path, 0700) != 0 && errno != EEXIST) {
		return fail("make", ix->path, e);
	}
	ix->folder = open(ix->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ix->folder < 0) {
		return errno == ENOENT ? ERR_OK : fail("open", ix->path, e);
	}
	if (fstat(ix->folder, &status) != 0) {
		return fail("read", ix->path, e);
	}
	ix->device = status.st_dev;
	ix->inode = status.st_ino;
	return writes ? take_lock(ix, e) : ERR_OK;
}

enum err
index_open(const char *folder, bool writes, struct index **out, struct error *e)
{
	struct index *ix = xcalloc(1, sizeof(*ix));
	enum err err = ERR_OK;

	ix->folder = -1;
	ix->lock = -1;
	pthread_rwlock_init(&ix->changing, NULL);
	if (!str_copy(ix->path, sizeof(ix->path), folder)) {
		err = error_set(e, ERR_INVALID, "the path of the search index is too long");
	}
	if (err == ERR_OK) {
		err = open_folder(ix, writes, e);
	}
	if (err == ERR_OK && ix->folder >= 0) {
		err = read_folder(ix, e);
	}
	if (err != ERR_OK) {
		index_close(ix);
		return err;
	}
	*out = ix;
	return ERR_OK;
}

void
index_close(struct index *ix)
{
	if (ix == NULL) {
		return;
	}
	for (size_t i = 0; i < ix->count; i++) {
		index_file_close(ix->blocks[i].file);
	}
	free(ix->blocks);
	if (ix->lock >= 0) {
		close(ix->lock);
	}
	if (ix->folder >= 0) {
		close(ix->folder);
	}
	pthread_rwlock_destroy(&ix->changing);
	free(ix);
}

/* Only what this module makes; a folder set by mistake loses nothing else. */
static bool
is_ours(const char *name)
{
	unsigned node;
	uint64_t number;
	int end = 0;

	return strcmp(name, "lock") == 0 ||
		(sscanf(name, "%3u-%7" SCNx64 ".%n", &node, &number, &end) == 2 && end > 0);
}

enum err
index_wipe(const char *folder, struct error *e)
{
	DIR *open = opendir(folder);
	struct dirent *entry;
	enum err err = ERR_OK;

	if (open == NULL) {
		return errno == ENOENT ? ERR_OK : fail("read", folder, e);
	}
	while (err == ERR_OK && (entry = readdir(open)) != NULL) {
		if (is_ours(entry->d_name) && unlinkat(dirfd(open), entry->d_name, 0) != 0 &&
			errno != ENOENT) {
			err = fail("remove a file of", folder, e);
		}
	}
	closedir(open);
	(void)rmdir(folder); /* it may hold what is not ours */
	return err;
}

bool
index_replaced(const struct index *ix)
{
	struct stat status;

	return stat(ix->path, &status) != 0 || status.st_dev != ix->device ||
		status.st_ino != ix->inode;
}

void
index_stats(struct index *ix, struct index_stats *out)
{
	struct index_stats stats = {0};

	pthread_rwlock_rdlock(&ix->changing);
	stats.files = ix->count;
	for (size_t i = 0; i < ix->count; i++) {
		stats.entries += index_file_entries(ix->blocks[i].file);
		stats.bytes += index_file_bytes(ix->blocks[i].file);
	}
	pthread_rwlock_unlock(&ix->changing);
	*out = stats;
}

/* --- feeding ------------------------------------------------------------------------------ */

static struct index_block *
find_block(struct index *ix, unsigned node, uint64_t number)
{
	struct index_block wanted = {.node = node, .number = number};

	if (ix->count == 0) {
		return NULL;
	}
	return bsearch(&wanted, ix->blocks, ix->count, sizeof(*ix->blocks), compare_blocks);
}

uint64_t
index_next(struct index *ix, unsigned node)
{
	uint64_t number = 0;
	const struct index_block *b;

	while ((b = find_block(ix, node, number)) != NULL &&
		index_file_upto(b->file) == INDEX_BLOCK_ROWS) {
		number++;
	}
	return FACT_ID(node, number << INDEX_BLOCK_BITS) +
		(b != NULL ? index_file_upto(b->file) : 0);
}

uint64_t
index_mark(struct index *ix, unsigned node, uint64_t *upto)
{
	const struct index_block *last = NULL;

	*upto = 0;
	for (size_t i = 0; i < ix->count; i++) {
		const struct index_block *b = &ix->blocks[i];

		if (b->node == node && index_file_upto(b->file) > 0) {
			last = b;
		}
	}
	if (last == NULL) {
		return 0;
	}
	*upto = FACT_ID(node, last->number << INDEX_BLOCK_BITS) +
		index_file_upto(last->file) - 1;
	return index_file_mark(last->file);
}

static struct index_row
row_of(const struct index_entry *entry)
{
	return (struct index_row){
		.timeline = entry->timeline,
		.at_low = (uint32_t)((uint64_t)entry->at & 0xffffffff),
		.at_high = (uint16_t)((uint64_t)entry->at >> 32 & 0xffff),
		.kind = (uint8_t)entry->kind,
		.said = index_row_said(entry->author_kind, entry->channel_kind),
		.unit = (uint32_t)entry->unit,
		.agent = index_agent_hash(entry->author),
	};
}

static enum err
fill(struct index_file *file, const struct index_entry *entries, size_t count,
	uint64_t end, uint64_t mark, struct error *e)
{
	uint64_t upto = index_file_upto(file);
	enum err err = index_file_full(file) ? index_file_sync(file, e) : ERR_OK;

	if (err != ERR_OK || end <= upto) {
		return err;
	}
	for (size_t i = 0; i < count; i++) {
		const struct index_entry *entry = &entries[i];
		size_t place = entry->id & (INDEX_BLOCK_ROWS - 1);
		struct index_row row = row_of(entry);

		if (entry->text != NULL && place >= upto) {
			index_file_add(file, place, &row, entry->text, entry->length);
		}
	}
	index_file_reached(file, end, mark);
	return end == INDEX_BLOCK_ROWS ? index_file_sync(file, e) : ERR_OK;
}

enum err
index_add(struct index *ix, const struct index_entry *entries, size_t count,
	uint64_t upto, uint64_t mark, struct error *e)
{
	unsigned node = FACT_NODE(upto);
	uint64_t number = FACT_N(upto) >> INDEX_BLOCK_BITS;
	struct index_block *b = find_block(ix, node, number);
	enum err err;

	assert(ix->lock >= 0);
	assert(count == 0 || entries[0].id >> INDEX_BLOCK_BITS == upto >> INDEX_BLOCK_BITS);
	if (b == NULL) {
		err = add_block(ix, node, number, e);
		if (err != ERR_OK) {
			return err;
		}
		b = find_block(ix, node, number);
	}
	return fill(b->file, entries, count, (upto & (INDEX_BLOCK_ROWS - 1)) + 1, mark, e);
}

enum err
index_erase(struct index *ix, uint64_t id, struct error *e)
{
	const struct index_block *b = find_block(ix, FACT_NODE(id),
		FACT_N(id) >> INDEX_BLOCK_BITS);
	size_t place = id & (INDEX_BLOCK_ROWS - 1);

	if (b == NULL || place >= index_file_upto(b->file) ||
		index_rows_at(index_file_rows(b->file), place)->timeline == 0) {
		return error_set(e, ERR_NOT_FOUND, "the search index does not have this entry");
	}
	index_rows_clear(index_file_rows(b->file), place);
	return ERR_OK;
}

void
index_move(struct index *ix, const uint64_t *timelines, const uint32_t *units,
	size_t count)
{
	for (size_t i = 0; i < ix->count; i++) {
		index_rows_move(index_file_rows(ix->blocks[i].file), timelines, units, count);
	}
}

/* What moved in other blocks goes first: a segment says that it need not be read once more. */
enum err
index_sync(struct index *ix, struct error *e)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < ix->count && err == ERR_OK; i++) {
		struct index_rows *rows = index_file_rows(ix->blocks[i].file);

		if (index_rows_moved(rows)) {
			err = index_rows_sync(rows, index_rows_synced(rows), e);
		}
	}
	for (size_t i = 0; i < ix->count && err == ERR_OK; i++) {
		err = index_file_sync(ix->blocks[i].file, e);
	}
	return err;
}

enum err
index_purge(struct index *ix, struct error *e)
{
	enum err err = index_sync(ix, e);

	for (size_t i = 0; i < ix->count && err == ERR_OK; i++) {
		err = index_file_purge(ix->blocks[i].file, e);
	}
	return err;
}

void
index_warm(struct index *ix)
{
	uint64_t left = WARM_BYTES;

	for (size_t i = ix->count; i-- > 0;) {
		index_file_warm(ix->blocks[i].file, &left);
	}
}
