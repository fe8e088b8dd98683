/* Writes knowledge/tables/fold.tsv, what knowledge/fold.c makes of each character, from the data
 * of ICU: `make tables`. The result is kept with the sources, so that folded text stays the same
 * when the system's ICU changes. A line is a character (or first..last) and one of
 *   hex hex ...  these instead of it: NFKC_Casefold, then traditional to simplified
 *   -            nothing (default ignorable: soft hyphen, zero-width space ...)
 *   _            white space, or a control character
 *   +            it may melt into what is before it: normalised together with that */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>
#include <unicode/uversion.h>

enum { LAST_CHARACTER = 0x10FFFF, UNITS = 64, LINE = 400 };

static const UNormalizer2 *normalizer;
static UTransliterator *simplifier;

static void
must(UErrorCode code, const char *what)
{
	if (U_FAILURE(code)) {
		fprintf(stderr, "make_fold: %s: %s\n", what, u_errorName(code));
		exit(1);
	}
}

static UChar32
simplified_once(UChar32 c)
{
	UErrorCode code = U_ZERO_ERROR;
	UChar text[UNITS];
	int32_t length = 0;
	int32_t limit;
	UChar32 out;

	if (!u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC)) {
		return c;
	}
	U16_APPEND_UNSAFE(text, length, c);
	limit = length;
	utrans_transUChars(simplifier, text, &length, UNITS, 0, &limit, &code);
	must(code, "simplify");
	U16_GET(text, 0, 0, length, out);
	if (length != U16_LENGTH(out)) {
		return c; /* more than one character: not a matter of one table */
	}
	return out;
}

/* What folding again leaves as it is. Some pairs of variants stand for each other in ICU's
 * table: the lower of the two then. */
static UChar32
simplified(UChar32 c)
{
	for (int steps = 0; steps < 4; steps++) {
		UChar32 next = simplified_once(c);

		if (next == c || (simplified_once(next) == c && c < next)) {
			return c;
		}
		c = next;
	}
	fprintf(stderr, "make_fold: U+%04X comes to no end\n", (unsigned)c);
	exit(1);
}

static bool
is_space(UChar32 c)
{
	return u_isUWhiteSpace(c) || u_charType(c) == U_CONTROL_CHAR;
}

/* The right half of the character's line; false: it stays as it is. */
static bool
describe(UChar32 c, char *line)
{
	UErrorCode code = U_ZERO_ERROR;
	UChar source[2];
	UChar text[UNITS];
	int32_t source_length = 0;
	int32_t length;
	size_t used = 0;
	bool same = true;

	if (is_space(c)) {
		snprintf(line, LINE, "%s", "_");
		return true;
	}
	U16_APPEND_UNSAFE(source, source_length, c);
	length = unorm2_normalize(normalizer, source, source_length, text, UNITS, &code);
	must(code, "normalise");
	if (length == 0) {
		snprintf(line, LINE, "%s", "-");
		return true;
	}
	if (!unorm2_hasBoundaryBefore(normalizer, c)) {
		snprintf(line, LINE, "%s", "+");
		return true;
	}
	for (int32_t i = 0; i < length;) {
		UChar32 each;

		U16_NEXT(text, i, length, each);
		each = simplified(each);
		same = same && each == c;
		used += (size_t)snprintf(line + used, LINE - used, "%s%04X", used == 0 ? "" : " ",
			(unsigned)each);
	}
	return !same;
}

static void
print_range(UChar32 first, UChar32 last, const char *line)
{
	if (line[0] == '\0') {
		return;
	}
	if (first == last) {
		printf("%04X\t%s\n", (unsigned)first, line);
	} else {
		printf("%04X..%04X\t%s\n", (unsigned)first, (unsigned)last, line);
	}
}

int
main(void)
{
	UErrorCode code = U_ZERO_ERROR;
	UChar name[UNITS];
	char line[LINE] = "";
	char before[LINE] = "";
	UChar32 first = 0;

	normalizer = unorm2_getNFKCCasefoldInstance(&code);
	must(code, "nfkc_cf");
	u_uastrcpy(name, "Traditional-Simplified");
	simplifier = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
	must(code, "Traditional-Simplified");
	printf("# Made by knowledge/tables/make_fold.c from ICU %s, Unicode %s.\n",
		U_ICU_VERSION, U_UNICODE_VERSION);
	for (UChar32 c = 0; c <= LAST_CHARACTER; c++) {
		if (U_IS_SURROGATE(c) || !describe(c, line)) {
			line[0] = '\0';
		}
		if (strcmp(line, before) != 0) {
			print_range(first, c - 1, before);
			snprintf(before, LINE, "%s", line);
			first = c;
		}
	}
	print_range(first, LAST_CHARACTER, before);
	utrans_close(simplifier);
	return 0;
}
