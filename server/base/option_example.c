/* Writes the example file of option.h: every setting with its help, commented out. */
#include <string.h>

#include "base/buf.h"
#include "base/option.h"
#include "base/option_value.h"

enum { COMMENT_COLUMNS = 78, TEXT_MAX_BYTES = 4096 };

/* Breaks at spaces; a word is never split. */
static void
write_comment(const char *text, FILE *out)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t word = strcspn(text, " ");

		if (column == 0 || column + 1 + word > COMMENT_COLUMNS) {
			column = (size_t)fprintf(out, "%s# ", column > 0 ? "\n" : "") -
				(column > 0 ? 1 : 0);
		} else {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, word, out);
		column += word;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void
write_option(const struct option *o, const char *name, FILE *out)
{
	const char *fallback = o->fallback != NULL ? o->fallback : "";
	struct buf allowed;

	buf_init(&allowed, TEXT_MAX_BYTES);
	fputc('\n', out);
	write_comment(o->help, out);
	buf_puts(&allowed, "Takes ");
	option_describe(o, &allowed);
	buf_putc(&allowed, '.');
	write_comment(allowed.data, out);
	fprintf(out, "#%s =%s%s\n", name, fallback[0] != '\0' ? " " : "", fallback);
	buf_fini(&allowed);
}

void
options_write_example(const struct option *const *tables, FILE *out)
{
	const char *section = "";
	size_t section_length = 0;

	write_comment("The settings of Trunkline, each with its default. The environment "
				  "(TRUNKLINE_SECTION_NAME) and --set section.name=value override them.",
		out);
	for (; *tables != NULL; tables++) {
		for (const struct option *o = *tables; o->name != NULL; o++) {
			size_t length = (size_t)(strrchr(o->name, '.') - o->name);

			if (length != section_length || memcmp(section, o->name, length) != 0) {
				section = o->name;
				section_length = length;
				fprintf(out, "\n[%.*s]\n", (int)length, section);
			}
			write_option(o, o->name + length + 1, out);
		}
	}
}
