/* What comes with an upload: its name in a header, and the first bytes of a picture. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "api/file_name.h"
#include "api/picture_size.h"
#include "base/arena.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_name(const char *encoded)
{
	struct arena *a = arena_create();
	const char *name = file_name_read(a, encoded);
	const char *disposition = file_name_disposition(a, "attachment", name);

	assert(name[0] != '\0' && strlen(name) <= FILE_NAME_MAX);
	assert(utf8_valid(name, strlen(name)));
	assert(strpbrk(name, "/\\\r\n") == NULL);
	for (const char *p = disposition; *p != '\0'; p++) {
		assert(*p >= 0x20 && *p < 0x7f);
	}
	arena_destroy(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct picture_size picture;
	struct arena *a = arena_create();

	if (picture_size(data, size, &picture)) {
		assert(picture.width > 0 && picture.width <= 65535);
		assert(picture.height > 0 && picture.height <= 65535);
	}
	check_name(arena_strndup(a, (const char *)data, size));
	arena_destroy(a);
	return 0;
}
