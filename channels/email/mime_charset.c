#include "channels/email/mime_text.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

/* What a label means in practice: Chinese programs write gb2312 and mean GB18030, Western
 * ones iso-8859-1 and mean windows-1252, Japanese and Korean ones their Windows pages. */
enum kind {
	KIND_NONE, /* says nothing: us-ascii, 8bit, unknown */
	KIND_UTF8,
	KIND_SINGLE,  /* one byte a character */
	KIND_ASIAN,   /* two bytes above 0x80 a character, mostly */
	KIND_SHIFTED, /* ASCII bytes that mean something else: ISO-2022-JP, UTF-7 */
	KIND_WIDE,    /* UTF-16, UTF-32 */
};

struct meaning {
	const char *label;
	const char *iconv;
	enum kind kind;
};

static const struct meaning meanings[] = {
	{"", "", KIND_NONE},
	{"us-ascii", "", KIND_NONE},
	{"ascii", "", KIND_NONE},
	{"ansi_x3.4-1968", "", KIND_NONE},
	{"iso-646", "", KIND_NONE},
	{"8bit", "", KIND_NONE},
	{"binary", "", KIND_NONE},
	{"default", "", KIND_NONE},
	{"unknown", "", KIND_NONE},
	{"x-unknown", "", KIND_NONE},
	{"unknown-8bit", "", KIND_NONE},
	{"utf-8", "UTF-8", KIND_UTF8},
	{"utf8", "UTF-8", KIND_UTF8},
	{"unicode-1-1-utf-8", "UTF-8", KIND_UTF8},
	{"gb2312", "GB18030", KIND_ASIAN},
	{"gb_2312-80", "GB18030", KIND_ASIAN},
	{"gb-2312", "GB18030", KIND_ASIAN},
	{"euc-cn", "GB18030", KIND_ASIAN},
	{"chinese", "GB18030", KIND_ASIAN},
	{"gbk", "GB18030", KIND_ASIAN},
	{"x-gbk", "GB18030", KIND_ASIAN},
	{"cp936", "GB18030", KIND_ASIAN},
	{"windows-936", "GB18030", KIND_ASIAN},
	{"gb18030", "GB18030", KIND_ASIAN},
	{"gb18030-2000", "GB18030", KIND_ASIAN},
	{"big5", "BIG5-HKSCS", KIND_ASIAN},
	{"x-big5", "BIG5-HKSCS", KIND_ASIAN},
	{"cp950", "BIG5-HKSCS", KIND_ASIAN},
	{"big5-hkscs", "BIG5-HKSCS", KIND_ASIAN},
	{"euc-tw", "EUC-TW", KIND_ASIAN},
	{"shift_jis", "CP932", KIND_ASIAN},
	{"shift-jis", "CP932", KIND_ASIAN},
	{"x-sjis", "CP932", KIND_ASIAN},
	{"sjis", "CP932", KIND_ASIAN},
	{"windows-31j", "CP932", KIND_ASIAN},
	{"euc-jp", "EUC-JP-MS", KIND_ASIAN},
	{"x-euc-jp", "EUC-JP-MS", KIND_ASIAN},
	{"euc-kr", "UHC", KIND_ASIAN},
	{"ks_c_5601-1987", "UHC", KIND_ASIAN},
	{"ksc5601", "UHC", KIND_ASIAN},
	{"ks_c_5601", "UHC", KIND_ASIAN},
	{"cp949", "UHC", KIND_ASIAN},
	{"windows-949", "UHC", KIND_ASIAN},
	{"iso-2022-jp", "ISO-2022-JP-2", KIND_SHIFTED},
	{"iso-2022-jp-2", "ISO-2022-JP-2", KIND_SHIFTED},
	{"iso-2022-kr", "ISO-2022-KR", KIND_SHIFTED},
	{"iso-2022-cn", "ISO-2022-CN", KIND_SHIFTED},
	{"utf-7", "UTF-7", KIND_SHIFTED},
	{"unicode-1-1-utf-7", "UTF-7", KIND_SHIFTED},
	{"utf-16", "UTF-16", KIND_WIDE},
	{"utf-16le", "UTF-16LE", KIND_WIDE},
	{"utf-16be", "UTF-16BE", KIND_WIDE},
	{"ucs-2", "UTF-16", KIND_WIDE},
	{"utf-32", "UTF-32", KIND_WIDE},
	{"utf-32le", "UTF-32LE", KIND_WIDE},
	{"utf-32be", "UTF-32BE", KIND_WIDE},
	{"iso-8859-1", "WINDOWS-1252", KIND_SINGLE},
	{"iso8859-1", "WINDOWS-1252", KIND_SINGLE},
	{"latin1", "WINDOWS-1252", KIND_SINGLE},
	{"cp1252", "WINDOWS-1252", KIND_SINGLE},
	{"windows-1252", "WINDOWS-1252", KIND_SINGLE},
	{"iso-8859-9", "WINDOWS-1254", KIND_SINGLE},
	{"iso-8859-11", "TIS-620", KIND_SINGLE},
};

enum { LABEL_SIZE = 64, GROWTH = 4 };
static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* Lower case, without quotes and what some programs leave around it. */
static void
tidy_label(const char *label, char out[static LABEL_SIZE])
{
	size_t n = 0;

	for (; *label != '\0' && n < LABEL_SIZE - 1; label++) {
		unsigned char c = (unsigned char)*label;
		if (isalnum(c) || strchr("-_.:", c) != NULL) {
			out[n++] = (char)tolower(c);
		} else if (n > 0) {
			break;
		}
	}
	out[n] = '\0';
}

static struct meaning
meaning_of(const char *label)
{
	char tidy[LABEL_SIZE];

	tidy_label(label, tidy);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (strcmp(tidy, meanings[i].label) == 0) {
			return meanings[i];
		}
	}
	/* Those whose name iconv knows as it is: koi8-r, windows-1251, iso-8859-15 and so on. */
	static const char *const families[] = {"iso-8859-", "iso8859-", "windows-", "cp",
		"koi8-", "mac", "tis-", "viscii", "ibm"};
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct meaning *none = &meanings[0];
		if (strncmp(tidy, families[i], strlen(families[i])) == 0) {
			iconv_t known = iconv_open("UTF-8", tidy);
			if (known == (iconv_t)-1) {
				return *none;
			}
			iconv_close(known);
			return (struct meaning){label, NULL, KIND_SINGLE};
		}
	}
	return meanings[0];
}

bool
mime_charset_asian(const char *label)
{
	return meaning_of(label).kind == KIND_ASIAN;
}

/* Converts what can be; *bad counts the bytes that could not. */
static struct slice
convert(const char *from, struct slice bytes, size_t step, struct arena *a, size_t *bad)
{
	iconv_t converter = iconv_open("UTF-8", from);
	char *in = (char *)bytes.data;
	size_t in_left = bytes.length;
	size_t out_left = in_left * GROWTH + 8;
	char *start = arena_alloc(a, out_left + 1);
	char *out = start;

	*bad = 0;
	if (converter == (iconv_t)-1) {
		size_t length = 0;
		*bad = bytes.length;
		start = utf8_repair(a, bytes.data, bytes.length, &length);
		return (struct slice){start, length};
	}
	while (in_left > 0 &&
		iconv(converter, &in, &in_left, &out, &out_left) == (size_t)-1 &&
		errno != E2BIG) {
		size_t lost = in_left < step ? in_left : step;
		in += lost;
		in_left -= lost;
		*bad += lost;
		if (out_left < sizeof(replacement)) {
			break;
		}
		memcpy(out, replacement, sizeof(replacement) - 1);
		out += sizeof(replacement) - 1;
		out_left -= sizeof(replacement) - 1;
	}
	/* The shifting ones keep characters back until they are told that it is the end. */
	(void)iconv(converter, NULL, NULL, &out, &out_left);
	iconv_close(converter);
	*out = '\0';
	return (struct slice){start, (size_t)(out - start)};
}

static bool
plain_ascii(struct slice bytes)
{
	for (size_t i = 0; i < bytes.length; i++) {
		if ((unsigned char)bytes.data[i] >= 0x80) {
			return false;
		}
	}
	return true;
}

/* Whether well-formed UTF-8 has a character of three bytes or more: text in a Chinese set is
 * well-formed UTF-8 only by accident, and then of two bytes a character. */
static bool
surely_utf8(struct slice bytes)
{
	if (!utf8_valid(bytes.data, bytes.length)) {
		return false;
	}
	for (size_t i = 0; i < bytes.length; i++) {
		if ((unsigned char)bytes.data[i] >= 0xE0) {
			return true;
		}
	}
	return false;
}

/* How bytes above 0x7F stand together. */
struct pairs {
	size_t common; /* pairs of two high bytes, as GB2312 has them */
	size_t other;  /* pairs with a low second byte, and bytes that pair with nothing */
	size_t big5;   /* pairs that Big5 may have */
	size_t stray;  /* high bytes that Big5 has not */
	size_t run;    /* the longest row of Big5 pairs: Western letters stand alone */
};

static struct pairs
count_pairs(struct slice bytes)
{
	struct pairs found = {0};
	size_t run = 0;

	for (size_t i = 0; i < bytes.length; i++) {
		unsigned char c = (unsigned char)bytes.data[i];
		unsigned char next = i + 1 < bytes.length ? (unsigned char)bytes.data[i + 1] : 0;
		bool big5 = c >= 0xA1 && c <= 0xF9 &&
			((next >= 0x40 && next <= 0x7E) || next >= 0xA1);
		if (c < 0x80) {
			run = 0;
			continue;
		}
		found.big5 += big5;
		found.stray += !big5;
		run = big5 ? run + 1 : 0;
		found.run = run > found.run ? run : found.run;
		if (c >= 0xA1 && next >= 0xA1) {
			found.common++;
			i++;
		} else if (c >= 0x81 && next >= 0x40) {
			found.other++;
			i++;
		} else {
			found.other += 4;
		}
	}
	return found;
}

/* Damaged UTF-8, when most of it is well-formed; data NULL when not. */
static struct slice
damaged_utf8(struct slice bytes, struct arena *a)
{
	size_t length = 0;
	char *repaired = utf8_repair(a, bytes.data, bytes.length, &length);
	size_t wide = 0;
	size_t lost = 0;

	for (size_t i = 0; i + 2 < length; i++) {
		if ((unsigned char)repaired[i] >= 0xC0) {
			bool bad = memcmp(repaired + i, replacement, sizeof(replacement) - 1) == 0;
			lost += bad;
			wide += !bad;
		}
	}
	return (struct slice){wide > lost * 4 ? repaired : NULL, length};
}

/* Bytes that nobody labelled: Chinese where their pairs are complete and mostly of the common
 * rows, or stand in rows; else Western. */
static struct slice
guess(struct slice bytes, struct arena *a)
{
	size_t bad;

	if (utf8_valid(bytes.data, bytes.length)) {
		return bytes;
	}
	struct slice damaged = damaged_utf8(bytes, a);
	if (damaged.data != NULL) {
		return damaged;
	}
	struct pairs pairs = count_pairs(bytes);
	if (pairs.common > pairs.other * 3) {
		struct slice chinese = convert("GB18030", bytes, 1, a, &bad);
		if (bad * 20 <= pairs.common) {
			return chinese;
		}
	}
	if (pairs.run >= 3 && pairs.stray * 10 < pairs.big5) {
		struct slice chinese = convert("BIG5-HKSCS", bytes, 1, a, &bad);
		if (bad * 20 <= pairs.big5) {
			return chinese;
		}
	}
	return convert("WINDOWS-1252", bytes, 1, a, &bad);
}

static struct slice
decode(const char *label, struct slice bytes, struct arena *a)
{
	struct meaning meaning = meaning_of(label);
	size_t bad;

	switch (meaning.kind) {
	case KIND_SHIFTED:
		/* Eight-bit bytes in it mean that the label lies. */
		return plain_ascii(bytes) ? convert(meaning.iconv, bytes, 1, a, &bad)
								  : guess(bytes, a);
	case KIND_WIDE: {
		bool four = strncmp(meaning.iconv, "UTF-32", 6) == 0;
		struct slice read = convert(meaning.iconv, bytes, four ? 4 : 2, a, &bad);
		return bad * 2 > bytes.length ? guess(bytes, a) : read;
	}
	case KIND_ASIAN: {
		if (plain_ascii(bytes) || surely_utf8(bytes)) {
			return bytes;
		}
		struct slice read = convert(meaning.iconv, bytes, 1, a, &bad);
		return bad * 10 > bytes.length ? guess(bytes, a) : read;
	}
	case KIND_SINGLE: {
		if (utf8_valid(bytes.data, bytes.length)) {
			return bytes;
		}
		char tidy[LABEL_SIZE];
		tidy_label(label, tidy);
		return convert(meaning.iconv != NULL ? meaning.iconv : tidy, bytes, 1, a, &bad);
	}
	case KIND_UTF8:
	case KIND_NONE:
	default:
		return guess(bytes, a);
	}
}

/* Whether the character at p, of `size` bytes, is one that no text needs. */
static bool
unwanted(const unsigned char *p, size_t size)
{
	if (size == 1) {
		return (p[0] < 0x20 && p[0] != '\t' && p[0] != '\n' && p[0] != '\r') ||
			p[0] == 0x7F;
	}
	/* C1 controls, and the byte-order mark. */
	return (size == 2 && p[0] == 0xC2 && p[1] < 0xA0) ||
		(size == 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF);
}

struct slice
mime_utf8(const char *label, struct slice bytes, struct arena *a)
{
	struct slice text = decode(label, bytes, a);
	char *out = arena_alloc(a, text.length + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.length;) {
		const unsigned char *p = (const unsigned char *)text.data + i;
		size_t size = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
		if (size > text.length - i) {
			break;
		}
		if (!unwanted(p, size)) {
			memcpy(out + n, p, size);
			n += size;
		}
		i += size;
	}
	out[n] = '\0';
	return (struct slice){out, n};
}
