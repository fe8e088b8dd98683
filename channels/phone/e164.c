#include "channels/phone/e164.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

/* What little of each numbering plan is needed to tell a whole national number from a wrong
 * one. Lengths are those of the national significant number (without trunk prefix). */
struct region {
	const char *name;
	const char *code;  /* country calling code */
	const char *trunk; /* dialled before a national number; "" where there is none */
	const char *international; /* what stands for + */
	size_t shortest;
	size_t longest;
};

static const struct region regions[] = {
	{"CN", "86", "0", "00", 9, 12},
	{"HK", "852", "", "001", 8, 8},
	{"MO", "853", "", "00", 8, 8},
	{"TW", "886", "0", "002", 8, 9},
	{"SG", "65", "", "00", 8, 8},
	{"JP", "81", "0", "010", 9, 10},
	{"US", "1", "1", "011", 10, 10},
	{"GB", "44", "0", "00", 9, 10},
};

static const char *const withheld_words[] = {"anonymous", "unknown", "<unknown>",
	"private", "restricted", "unavailable", "withheld", "asserted", "s", NULL};

static const char *const carrier_prefixes[] = {"12593", "17909", "17911", "17951", NULL};

static const struct region *
region_find(const char *name)
{
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		if (name != NULL && strcasecmp(regions[i].name, name) == 0) {
			return &regions[i];
		}
	}
	return &regions[0];
}

bool
region_known(const char *region)
{
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		if (region != NULL && strcasecmp(regions[i].name, region) == 0) {
			return true;
		}
	}
	return false;
}

static bool
is_withheld(const char *text)
{
	for (const char *const *word = withheld_words; *word != NULL; word++) {
		if (strcasecmp(text, *word) == 0) {
			return true;
		}
	}
	return false;
}

/* The ASCII character that one UTF-8 character means in a number; 0: a separator to skip,
 * -1: something that no number has. *used says how many bytes it took. */
static int
number_character(const unsigned char *p, size_t *used)
{
	*used = 1;
	if (isdigit(p[0]) || p[0] == '*' || p[0] == '#' || p[0] == '+') {
		return p[0];
	}
	if (strchr(" -.()/\t", p[0]) != NULL) {
		return 0;
	}
	/* Full-width forms U+FF01..U+FF5E are ASCII plus 0xFEE0: EF BC 81 .. EF BD 9E. */
	if (p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x81 && p[2] <= 0xbf) {
		int character = p[2] - 0x81 + '!';
		*used = 3;
		if (isdigit(character) || character == '+' || character == '*' ||
			character == '#') {
			return character;
		}
		return character == '(' || character == ')' || character == '-' ? 0 : -1;
	}
	if (p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80) { /* ideographic space */
		*used = 3;
		return 0;
	}
	if (p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x90 && p[2] <= 0x95) { /* dashes */
		*used = 3;
		return 0;
	}
	return -1;
}

/* Digits and a leading + only. False: not a number at all. */
static bool
clean(const char *text, size_t length, char out[static NUMBER_SIZE])
{
	size_t n = 0;
	for (size_t i = 0; i < length;) {
		size_t used;
		int character = number_character((const unsigned char *)text + i, &used);
		i += used;
		if (character == 0) {
			continue;
		}
		if (character < 0 || (character == '+' && n > 0) || n + 1 >= NUMBER_SIZE) {
			return false;
		}
		out[n++] = (char)character;
	}
	out[n] = '\0';
	return n > (out[0] == '+' ? 1u : 0u);
}

static bool
all_digits(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* Numbers of services are dialled alike everywhere in the country and have no E.164 form that
 * a caller would recognise. */
static bool
is_chinese_service(const char *digits, size_t length)
{
	if (length == 10 &&
		(str_starts_with(digits, "400") || str_starts_with(digits, "800"))) {
		return true;
	}
	if (length >= 5 && length <= 8 &&
		(str_starts_with(digits, "95") || str_starts_with(digits, "96"))) {
		/* An eight-digit local number may start so too; those with 5 or 6 digits never. */
		return length <= 6;
	}
	if (length >= 3 && length <= 6 &&
		(str_starts_with(digits, "10") || str_starts_with(digits, "11") ||
			str_starts_with(digits, "12"))) {
		return length == 3 || length == 5 || length == 6;
	}
	return false;
}

static bool
is_chinese_mobile(const char *digits, size_t length)
{
	return length == 11 && digits[0] == '1' && digits[1] >= '3' && digits[1] <= '9';
}

static enum number_kind
finish(const char *code, const char *national, char out[static NUMBER_SIZE])
{
	size_t code_length = strlen(code);
	size_t length = strlen(national);
	/* In none of our regions does a number go on with 0 after its trunk prefix. */
	if (code_length > 0 && national[0] == '0') {
		return NUMBER_OTHER;
	}
	/* E.164: at most 15 digits. */
	if (code_length + length > 15 || code_length + length < 5) {
		return NUMBER_OTHER;
	}
	char text[NUMBER_SIZE] = "+";
	memcpy(text + 1, code, code_length);
	memcpy(text + 1 + code_length, national, length + 1);
	memcpy(out, text, code_length + length + 2);
	return NUMBER_E164;
}

/* After + or 00: country code and number. "+86 021 …" and "+86 0138…" keep a zero that does not
 * belong there. */
static enum number_kind
normalise_international(const char *digits, char out[static NUMBER_SIZE])
{
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		const struct region *r = &regions[i];
		if (!str_starts_with(digits, r->code)) {
			continue;
		}
		const char *national = digits + strlen(r->code);
		if (strcmp(r->trunk, "0") == 0 && national[0] == '0') {
			national++;
		}
		return finish(r->code, national, out);
	}
	return digits[0] == '0' ? NUMBER_OTHER : finish("", digits, out);
}

static const char *
skip_carrier_prefix(const char *digits)
{
	for (const char *const *prefix = carrier_prefixes; *prefix != NULL; prefix++) {
		size_t length = strlen(*prefix);
		if (strncmp(digits, *prefix, length) == 0 && strlen(digits) >= length + 10) {
			return digits + length;
		}
	}
	return digits;
}

static enum number_kind
normalise_chinese(const struct dial_plan *plan, const char *digits,
	char out[static NUMBER_SIZE])
{
	digits = skip_carrier_prefix(digits);
	size_t length = strlen(digits);
	/* A zero before a mobile of another town, as many exchanges still dial it. */
	if (digits[0] == '0' && is_chinese_mobile(digits + 1, length - 1)) {
		return finish("86", digits + 1, out);
	}
	if (is_chinese_mobile(digits, length)) {
		return finish("86", digits, out);
	}
	if (digits[0] == '0' && length >= 10 && length <= 12) {
		return finish("86", digits + 1, out);
	}
	/* "8613800138000" without its plus. */
	if (str_starts_with(digits, "86") && is_chinese_mobile(digits + 2, length - 2)) {
		return finish("86", digits + 2, out);
	}
	if (is_chinese_service(digits, length)) {
		memmove(out, digits, length + 1);
		return NUMBER_SERVICE;
	}
	if ((length == 7 || length == 8) && digits[0] >= '2' && plan->area != NULL &&
		plan->area[0] == '0') {
		char national[NUMBER_SIZE];
		size_t area_length = strlen(plan->area) - 1;
		if (area_length > 4) {
			return NUMBER_OTHER;
		}
		memcpy(national, plan->area + 1, area_length);
		memcpy(national + area_length, digits, length + 1);
		return finish("86", national, out);
	}
	return NUMBER_OTHER;
}

static enum number_kind
normalise_national(const struct dial_plan *plan, const struct region *r,
	const char *digits, char out[static NUMBER_SIZE])
{
	if (strcmp(r->name, "CN") == 0) {
		return normalise_chinese(plan, digits, out);
	}
	size_t trunk = strlen(r->trunk);
	const char *national = digits;
	if (trunk > 0 && strncmp(digits, r->trunk, trunk) == 0) {
		national = digits + trunk;
	}
	size_t length = strlen(national);
	if (length >= r->shortest && length <= r->longest) {
		return finish(r->code, national, out);
	}
	return NUMBER_OTHER;
}

/* The user part of "sip:1001@host;user=phone" or "tel:+86…;ext=1". */
static struct slice
strip_scheme(const char *text)
{
	if (strncasecmp(text, "sip:", 4) == 0 || strncasecmp(text, "tel:", 4) == 0) {
		text += 4;
	} else if (strncasecmp(text, "sips:", 5) == 0) {
		text += 5;
	}
	while (*text == ' ') {
		text++;
	}
	size_t length = strcspn(text, "@;");
	while (length > 0 && text[length - 1] == ' ') {
		length--;
	}
	return (struct slice){text, length};
}

enum number_kind
number_normalise(const struct dial_plan *plan, const char *dialled,
	char out[static NUMBER_SIZE])
{
	out[0] = '\0';
	if (dialled == NULL) {
		return NUMBER_WITHHELD;
	}
	struct slice user = strip_scheme(dialled);
	char text[128];
	if (user.length >= sizeof(text)) {
		user.length = utf8_truncate(user.data, user.length, sizeof(text) - 1);
	}
	memcpy(text, user.data, user.length);
	text[user.length] = '\0';
	if (text[0] == '\0' || is_withheld(text)) {
		return NUMBER_WITHHELD;
	}
	if (!clean(text, user.length, out)) {
		/* A name such as "alice": kept as it is, cut to what we store. */
		size_t keep = utf8_truncate(text, strlen(text), NUMBER_SIZE - 1);
		memcpy(out, text, keep);
		out[keep] = '\0';
		return NUMBER_OTHER;
	}
	const struct region *r = region_find(plan->region);
	char digits[NUMBER_SIZE];
	memcpy(digits, out, NUMBER_SIZE);
	if (digits[0] == '+') {
		return all_digits(digits + 1) ? normalise_international(digits + 1, out)
									  : NUMBER_OTHER;
	}
	if (!all_digits(digits)) {
		return NUMBER_OTHER;
	}
	size_t length = strlen(digits);
	if (length <= plan->extension_max) {
		bool service = strcmp(r->name, "CN") == 0 && is_chinese_service(digits, length);
		return service ? NUMBER_SERVICE : NUMBER_EXTENSION;
	}
	if (str_starts_with(digits, r->international) &&
		length > strlen(r->international) + 6) {
		return normalise_international(digits + strlen(r->international), out);
	}
	return normalise_national(plan, r, digits, out);
}
