/* What stays the same in a subject while people answer each other. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/str.h"
#include "model/mail.h"

/* In front of a colon, in the languages of the mail programs that people here use. */
static const char *const prefixes[] = {
	"re",
	"r",
	"aw",
	"sv",
	"antw",
	"fw",
	"fwd",
	"wg",
	"tr",
	"回复",
	"回覆",
	"答复",
	"答覆",
	"转发",
	"轉發",
	"转寄",
	"轉寄",
	"自动回复",
	"自動回覆",
	"automatic reply",
	"auto",
};

static const char *
skip_spaces(const char *text)
{
	for (;;) {
		if (isspace((unsigned char)*text)) {
			text++;
		} else if (str_starts_with(text, "\xe3\x80\x80")) { /* the ideographic space */
			text += 3;
		} else {
			return text;
		}
	}
}

/* "[2]" of "Re[2]:" is part of the prefix. */
static const char *
skip_count(const char *text)
{
	const char *p = text;

	if (*p != '[' && *p != '(') {
		return text;
	}
	for (p++; isdigit((unsigned char)*p); p++) {
	}
	return *p == ']' || *p == ')' ? p + 1 : text;
}

/* Behind the colon; NULL: there is no such prefix. */
static const char *
skip_prefix(const char *text)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t length = strlen(prefixes[i]);
		const char *end;

		if (strncasecmp(text, prefixes[i], length) != 0) {
			continue;
		}
		end = skip_spaces(skip_count(text + length));
		if (*end == ':') {
			return end + 1;
		}
		if (str_starts_with(end, "：")) {
			return end + strlen("：");
		}
	}
	return NULL;
}

/* "[#123]": a number that a house put there. */
static const char *
skip_number(const char *text)
{
	const char *p = text;

	if (!str_starts_with(p, "[#")) {
		return NULL;
	}
	for (p += 2; isdigit((unsigned char)*p); p++) {
	}
	return *p == ']' ? p + 1 : NULL;
}

const char *
mail_subject_bare(const char *subject)
{
	const char *rest = skip_spaces(subject);

	for (;;) {
		const char *next = skip_prefix(rest);

		if (next == NULL) {
			next = skip_number(rest);
		}
		if (next == NULL) {
			return rest;
		}
		rest = skip_spaces(next);
	}
}

uint64_t
mail_subject_key(const char *subject)
{
	char plain[MAIL_SUBJECT_MAX + 1];
	uint8_t digest[DIGEST_SIZE];
	uint64_t key = 0;
	size_t length = 0;

	if (subject == NULL) {
		return 0;
	}
	for (const char *p = mail_subject_bare(subject);
		 *p != '\0' && length < MAIL_SUBJECT_MAX; p++) {
		if (!isspace((unsigned char)*p)) {
			plain[length++] = (char)tolower((unsigned char)*p);
		}
	}
	if (length == 0) {
		return 0;
	}
	sha256(plain, length, digest);
	for (size_t i = 0; i < sizeof(key) - 1; i++) {
		key = key << 8 | digest[i]; /* 56 bits: positive in every database */
	}
	return key != 0 ? key : 1;
}
