#include "channels/webchat/driver.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

#define ORIGINS_MAX 50
#define ORIGIN_MAX_BYTES 200
#define TITLE_MAX_CHARACTERS 40

bool
webchat_origin_valid(const char *text)
{
	size_t length = strlen(text);
	const char *host = text;

	if (length > ORIGIN_MAX_BYTES) {
		return false;
	}
	if (str_starts_with(text, "https://")) {
		host = text + 8;
	} else if (str_starts_with(text, "http://")) {
		host = text + 7;
	} else {
		return false;
	}
	size_t host_length = strcspn(host, ":");
	for (size_t i = 0; i < host_length; i++) {
		if (!isalnum((unsigned char)host[i]) && host[i] != '.' && host[i] != '-') {
			return false;
		}
	}
	if (host_length == 0 || host[host_length] == '\0') {
		return host_length > 0;
	}
	int64_t port;
	return str_parse_i64(host + host_length + 1, &port) && port > 0 && port < 65536;
}

static enum err
check_origins(const struct json *origins, struct error *e)
{
	if (!json_is_array(origins) || json_length(origins) > ORIGINS_MAX) {
		return error_set(e, ERR_INVALID, "origins: must be a list of at most %d origins",
			ORIGINS_MAX);
	}
	for (size_t i = 0; i < json_length(origins); i++) {
		size_t length;
		const char *text = json_string_value(json_at(origins, i), &length);
		if (text == NULL || !webchat_origin_valid(text)) {
			return error_set(e, ERR_INVALID,
				"origins: number %zu must be like https://www.example.com, without a path",
				i + 1);
		}
	}
	return ERR_OK;
}

static enum err
check_colour(const struct json *colour, struct error *e)
{
	size_t length;
	const char *text = json_string_value(colour, &length);
	if (text == NULL || length != 7 || text[0] != '#' ||
		strspn(text + 1, "0123456789abcdefABCDEF") != 6) {
		return error_set(e, ERR_INVALID, "colour: must be like #07657d");
	}
	return ERR_OK;
}

static enum err
check_title(const struct json *title, struct error *e)
{
	void *iterator = NULL;
	const struct json *value;

	if (!json_is_object(title)) {
		return error_set(e, ERR_INVALID, "title: must have a text for each language");
	}
	for (const char *key = json_iterate(title, &iterator, &value); key != NULL;
		key = json_iterate(title, &iterator, &value)) {
		size_t length;
		const char *text = json_string_value(value, &length);
		if ((strcmp(key, "zh-CN") != 0 && strcmp(key, "en") != 0) || text == NULL ||
			utf8_count(text, length) > TITLE_MAX_CHARACTERS) {
			return error_set(e, ERR_INVALID,
				"title: zh-CN and en, at most %d characters each",
				TITLE_MAX_CHARACTERS);
		}
	}
	return ERR_OK;
}

static enum err
check_settings(const struct json *settings, struct error *e)
{
	void *iterator = NULL;
	const struct json *value;

	if (!json_is_object(settings)) {
		return error_set(e, ERR_INVALID, "settings: must be an object");
	}
	for (const char *key = json_iterate(settings, &iterator, &value); key != NULL;
		key = json_iterate(settings, &iterator, &value)) {
		enum err rc = ERR_OK;
		if (strcmp(key, "origins") == 0) {
			rc = check_origins(value, e);
		} else if (strcmp(key, "colour") == 0) {
			rc = check_colour(value, e);
		} else if (strcmp(key, "title") == 0) {
			rc = check_title(value, e);
		} else if (strcmp(key, "identity_keys") != 0) {
			rc = error_set(e, ERR_INVALID, "%.40s: a web chat has no such setting", key);
		}
		if (rc != ERR_OK) {
			return rc;
		}
	}
	return ERR_OK;
}

const struct channel_driver webchat_driver = {
	.name = "webchat",
	.caps = { .writes = true, .receipts = true, .typing = true, .text_max = 8000 },
	.check_settings = check_settings,
};
