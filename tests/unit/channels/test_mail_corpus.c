/* Real mail, with all that mail programs and servers do to it: what a person sees of each, and
 * what is new in an answer. Sources and licences: tests/channels/email/sources.tsv. */
#include "lib/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "channels/email/mime.h"

#define FOLDER "tests/channels/email"

enum { FILE_MAX = 1024 * 1024, SHOWN_MAX = 60 };

static const struct mime_reader reader = {"support@broker.example", "mx.broker.example"};

static char *
read_file(const char *folder, const char *name, size_t *length)
{
	char path[400];
	char *bytes = malloc(FILE_MAX + 1);

	(void)snprintf(path, sizeof(path), FOLDER "/%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	*length = fread(bytes, 1, FILE_MAX, file);
	bytes[*length] = '\0';
	(void)fclose(file);
	return bytes;
}

/* The beginning of a text on one line. */
static void
append_shown(struct buf *out, const char *text)
{
	size_t length = utf8_truncate(text, strlen(text), SHOWN_MAX);

	for (size_t i = 0; i < length; i++) {
		buf_putc(out, text[i] == '\n' || text[i] == '\t' ? ' ' : text[i]);
	}
}

/* A mail as a line of mails.tsv. */
static void
describe(const char *name, const struct mime_mail *m, struct buf *out)
{
	buf_printf(out, "%s\t%s\t", name, mail_nature_name(m->head.nature));
	append_shown(out, m->head.from.name);
	buf_printf(out, "\t%s\t", m->head.from.address);
	append_shown(out, m->head.subject);
	buf_printf(out, "\t%s %s\t", m->report.status, m->report.recipient);
	for (size_t i = 0; i < m->attachment_count; i++) {
		buf_printf(out, "%s%s(%zu)", i > 0 ? ", " : "", m->attachments[i].name,
			m->attachments[i].length);
	}
	buf_putc(out, '\t');
	append_shown(out, m->text);
	buf_putc(out, '\n');
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t
list(const char *folder, char **names, size_t max)
{
	size_t count = 0;
	DIR *entries = opendir(folder);

	assert_non_null(entries);
	for (struct dirent *e = readdir(entries); e != NULL; e = readdir(entries)) {
		if (e->d_name[0] != '.' && count < max) {
			names[count++] = strdup(e->d_name);
		}
	}
	(void)closedir(entries);
	qsort(names, count, sizeof(*names), by_name);
	return count;
}

static void
check_bounds(const struct mime_mail *m)
{
	assert_true(strlen(m->text) <= MAIL_TEXT_MAX);
	assert_true(strlen(m->head.quote) <= MAIL_QUOTE_MAX);
	assert_true(utf8_valid(m->text, strlen(m->text)));
	assert_true(utf8_valid(m->head.subject, strlen(m->head.subject)));
	assert_true(m->head.message_id[0] != '\0');
	assert_true(m->head.reference_count <= MAIL_REFERENCES_MAX);
}

static void
each_mail_shows_what_its_sender_meant(void **state)
{
	char *names[200];
	size_t count = list(FOLDER "/mails", names, 200);
	size_t expected_length;
	char *expected = read_file(".", "mails.tsv", &expected_length);
	struct buf seen;

	(void)state;
	assert_true(count >= 90);
	buf_init(&seen, 1024 * 1024);
	for (size_t i = 0; i < count; i++) {
		struct arena *a = arena_create();
		struct mime_mail m;
		struct error e;
		size_t length;
		char *bytes = read_file("mails", names[i], &length);
		assert_int_equal(mime_read(bytes, length, &reader, a, &m, &e), ERR_OK);
		check_bounds(&m);
		size_t from = seen.length;
		describe(names[i], &m, &seen);
		if (strstr(expected, seen.data + from) == NULL) {
			(void)fprintf(stderr, "not as in mails.tsv: %s", seen.data + from);
		}
		free(bytes);
		free(names[i]);
		arena_destroy(a);
	}
	assert_int_equal(strcmp(expected, seen.data), 0);
	buf_fini(&seen);
	free(expected);
}

/* Cut anywhere, a mail is still a mail, or says that it is none. */
static void
a_mail_that_breaks_off_is_read_as_far_as_it_goes(void **state)
{
	char *names[200];
	size_t count = list(FOLDER "/mails", names, 200);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		size_t length;
		char *bytes = read_file("mails", names[i], &length);
		for (size_t cut = length / 7; cut < length; cut += length / 7 + 1) {
			struct arena *a = arena_create();
			struct mime_mail m;
			char *part = malloc(cut + 1);
			memcpy(part, bytes, cut);
			if (mime_read(part, cut, &reader, a, &m, NULL) == ERR_OK) {
				check_bounds(&m);
			}
			free(part);
			arena_destroy(a);
		}
		free(bytes);
		free(names[i]);
	}
}

static void
trim_end(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL) {
		text[--n] = '\0';
	}
}

static void
what_is_new_in_an_answer_is_found(void **state)
{
	char *names[100];
	size_t count = list(FOLDER "/quoting/emails", names, 100);
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		size_t length;
		char *text = read_file("quoting/emails", names[i], &length);
		char *expected = read_file("quoting/trimmed", names[i], &length);
		struct arena *a = arena_create();
		const char *fresh;
		const char *quote;
		mime_fold_quote(text, a, &fresh, &quote);
		trim_end(expected);
		char *seen = arena_strdup(a, fresh);
		trim_end(seen);
		/* Whole, as we show them: a forward has nothing else, and a blank line is kept
		 * where an attribution stood. */
		bool other = strcmp(names[i], "forwarded_message.txt") == 0 ||
			strcmp(names[i], "embedded_email_7.txt") == 0;
		if (!other && strcmp(seen, expected + strspn(expected, "\n")) != 0) {
			(void)fprintf(stderr, "%s:\n%s\n", names[i], seen);
			wrong++;
		}
		arena_destroy(a);
		free(text);
		free(expected);
		free(names[i]);
	}
	assert_int_equal(wrong, 0);
	assert_true(count >= 36);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mail_shows_what_its_sender_meant),
		cmocka_unit_test(a_mail_that_breaks_off_is_read_as_far_as_it_goes),
		cmocka_unit_test(what_is_new_in_an_answer_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
