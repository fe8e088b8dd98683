#include "crm/text_file.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum {
	PIECE = 32 * 1024,
	SAMPLE = 1024 * 1024,
	REST_MAX = 8, /* bytes of a character that the piece cut */
};

struct text_file {
	FILE *file;
	iconv_t converter; /* (iconv_t)-1: it is UTF-8 already */
	int64_t size;
	int64_t done;
	char piece[REST_MAX + PIECE];
	size_t rest;
};

bool
charset_known(const char *charset)
{
	return str_equals(charset, CHARSET_UTF8) || str_equals(charset, CHARSET_GB18030);
}

enum err
text_file_detect(const char *path, const char **charset, struct error *e)
{
	FILE *file = fopen(path, "rbe");
	char *sample;
	size_t length;
	bool valid;

	if (file == NULL) {
		return error_set(e, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
	}
	sample = xmalloc(SAMPLE);
	length = fread(sample, 1, SAMPLE, file);
	fclose(file);
	valid = utf8_valid(sample, length);
	/* The sample may end inside a character. */
	for (size_t cut = 1; !valid && length == SAMPLE && cut < 4; cut++) {
		valid = utf8_valid(sample, length - cut);
	}
	free(sample);
	*charset = valid ? CHARSET_UTF8 : CHARSET_GB18030;
	return ERR_OK;
}

enum err
text_file_open(struct text_file **out, const char *path, const char *charset,
	struct error *e)
{
	struct text_file *f = xcalloc(1, sizeof(*f));
	struct stat status;

	f->converter = (iconv_t)-1;
	f->file = fopen(path, "rbe");
	if (f->file == NULL || fstat(fileno(f->file), &status) != 0 ||
		!S_ISREG(status.st_mode)) {
		int reason = f->file == NULL ? errno : EINVAL;

		text_file_close(f);
		return error_set(e, ERR_UNAVAILABLE, "%s: %s", path, strerror(reason));
	}
	f->size = status.st_size;
	if (strcmp(charset, CHARSET_GB18030) == 0) {
		f->converter = iconv_open("UTF-8", "GB18030");
		if (f->converter == (iconv_t)-1) {
			text_file_close(f);
			return error_set(e, ERR_UNAVAILABLE, "GB18030 is not installed here");
		}
	}
	*out = f;
	return ERR_OK;
}

void
text_file_close(struct text_file *f)
{
	if (f == NULL) {
		return;
	}
	if (f->converter != (iconv_t)-1) {
		iconv_close(f->converter);
	}
	if (f->file != NULL) {
		fclose(f->file);
	}
	free(f);
}

int64_t
text_file_size(const struct text_file *f)
{
	return f->size;
}

int64_t
text_file_done(const struct text_file *f)
{
	return f->done;
}

/* Converts what it can; the start of a character that goes on in the next piece is kept. */
static void
convert(struct text_file *f, size_t length, bool last, struct buf *out)
{
	char *from = f->piece;
	size_t left = length;

	while (left > 0) {
		char text[4096];
		char *to = text;
		size_t room = sizeof(text);
		size_t result = iconv(f->converter, &from, &left, &to, &room);

		buf_append(out, text, sizeof(text) - room);
		if (result != (size_t)-1 || errno == E2BIG) {
			continue;
		}
		if (errno == EINVAL && !last) {
			break;
		}
		buf_puts(out, "\xef\xbf\xbd");
		from++;
		left--;
	}
	memmove(f->piece, from, left);
	f->rest = left;
}

enum err
text_file_read(struct text_file *f, struct buf *out, bool *ended, struct error *e)
{
	size_t got = fread(f->piece + f->rest, 1, PIECE, f->file);

	if (ferror(f->file)) {
		return error_set(e, ERR_UNAVAILABLE, "the file cannot be read");
	}
	f->done += (int64_t)got;
	*ended = got == 0;
	if (f->converter != (iconv_t)-1) {
		convert(f, f->rest + got, *ended, out);
	} else {
		buf_append(out, f->piece, got);
	}
	return ERR_OK;
}
