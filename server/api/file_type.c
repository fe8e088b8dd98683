/* libmagic says what the bytes are; a table says what becomes of that. Markup that a browser
 * would run (HTML, SVG, XML) is kept as bytes without a type, so that no way of fetching it shows
 * it as a page. */
#include "api/file_type.h"

#include <magic.h>
#include <string.h>

#include "base/str.h"

#define BYTES "application/octet-stream"
#define OPEN_XML "application/vnd.openxmlformats-officedocument."

enum { LOOKED_AT_MAX = 1024 * 1024 };

struct rule {
	const char *found; /* as libmagic calls it */
	const char *kept;
};

static const struct rule rules[] = {
	{"image/png", "image/png"},
	{"image/jpeg", "image/jpeg"},
	{"image/gif", "image/gif"},
	{"image/webp", "image/webp"},
	{"image/heic", "image/heic"},
	{"image/heif", "image/heic"},
	{"application/pdf", "application/pdf"},
	{"application/zip", "application/zip"},
	{OPEN_XML "wordprocessingml.document", OPEN_XML "wordprocessingml.document"},
	{OPEN_XML "spreadsheetml.sheet", OPEN_XML "spreadsheetml.sheet"},
	{OPEN_XML "presentationml.presentation", OPEN_XML "presentationml.presentation"},
	{"application/msword", "application/msword"},
	{"application/vnd.ms-excel", "application/vnd.ms-excel"},
	{"application/vnd.ms-powerpoint", "application/vnd.ms-powerpoint"},
	{"audio/mpeg", "audio/mpeg"},
	{"audio/x-wav", "audio/wav"},
	{"audio/wav", "audio/wav"},
	{"audio/ogg", "audio/ogg"},
	{"application/ogg", "audio/ogg"},
	{"video/ogg", "audio/ogg"},
	{"audio/amr", "audio/amr"},
	{"audio/x-m4a", "audio/mp4"},
	{"audio/mp4", "audio/mp4"},
	{"video/mp4", "video/mp4"},
	{"text/html", BYTES},
	{"text/xml", BYTES},
	{"application/xml", BYTES},
	{"application/xhtml+xml", BYTES},
	{"image/svg+xml", BYTES},
	{"image/svg", BYTES},
	{"text/csv", "text/csv"},
	{"application/json", "text/plain"},
	{"application/csv", "text/csv"},
};

/* Files of one container look alike to libmagic now and then; their name decides. */
static const struct rule by_name[] = {
	{".docx", OPEN_XML "wordprocessingml.document"},
	{".xlsx", OPEN_XML "spreadsheetml.sheet"},
	{".pptx", OPEN_XML "presentationml.presentation"},
};
static const struct rule by_name_old[] = {
	{".doc", "application/msword"},
	{".xls", "application/vnd.ms-excel"},
	{".ppt", "application/vnd.ms-powerpoint"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *
kept_by_name(const struct rule *table, size_t count, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < count; i++) {
		size_t end = strlen(table[i].found);

		if (length > end && strcasecmp(name + length - end, table[i].found) == 0) {
			return table[i].kept;
		}
	}
	return NULL;
}

static bool
is_old_office(const char *found)
{
	return strcasecmp(found, "application/CDFV2") == 0 ||
		strcasecmp(found, "application/x-ole-storage") == 0 ||
		strcasecmp(found, "application/vnd.ms-office") == 0;
}

static bool
is_zip(const char *found, const void *data, size_t length)
{
	return strcasecmp(found, "application/zip") == 0 ||
		(length > 4 && memcmp(data, "PK\003\004", 4) == 0);
}

static const char *
kept_as(const char *found, const void *data, size_t length, const char *name)
{
	const char *kept;

	if (is_zip(found, data, length)) {
		kept = kept_by_name(by_name, COUNT(by_name), name);
		if (kept != NULL) {
			return kept;
		}
	}
	if (is_old_office(found)) {
		return kept_by_name(by_name_old, COUNT(by_name_old), name);
	}
	for (size_t i = 0; i < COUNT(rules); i++) {
		if (strcasecmp(found, rules[i].found) == 0) {
			return rules[i].kept;
		}
	}
	if (strncasecmp(found, "text/", 5) == 0) {
		static const struct rule csv[] = {{".csv", "text/csv"}};

		kept = kept_by_name(csv, COUNT(csv), name);
		return kept != NULL ? kept : "text/plain";
	}
	return NULL;
}

/* Markup that libmagic took for plain text: a browser that sniffs could still show it. */
static bool
looks_like_markup(const char *data, size_t length)
{
	static const char *const signs[] = {"<html", "<svg", "<script", "<!doctype", "<?xml"};
	size_t end = length < 1024 ? length : 1024;

	for (size_t i = 0; i < end; i++) {
		for (size_t k = 0; data[i] == '<' && k < COUNT(signs); k++) {
			size_t size = strlen(signs[k]);

			if (end - i >= size && strncasecmp(data + i, signs[k], size) == 0) {
				return true;
			}
		}
	}
	return false;
}

const char *
file_type_of(const void *data, size_t length, const char *name)
{
	/* A cookie belongs to one thread; opening one costs less than a millisecond. */
	magic_t cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS);
	const char *kept = NULL;
	const char *found;

	if (cookie == NULL) {
		return NULL;
	}
	if (magic_load(cookie, NULL) == 0) {
		found = magic_buffer(cookie, data,
			length < LOOKED_AT_MAX ? length : LOOKED_AT_MAX);
		kept = found != NULL ? kept_as(found, data, length, name) : NULL;
	}
	magic_close(cookie);
	if (kept != NULL && strncmp(kept, "text/", 5) == 0 &&
		looks_like_markup(data, length)) {
		return BYTES;
	}
	return kept;
}

bool
file_type_inline(const char *type)
{
	static const char *const pictures[] = {"image/png", "image/jpeg", "image/gif",
		"image/webp"};

	for (size_t i = 0; i < COUNT(pictures); i++) {
		if (str_equals(type, pictures[i])) {
			return true;
		}
	}
	return false;
}
