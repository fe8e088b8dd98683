#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/file_name.h"
#include "api/file_store.h"
#include "api/file_type.h"
#include "api/picture_size.h"
#include "base/arena.h"
#include "lib/test.h"

static int
set_up(void **state)
{
	*state = arena_create();
	return 0;
}

static int
tear_down(void **state)
{
	arena_destroy(*state);
	return 0;
}

/* --- pictures ------------------------------------------------------------------------------ */

#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x02\0\0\0\x07\x08\x02\0\0\0\0\0\0\0"
#define GIF "GIF89a\x20\x03\x58\x02\x80\0\0"
#define WEBP_LOSSY \
	"RIFF\x40\0\0\0WEBPVP8 \x30\0\0\0\x30\x01\0\x9d\x01\x2a\x40\x01\xf0\0\0\0"
#define WEBP_LOSSLESS "RIFF\x40\0\0\0WEBPVP8L\x30\0\0\0\x2f\x3f\xc1\x3b\0\0\0\0\0\0\0\0\0"
#define WEBP_EXTENDED "RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\x01\0\xef\0\0"
#define JPEG_FRAME \
	"\xff\xc2\0\x11\x08\0\xf0\x01\x40\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"
#define JPEG_PLAIN "\xff\xd8\xff\xe0\0\x04JF" JPEG_FRAME
#define EXIF(value) \
	"\xff\xe1\0\x22" \
	"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0" value "\0\0\0\0\0\0\0"
#define JPEG_TURNED "\xff\xd8" EXIF("\x06") "\xff\xff" JPEG_FRAME

static void
assert_size(const char *data, size_t length, uint32_t width, uint32_t height)
{
	struct picture_size size = {0};

	assert_true(picture_size(data, length, &size));
	assert_int_equal(size.width, width);
	assert_int_equal(size.height, height);
}

static void
pictures_tell_their_size(void **state)
{
	(void)state;
	assert_size(PNG, sizeof(PNG) - 1, 258, 7);
	assert_size(GIF, sizeof(GIF) - 1, 800, 600);
	assert_size(WEBP_LOSSY, sizeof(WEBP_LOSSY) - 1, 320, 240);
	assert_size(WEBP_LOSSLESS, sizeof(WEBP_LOSSLESS) - 1, 320, 240);
	assert_size(WEBP_EXTENDED, sizeof(WEBP_EXTENDED) - 1, 320, 240);
	assert_size(JPEG_PLAIN, sizeof(JPEG_PLAIN) - 1, 320, 240);
	assert_size(JPEG_TURNED, sizeof(JPEG_TURNED) - 1, 240, 320);
}

static void
cut_pictures_have_no_size(void **state)
{
	static const struct {
		const char *data;
		size_t needed;
	} pictures[] = {
		{PNG, 24},
		{GIF, 10},
		{WEBP_LOSSY, 30},
		{WEBP_LOSSLESS, 30},
		{WEBP_EXTENDED, 30},
		{JPEG_PLAIN, 27},
		{JPEG_TURNED, 2 + 36 + 1 + 19},
	};
	struct picture_size size;

	(void)state;
	for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
		for (size_t length = 0; length < pictures[i].needed; length++) {
			/* A copy of exactly that size: reading further is found by the sanitizer. */
			char *copy = xmalloc(length + 1);

			memcpy(copy, pictures[i].data, length);
			assert_false(picture_size(copy, length, &size));
			free(copy);
		}
	}
	assert_false(picture_size("GIF89a\0\0\x01\0\0", 11, &size));
	assert_false(picture_size("BM not ours at all, sorry", 25, &size));
}

/* --- types --------------------------------------------------------------------------------- */

static void
assert_type(const char *data, size_t length, const char *name, const char *expected)
{
	const char *type = file_type_of(data, length, name);

	if (expected == NULL) {
		assert_null(type);
	} else {
		assert_non_null(type);
		assert_string_equal(type, expected);
	}
}

static void
types_are_found_in_the_bytes(void **state)
{
	(void)state;
	assert_type(PNG, sizeof(PNG) - 1, "page.html", "image/png");
	assert_type(GIF, sizeof(GIF) - 1, "a.gif", "image/gif");
	assert_type("%PDF-1.7\n", 9, "a.png", "application/pdf");
	assert_type("name,amount\na,1\nb,2\n", 20, "a.csv", "text/csv");
	assert_type("只是文字\n", 13, "a.txt", "text/plain");
	assert_type("#!AMR\n\x0c\x00\x00", 9, "a.amr", "audio/amr");
	assert_true(file_type_inline("image/png"));
	assert_false(file_type_inline("image/svg+xml"));
	assert_false(file_type_inline("image/heic"));
	assert_false(file_type_inline("text/plain"));
	assert_false(file_type_inline(NULL));
}

/* ⛔ Markup is never kept under a type that a browser runs. */
static void
markup_is_kept_as_mere_bytes(void **state)
{
	static const char *const pages[] = {
		"<!DOCTYPE html><html><script>alert(1)</script></html>",
		"<html><body>hello</body></html>",
		"  \n\n <script>alert(1)</script>",
		"hello <svg onload=alert(1)>",
		"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
		"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		assert_type(pages[i], strlen(pages[i]), "picture.png",
			"application/octet-stream");
	}
}

static void
programs_are_not_taken(void **state)
{
	char elf[64] = "\x7f"
				   "ELF\x02\x01\x01";
	char windows[128] = "MZ\x90\0\x03\0\0\0";

	(void)state;
	windows[0x3c] = 0x40;
	memcpy(windows + 0x40, "PE\0\0\x4c\x01", 6);
	assert_type(elf, sizeof(elf), "a.png", NULL);
	assert_type(windows, sizeof(windows), "a.pdf", NULL);
}

/* --- names --------------------------------------------------------------------------------- */

static void
names_lose_folders_and_tricks(void **state)
{
	static const char *const names[][2] = {
		{"a.png", "a.png"},
		{"%E5%90%88%E5%90%8C.pdf", "合同.pdf"},
		{"../../etc/passwd", "passwd"},
		{"C:%5CUsers%5Canna%5Ca.doc", "a.doc"},
		{"%2e%2e%2f%2e%2e%2fx", "x"},
		{"..", "file"},
		{"", "file"},
		{"a%00b%0d%0aSet-Cookie: x",
			"a\xef\xbf\xbd"
			"bSet-Cookie: x"},
		{"%ff%fe.txt", "\xef\xbf\xbd.txt"},
		{"photo%E2%80%AEgnp.exe", "photognp.exe"},
		{"100%", "100%"},
		{"50%zz", "50%zz"},
		{".htaccess", "htaccess"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(file_name_read(*state, names[i][0]), names[i][1]);
	}
	assert_string_equal(file_name_read(*state, NULL), "file");
}

static void
long_names_keep_their_ending(void **state)
{
	char name[3 * 400 + 8] = "";
	const char *cut;

	for (int i = 0; i < 300; i++) {
		strcat(name, "合");
	}
	strcat(name, ".pdf");
	cut = file_name_read(*state, name);
	assert_true(strlen(cut) <= FILE_NAME_MAX);
	assert_string_equal(cut + strlen(cut) - 7, "合.pdf");
}

static void
dispositions_are_plain_ascii(void **state)
{
	assert_string_equal(file_name_disposition(*state, "attachment", "a b.txt"),
		"attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt");
	assert_string_equal(file_name_disposition(*state, "inline", "合\"同\".png"),
		"inline; filename=\"____.png\"; "
		"filename*=UTF-8''%E5%90%88%22%E5%90%8C%22.png");
}

/* --- the store ----------------------------------------------------------------------------- */

static void
the_same_bytes_lie_once(void **state)
{
	char folder[] = "/tmp/trunkline-files-XXXXXX";
	uint8_t digest[DIGEST_SIZE];
	const char *path;
	struct error e = {0};
	struct stat first;
	struct stat second;

	assert_non_null(mkdtemp(folder));
	sha256("hello", 5, digest);
	path = file_store_path(*state, folder, digest);
	assert_non_null(
		strstr(path, "/files/2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e"));
	assert_int_equal(file_store_put(folder, digest, "hello", 5, &e), ERR_OK);
	assert_int_equal(stat(path, &first), 0);
	assert_int_equal(first.st_size, 5);
	assert_int_equal(first.st_mode & 0777, 0600);
	assert_int_equal(file_store_put(folder, digest, "hello", 5, &e), ERR_OK);
	assert_int_equal(stat(path, &second), 0);
	assert_int_equal(first.st_ino, second.st_ino);
	/* What was cut off by a crash of another kind is replaced. */
	assert_int_equal(truncate(path, 3), 0);
	assert_int_equal(file_store_put(folder, digest, "hello", 5, &e), ERR_OK);
	assert_int_equal(stat(path, &second), 0);
	assert_int_equal(second.st_size, 5);
	unlink(path);
	assert_int_equal(rmdir(arena_printf(*state, "%s/files/2c", folder)), 0);
	rmdir(arena_printf(*state, "%s/files", folder));
	rmdir(folder);
}

static void
only_what_is_ones_own_alone_is_taken_back(void **state)
{
	char folder[] = "/tmp/trunkline-files-XXXXXX";
	uint8_t digest[DIGEST_SIZE];
	struct file_mark made;
	struct file_mark found;
	const char *path;
	struct error e = {0};

	assert_non_null(mkdtemp(folder));
	sha256("hello", 5, digest);
	path = file_store_path(*state, folder, digest);
	assert_int_equal(file_store_put_marked(folder, digest, "hello", 5, &made, &e),
		ERR_OK);
	file_store_take_back(folder, digest, &made);
	assert_int_equal(access(path, F_OK), -1);
	/* Somebody else puts the same: from then on neither may take it from the other. */
	assert_int_equal(file_store_put_marked(folder, digest, "hello", 5, &made, &e),
		ERR_OK);
	assert_int_equal(file_store_put_marked(folder, digest, "hello", 5, &found, &e),
		ERR_OK);
	file_store_take_back(folder, digest, &found);
	assert_int_equal(access(path, F_OK), 0);
	file_store_take_back(folder, digest, &made);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	rmdir(arena_printf(*state, "%s/files/2c", folder));
	rmdir(arena_printf(*state, "%s/files", folder));
	rmdir(folder);
}

static void
a_folder_that_refuses_is_told(void **state)
{
	uint8_t digest[DIGEST_SIZE] = {0};
	struct error e = {0};

	(void)state;
	assert_int_equal(file_store_put("/proc/self", digest, "x", 1, &e), ERR_UNAVAILABLE);
	assert_true(e.text[0] != '\0');
}

#define file_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		file_test(pictures_tell_their_size),
		file_test(cut_pictures_have_no_size),
		file_test(types_are_found_in_the_bytes),
		file_test(markup_is_kept_as_mere_bytes),
		file_test(programs_are_not_taken),
		file_test(names_lose_folders_and_tricks),
		file_test(long_names_keep_their_ending),
		file_test(dispositions_are_plain_ascii),
		file_test(the_same_bytes_lie_once),
		file_test(only_what_is_ones_own_alone_is_taken_back),
		file_test(a_folder_that_refuses_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
