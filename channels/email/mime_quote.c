/* What an answer says newly, apart from the mail below it. Programs mark that mail in three
 * ways: > before each line, a line "On ... Somebody wrote:", or a block that repeats its
 * header. People answer above it, below it, or between its lines. Where it is not clear the
 * whole stays to be seen: hiding an answer is worse than showing a quotation. */
#include "channels/email/mime.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "channels/email/mime_lines.h"

enum { SIGNATURE_LINES = 12 };

struct span {
	size_t from;
	size_t to; /* behind the last */
};

static struct span
without_blanks(const struct mime_lines *lines, struct span s)
{
	while (s.from < s.to && mime_line_blank(lines->at[s.from])) {
		s.from++;
	}
	while (s.to > s.from && mime_line_blank(lines->at[s.to - 1])) {
		s.to--;
	}
	return s;
}

static bool
has_words(const struct mime_lines *lines, struct span s)
{
	for (size_t i = s.from; i < s.to; i++) {
		if (!mime_line_blank(lines->at[i]) && !mime_line_quoted(lines->at[i]) &&
			!mime_line_delimiter(lines->at[i])) {
			return true;
		}
	}
	return false;
}

static bool
has_lines(const struct mime_lines *lines, struct span s)
{
	s = without_blanks(lines, s);
	return s.from < s.to;
}

/* Where the signature begins, or the end. One that is longer than signatures are is text. */
static size_t
signature_from(const struct mime_lines *lines, struct span s)
{
	size_t earliest = s.to > s.from + SIGNATURE_LINES ? s.to - SIGNATURE_LINES : s.from;

	for (size_t i = earliest; i < s.to; i++) {
		if (mime_line_signature(lines->at[i]) &&
			has_lines(lines, (struct span){s.from, i})) {
			return i;
		}
	}
	return s.to;
}

/* Without what people do not write themselves, at the end: signature, device, lines. */
static struct span
without_tail(const struct mime_lines *lines, struct span s)
{
	struct span cut = without_blanks(lines, s);

	cut.to = signature_from(lines, cut);
	for (;;) {
		cut = without_blanks(lines, cut);
		if (cut.to == cut.from ||
			(!mime_line_delimiter(lines->at[cut.to - 1]) &&
				!mime_line_device(lines->at[cut.to - 1]))) {
			return cut;
		}
		cut.to--;
	}
}

static struct span
without_quoted_end(const struct mime_lines *lines, struct span s)
{
	struct span cut = s;

	while (cut.to > cut.from &&
		(mime_line_quoted(lines->at[cut.to - 1]) ||
			mime_line_blank(lines->at[cut.to - 1]))) {
		cut.to--;
	}
	return has_words(lines, cut) ? cut : s;
}

static void
append(struct buf *out, const struct mime_lines *lines, struct span s)
{
	s = without_blanks(lines, s);
	if (s.from < s.to && out->length > 0) {
		buf_puts(out, "\n\n");
	}
	for (size_t i = s.from; i < s.to; i++) {
		buf_append(out, lines->at[i].data, lines->at[i].length);
		if (i + 1 < s.to) {
			buf_putc(out, '\n');
		}
	}
}

static const char *
text_of(struct buf *b, struct arena *a)
{
	const char *text = arena_strndup(a, b->length > 0 ? b->data : "", b->length);

	buf_fini(b);
	return text;
}

struct fold {
	struct span parts[2]; /* what is new */
	struct span quote[2];
};

/* The answer stands below what it quotes, or between its lines. */
static bool
fold_below(const struct mime_lines *lines, size_t wrote, size_t wrote_count,
	struct fold *out)
{
	struct span above = {0, wrote};
	struct span below = {wrote + wrote_count, lines->count};
	size_t blocks = 0;

	below = without_tail(lines, without_quoted_end(lines, without_tail(lines, below)));
	if (below.from == below.to || !mime_line_quoted(lines->at[below.from]) ||
		!has_words(lines, below)) {
		return false;
	}
	for (size_t i = below.from; i < below.to; i++) {
		blocks += mime_line_quoted(lines->at[i]) &&
			(i == below.from || !mime_line_quoted(lines->at[i - 1]));
	}
	if (blocks == 1 && !has_words(lines, above)) {
		size_t i = below.from;
		while (i < below.to &&
			(mime_line_quoted(lines->at[i]) || mime_line_blank(lines->at[i]))) {
			i++;
		}
		out->parts[0] = (struct span){i, below.to};
		out->quote[0] = (struct span){wrote, i};
		out->quote[1] = (struct span){below.to, lines->count};
		return true;
	}
	out->parts[0] = above;
	out->parts[1] = below;
	out->quote[0] = (struct span){wrote, wrote + wrote_count};
	out->quote[1] = (struct span){below.to, lines->count};
	return true;
}

static void
fold_lines(const struct mime_lines *lines, struct fold *out)
{
	struct span all = {0, lines->count};
	size_t cut = lines->count;

	for (size_t i = 0; i < lines->count; i++) {
		size_t wrote = mime_lines_wrote(lines, i);
		if (wrote > 0 && fold_below(lines, i, wrote, out)) {
			return;
		}
		if (wrote > 0 || mime_lines_header(lines, i) > 0) {
			cut = i;
			break;
		}
	}
	struct span above = without_tail(lines, (struct span){0, cut});
	above = without_tail(lines, without_quoted_end(lines, above));
	if (above.from == above.to || (cut < lines->count && !has_words(lines, above))) {
		out->parts[0] = cut == lines->count ? without_tail(lines, all) : all;
		out->quote[0] = (struct span){out->parts[0].to, lines->count};
		return;
	}
	out->parts[0] = above;
	out->quote[0] = (struct span){above.to, lines->count};
}

void
mime_fold_quote(const char *text, struct arena *a, const char **fresh, const char **quote)
{
	struct mime_lines lines = mime_lines_of(text, a);
	struct fold fold = {0};
	struct buf new_text;
	struct buf quoted;

	fold_lines(&lines, &fold);
	buf_init(&new_text, strlen(text) + 16);
	buf_init(&quoted, strlen(text) + 16);
	for (size_t i = 0; i < 2; i++) {
		append(&new_text, &lines, fold.parts[i]);
		append(&quoted, &lines, fold.quote[i]);
	}
	*fresh = text_of(&new_text, a);
	*quote = text_of(&quoted, a);
	if ((*fresh)[0] == '\0') {
		*fresh = *quote;
		*quote = "";
	}
}
