/* The files of the search index: what was written is there again, whenever the process ended;
 * there are never many; and whatever lies in the folder, nothing worse comes of it than that the
 * index is built anew. */
#include "lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/index_world.h"
#include "model/fact.h"

static void
goes_on_where_it_was(void **state)
{
	struct index_world *w = *state;
	struct index_stats before;
	struct index_stats after;
	uint64_t upto;
	uint64_t mark;
	struct index *other;
	struct error e;

	index_world_fill(w);
	index_stats(w->index, &before);
	assert_int_equal(before.entries, INDEX_WORLD_ENTRIES);
	assert_int_equal(index_open(w->folder, true, &other, &e), ERR_BUSY);
	/* What never reached the disk is asked for once more. */
	index_close(w->index);
	assert_int_equal(index_open(w->folder, true, &w->index, &e), ERR_OK);
	index_stats(w->index, &after);
	assert_int_equal(after.entries, 0);
	assert_int_equal(index_next(w->index, 1), FACT_ID(1, 0));
	assert_int_equal(index_mark(w->index, 1, &upto), 0);
	assert_int_equal(upto, 0);
	index_world_feed(w, 0, INDEX_WORLD_ENTRIES);
	index_world_feed(w, 0, INDEX_WORLD_ENTRIES);
	index_stats(w->index, &after);
	assert_int_equal(after.entries, INDEX_WORLD_ENTRIES);
	mark = index_mark(w->index, 1, &upto);
	assert_int_equal(mark, upto);
	assert_int_equal(index_sync(w->index, &e), ERR_OK);
	index_close(w->index);
	assert_int_equal(index_open(w->folder, true, &w->index, &e), ERR_OK);
	assert_int_equal(index_next(w->index, 1), upto + 1);
	assert_int_equal(index_mark(w->index, 1, &upto), mark);
	index_stats(w->index, &after);
	assert_int_equal(after.entries, INDEX_WORLD_ENTRIES);
	assert_int_equal(index_next(w->index, 3), FACT_ID(3, 0));
}

/* Killed in the midst of feeding, time and again: in the end everything is there once. */
static void
survives_being_killed(void **state)
{
	struct index_world *w = *state;
	struct index_stats stats;
	struct index_query q;
	struct index_filter f;

	index_world_fill(w); /* to know the texts; then from the beginning */
	index_close(w->index);
	w->index = NULL;
	assert_int_equal(index_wipe(w->folder, NULL), ERR_OK);
	for (unsigned kill_after = 3; kill_after < 12; kill_after += 4) {
		pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (child == 0) {
			struct index_entry batch[40];
			uint64_t next;
			struct error e;

			if (index_open(w->folder, true, &w->index, &e) != ERR_OK) {
				_exit(1);
			}
			next = FACT_N(index_next(w->index, 1));
			next = next > 0 ? next - 1 : 0;
			for (unsigned k = 0; k < kill_after; k++) {
				for (size_t i = 0; i < 40; i++) {
					batch[i] = w->told[next + i].entry;
				}
				next += 40;
				if (index_add(w->index, batch, 40, batch[39].id, 0, &e) != ERR_OK ||
					(k % 2 == 0 && index_sync(w->index, &e) != ERR_OK)) {
					_exit(2);
				}
			}
			kill(getpid(), SIGKILL);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
	}
	assert_int_equal(index_open(w->folder, true, &w->index, NULL), ERR_OK);
	assert_true(FACT_N(index_next(w->index, 1)) > 3 * 40);
	index_world_feed(w, 0, INDEX_WORLD_ENTRIES);
	index_stats(w->index, &stats);
	assert_int_equal(stats.entries, INDEX_WORLD_ENTRIES);
	assert_int_equal(index_query_read("保", w->arena, &q, NULL), ERR_OK);
	f = index_world_any(w, &q);
	index_world_same(w, &q, &f, 50, "保");
}

static void
open_again(struct index_world *w)
{
	struct error e;

	index_close(w->index);
	w->index = NULL;
	if (index_open(w->folder, true, &w->index, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
}

static void
search_for_some(struct index_world *w, unsigned count)
{
	char text[60];

	for (unsigned i = 0; i < count; i++) {
		struct index_query q;
		struct index_filter f;

		index_world_text(w, 3, text, sizeof(text));
		if (index_query_read(text, w->arena, &q, NULL) == ERR_OK) {
			f = index_world_any(w, &q);
			index_world_same(w, &q, &f, 1 + index_world_pick(w, 50), text);
		}
	}
}

/* Tells before it writes each segment; never returns. */
static void
write_on(struct index_world *w, int progress)
{
	size_t next;

	if (index_open(w->folder, true, &w->index, NULL) != ERR_OK) {
		_exit(1);
	}
	next = FACT_N(index_next(w->index, 1));
	for (next = next > 0 ? next - 1 : 0; next < w->count; next++) {
		if (index_add(w->index, &w->told[next].entry, 1, w->told[next].entry.id, 0,
				NULL) != ERR_OK ||
			write(progress, "", 1) != 1 || index_sync(w->index, NULL) != ERR_OK) {
			_exit(2);
		}
	}
	_exit(3);
}

/* While it writes or merges, wherever that is. */
static void
survives_being_killed_at_any_time(void **state)
{
	struct index_world *w = *state;
	uint64_t before = 0;
	char text[INDEX_WORLD_TEXT];

	for (size_t i = 0; i < INDEX_WORLD_ENTRIES; i++) {
		index_world_text(w, 12, text, sizeof(text));
		index_world_tell(w, 1, i + 1, text);
	}
	index_close(w->index);
	w->index = NULL;
	for (unsigned round = 0; round < 30; round++) {
		size_t steps = 2 + index_world_pick(w, 20);
		int ends[2];
		int status;
		pid_t child;
		char byte;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			write_on(w, ends[1]);
		}
		close(ends[1]);
		for (size_t i = 0; i < steps; i++) {
			assert_int_equal(read(ends[0], &byte, 1), 1);
		}
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		close(ends[0]);
		assert_int_equal(index_open(w->folder, true, &w->index, NULL), ERR_OK);
		assert_true(index_next(w->index, 1) > before);
		before = index_next(w->index, 1);
		index_close(w->index);
		w->index = NULL;
	}
	open_again(w);
	index_world_feed(w, 0, INDEX_WORLD_ENTRIES);
	search_for_some(w, 60);
}

static void
waits_for_room_on_the_disk(void **state)
{
	struct index_world *w = *state;
	struct rlimit before;
	struct rlimit little;

	index_world_fill(w);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little = before;
	little.rlim_cur = 1000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	assert_int_equal(index_sync(w->index, NULL), ERR_UNAVAILABLE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	search_for_some(w, 20);
	assert_int_equal(index_sync(w->index, NULL), ERR_OK);
	search_for_some(w, 20);
	open_again(w);
	search_for_some(w, 20);
}

typedef void each_name(struct index_world *w, const char *name);

static unsigned
for_names(struct index_world *w, const char *wanted, each_name *each)
{
	DIR *folder = opendir(w->folder);
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (fnmatch(wanted, entry->d_name, 0) == 0) {
			count++;
			if (each != NULL) {
				each(w, entry->d_name);
			}
		}
	}
	closedir(folder);
	return count;
}

#define SEGMENTS "[0-9]*.[0-9]*[0-9a-f]"

static void
path_of(const struct index_world *w, const char *name, char out[static 200])
{
	snprintf(out, 200, "%s/%.99s", w->folder, name);
}

static void
fill_in_pieces(struct index_world *w, size_t piece)
{
	index_world_fill(w);
	open_again(w); /* from the beginning */
	for (size_t i = 0; i < INDEX_WORLD_ENTRIES; i += piece) {
		index_world_feed(w, i,
			i + piece < INDEX_WORLD_ENTRIES ? i + piece : INDEX_WORLD_ENTRIES);
		assert_int_equal(index_sync(w->index, NULL), ERR_OK);
	}
}

static void
makes_few_files_of_many_pieces(void **state)
{
	struct index_world *w = *state;
	struct index_stats stats;

	fill_in_pieces(w, 5);
	assert_true(for_names(w, SEGMENTS, NULL) < 2 * 16);
	search_for_some(w, 60);
	open_again(w);
	index_stats(w->index, &stats);
	assert_int_equal(stats.entries, INDEX_WORLD_ENTRIES);
	search_for_some(w, 60);
}

static void
makes_one_file_of_a_full_block(void **state)
{
	struct index_world *w = *state;
	uint64_t end = INDEX_BLOCK_ROWS;
	char text[200];

	for (size_t i = 0; i < 300; i++) {
		index_world_text(w, 12, text, sizeof(text));
		index_world_tell(w, 1, end - 200 + i, text);
	}
	index_world_feed(w, 0, 100);
	assert_int_equal(index_sync(w->index, NULL), ERR_OK);
	index_world_feed(w, 100, 300);
	assert_int_equal(for_names(w, "001-0000000.[0-9]*[0-9a-f]", NULL), 1);
	assert_int_equal(for_names(w, "001-0000000.000000-100000", NULL), 1);
	assert_int_equal(index_next(w->index, 1), FACT_ID(1, end + 100));
	search_for_some(w, 60);
	/* What the second block has was not written yet. */
	open_again(w);
	assert_int_equal(index_next(w->index, 1), FACT_ID(1, end));
	index_world_feed(w, 200, 300);
	search_for_some(w, 60);
}

static void
copy(struct index_world *w, const char *from, const char *to)
{
	static char bytes[4 << 20];
	char path[200];
	size_t length;
	FILE *file;

	path_of(w, from, path);
	file = fopen(path, "rb");
	assert_non_null(file);
	length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	path_of(w, to, path);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

static void
keep_beside(struct index_world *w, const char *name)
{
	char kept[80];

	snprintf(kept, sizeof(kept), "kept-%.60s", name);
	copy(w, name, kept);
}

static void
put_back(struct index_world *w, const char *name)
{
	char path[200];

	copy(w, name, name + strlen("kept-"));
	path_of(w, name, path);
	unlink(path);
}

/* Merged, but the process was killed before the old files were gone; and in the midst of one. */
static void
removes_what_was_left_over(void **state)
{
	struct index_world *w = *state;
	char path[200];
	unsigned segments;

	index_world_fill(w);
	open_again(w);
	for (size_t i = 0; i < 15 * 20; i += 20) {
		index_world_feed(w, i, i + 20);
		assert_int_equal(index_sync(w->index, NULL), ERR_OK);
	}
	assert_int_equal(for_names(w, SEGMENTS, keep_beside), 15);
	index_world_feed(w, 300, INDEX_WORLD_ENTRIES);
	assert_int_equal(index_sync(w->index, NULL), ERR_OK);
	segments = for_names(w, SEGMENTS, NULL);
	assert_true(segments < 15);
	assert_int_equal(for_names(w, "kept-*", put_back), 15);
	copy(w, "001-0000000.rows", "001-0000000.000000-000999.new");
	open_again(w);
	assert_int_equal(for_names(w, SEGMENTS, NULL), segments);
	path_of(w, "001-0000000.000000-000999.new", path);
	assert_int_not_equal(access(path, F_OK), 0);
	search_for_some(w, 60);
}

static void
is_searched_by_another_process(void **state)
{
	struct index_world *w = *state;
	struct index *writer = w->index;

	index_world_fill(w);
	assert_int_equal(index_sync(writer, NULL), ERR_OK);
	assert_int_equal(index_open(w->folder, false, &w->index, NULL), ERR_OK);
	search_for_some(w, 60);
	index_close(w->index);
	w->index = writer;
}

static void
writes_into_its_own_folder_only(void **state)
{
	struct index_world *w = *state;
	char moved[120];
	char here[80];

	index_world_fill(w);
	snprintf(moved, sizeof(moved), "%s.moved", w->folder);
	snprintf(here, sizeof(here), "%s", w->folder);
	assert_false(index_replaced(w->index));
	assert_int_equal(rename(w->folder, moved), 0);
	assert_int_equal(mkdir(w->folder, 0700), 0);
	assert_true(index_replaced(w->index));
	assert_int_equal(index_sync(w->index, NULL), ERR_OK);
	assert_int_equal(for_names(w, "[0-9]*", NULL), 0);
	snprintf(w->folder, sizeof(w->folder), "%.79s", moved);
	assert_int_equal(for_names(w, SEGMENTS, NULL), 2);
	assert_int_equal(rmdir(here), 0);
	open_again(w);
	search_for_some(w, 20);
}

static void
break_file(struct index_world *w, const char *name)
{
	char path[200];
	struct stat status;
	int fd;

	path_of(w, name, path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &status), 0);
	for (unsigned i = 0; i < 20; i++) {
		uint8_t byte = (uint8_t)index_world_pick(w, 256);
		off_t at = 72 + (off_t)index_world_pick(w, (size_t)status.st_size - 72);

		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
}

/* Whatever they are: they are found out or give wrong answers, and nothing worse. */
static void
survives_broken_files(void **state)
{
	struct index_world *w = *state;
	struct index_page page;
	unsigned found_out = 0;
	char text[60];

	fill_in_pieces(w, 300);
	for_names(w, SEGMENTS, keep_beside);
	for (unsigned round = 0; round < 40; round++) {
		for_names(w, SEGMENTS, break_file);
		open_again(w);
		for (unsigned i = 0; i < 20; i++) {
			struct index_query q;
			struct index_filter f;
			enum err err;

			index_world_text(w, 2, text, sizeof(text));
			if (index_query_read(text, w->arena, &q, NULL) != ERR_OK) {
				continue;
			}
			f = index_world_any(w, &q);
			err = index_search(w->index, &f, 100, &page, NULL);
			assert_true(err == ERR_OK || err == ERR_CORRUPT);
			found_out += err == ERR_CORRUPT;
		}
		assert_true(index_erase(w->index, FACT_ID(1, round + 1), NULL) == ERR_OK);
		(void)!index_purge(w->index, NULL);
	}
	assert_true(found_out > 0);
	for_names(w, "kept-*", put_back);
}

static void
cut_off(struct index_world *w, const char *name)
{
	char path[200];

	path_of(w, name, path);
	assert_int_equal(truncate(path, 1000), 0);
}

static void
lose(struct index_world *w, const char *name)
{
	char path[200];

	path_of(w, name, path);
	assert_int_equal(unlink(path), 0);
}

static void
notices_what_is_not_its_own(void **state)
{
	static const struct {
		const char *wanted;
		each_name *each;
	} cases[] = {{SEGMENTS, cut_off}, {"*.rows", lose}};
	struct index_world *w = *state;
	char path[200];
	FILE *file;

	index_world_fill(w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		index_world_feed(w, 0, INDEX_WORLD_ENTRIES);
		assert_int_equal(index_sync(w->index, NULL), ERR_OK);
		index_close(w->index);
		w->index = NULL;
		assert_true(for_names(w, cases[i].wanted, cases[i].each) > 0);
		if (cases[i].each == lose) {
			struct index_entry *entry = &w->told[0].entry;

			/* Found out by who would begin that block anew. */
			assert_int_equal(index_open(w->folder, true, &w->index, NULL), ERR_OK);
			assert_int_equal(index_add(w->index, entry, 1, entry->id, 0, NULL),
				ERR_CORRUPT);
			index_close(w->index);
			w->index = NULL;
		} else {
			assert_int_equal(index_open(w->folder, true, &w->index, NULL), ERR_CORRUPT);
		}
		assert_int_equal(index_wipe(w->folder, NULL), ERR_OK);
		open_again(w);
	}
	/* An older release had another kind of file. */
	path_of(w, "001-0000000.db", path);
	file = fopen(path, "wb");
	assert_non_null(file);
	fclose(file);
	index_close(w->index);
	w->index = NULL;
	assert_int_equal(index_open(w->folder, true, &w->index, NULL), ERR_CORRUPT);
	assert_int_equal(index_wipe(w->folder, NULL), ERR_OK);
	open_again(w);
}

int
main(void)
{
/* clang-format off */
#define INDEX_TEST(test) cmocka_unit_test_setup_teardown(test, index_world_set_up, index_world_tear_down)
	/* clang-format on */
	const struct CMUnitTest tests[] = {
		INDEX_TEST(goes_on_where_it_was),
		INDEX_TEST(survives_being_killed),
		INDEX_TEST(survives_being_killed_at_any_time),
		INDEX_TEST(waits_for_room_on_the_disk),
		INDEX_TEST(makes_few_files_of_many_pieces),
		INDEX_TEST(makes_one_file_of_a_full_block),
		INDEX_TEST(removes_what_was_left_over),
		INDEX_TEST(is_searched_by_another_process),
		INDEX_TEST(writes_into_its_own_folder_only),
		INDEX_TEST(survives_broken_files),
		INDEX_TEST(notices_what_is_not_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
