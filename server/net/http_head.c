#include "net/http_head.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"

enum {
	METHOD_MAX = 16,
	TARGET_MAX = 8 * 1024,
	HEADERS_MAX = 100,
	LENGTH_DIGITS_MAX = 15,
};

/* What is left to parse. */
struct cursor {
	char *at;
	char *end;
};

size_t
http_head_length(const char *data, size_t length, size_t from)
{
	size_t start = from > 3 ? from - 3 : 0;
	const char *end;

	if (length < 4 || start >= length) {
		return 0;
	}
	end = memmem(data + start, length - start, "\r\n\r\n", 4);
	return end != NULL ? (size_t)(end - data) + 4 : 0;
}

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 9110 section 5.6.2; the locale must not have a say. */
static bool
is_token(const char *text)
{
	if (*text == '\0') {
		return false;
	}
	for (; *text != '\0'; text++) {
		if (!is_letter_or_digit(*text) && strchr("!#$%&'*+-.^_`|~", *text) == NULL) {
			return false;
		}
	}
	return true;
}

/* Cuts the next line off, NUL-terminated; NULL when it holds a bare CR, LF or NUL. */
static char *
take_line(struct cursor *c)
{
	char *line = c->at;
	char *end = memmem(line, (size_t)(c->end - line), "\r\n", 2);

	if (end == NULL) {
		return NULL;
	}
	c->at = end + 2;
	for (const char *p = line; p < end; p++) {
		if (*p == '\0' || *p == '\n' || *p == '\r') {
			return NULL;
		}
	}
	*end = '\0';
	return line;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

/* NULL when an escape is malformed or the result is not clean UTF-8 text. */
static char *
decode(struct arena *a, const char *text, size_t length, bool plus_is_space)
{
	char *out = arena_alloc(a, length + 1);
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '%') {
			int high = length - i > 2 ? hex_value(text[i + 1]) : -1;
			int low = length - i > 2 ? hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0) {
				return NULL;
			}
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0') {
			return NULL;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return utf8_valid(out, n) ? out : NULL;
}

static bool
has_control_character(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			return true;
		}
	}
	return false;
}

/* Clients resolve dot segments before they send; one that arrives means to confuse. */
static bool
has_dot_segment(const char *path)
{
	for (const char *p = path; p != NULL; p = strchr(p + 1, '/')) {
		size_t length = strcspn(p + 1, "/");

		if ((length == 1 && p[1] == '.') || (length == 2 && p[1] == '.' && p[2] == '.')) {
			return true;
		}
	}
	return false;
}

static int
parse_target(struct arena *a, char *target, struct http_head *head)
{
	const char *query;

	if (strlen(target) > TARGET_MAX) {
		return 414;
	}
	for (const char *p = target; *p != '\0'; p++) {
		if (*p <= 0x20 || *p >= 0x7f || *p == '#') {
			return 400;
		}
	}
	if (strncasecmp(target, "http://", 7) == 0 ||
		strncasecmp(target, "https://", 8) == 0) {
		/* The absolute form must be accepted: the path begins behind the authority. */
		target = strchr(strchr(target, ':') + 3, '/');
		if (target == NULL) {
			return 400;
		}
	}
	if (*target != '/') {
		return 400;
	}
	query = strchr(target, '?');
	head->query = query != NULL ? query + 1 : "";
	head->path = decode(a, target,
		query != NULL ? (size_t)(query - target) : strlen(target), false);
	if (head->path == NULL || has_control_character(head->path) ||
		has_dot_segment(head->path)) {
		return 400;
	}
	return 0;
}

static int
parse_request_line(struct arena *a, char *line, struct http_head *head)
{
	char *target = line != NULL ? strchr(line, ' ') : NULL;
	char *version;

	if (target == NULL) {
		return 400;
	}
	*target++ = '\0';
	version = strchr(target, ' ');
	if (version == NULL || !is_token(line)) {
		return 400;
	}
	*version++ = '\0';
	if (strlen(line) > METHOD_MAX) {
		return 501;
	}
	if (strcmp(version, "HTTP/1.1") == 0) {
		head->keep_alive = true;
	} else if (strcmp(version, "HTTP/1.0") != 0) {
		return strncmp(version, "HTTP/", 5) == 0 ? 505 : 400;
	}
	head->method = line;
	return parse_target(a, target, head);
}

static bool
is_value(const char *value)
{
	for (; *value != '\0'; value++) {
		if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f) {
			return false;
		}
	}
	return true;
}

/* Neither folded lines nor space before the colon: both have smuggled requests. */
static bool
parse_header(char *line, struct web_header *out)
{
	char *colon = line != NULL ? strchr(line, ':') : NULL;
	char *value;
	char *end;

	if (colon == NULL) {
		return false;
	}
	*colon = '\0';
	if (!is_token(line)) {
		return false;
	}
	for (char *p = line; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z') {
			*p = (char)(*p - 'A' + 'a');
		}
	}
	value = colon + 1 + strspn(colon + 1, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
		end--;
	}
	*end = '\0';
	if (!is_value(value)) {
		return false;
	}
	out->name = line;
	out->value = value;
	return true;
}

static int
parse_headers(struct arena *a, struct cursor *c, struct http_head *head)
{
	struct web_header *headers = arena_alloc(a, HEADERS_MAX * sizeof(*headers));
	size_t count = 0;

	/* The head ends with an empty line. */
	while (c->end - c->at > 2) {
		if (count == HEADERS_MAX) {
			return 431;
		}
		if (!parse_header(take_line(c), &headers[count])) {
			return 400;
		}
		count++;
	}
	head->headers = headers;
	head->header_count = count;
	return 0;
}

/* What follows the token in the list; NULL when the list does not have it. */
static const char *
find_in_list(const char *list, const char *token)
{
	size_t length = strlen(token);

	while (list != NULL && *list != '\0') {
		size_t item;

		list += strspn(list, " \t,");
		item = strcspn(list, " \t,;");
		if (item == length && strncasecmp(list, token, length) == 0) {
			return list + item;
		}
		list += strcspn(list, ",");
	}
	return NULL;
}

bool
http_list_has(const char *list, const char *token)
{
	return find_in_list(list, token) != NULL;
}

bool
http_accepts(const char *list, const char *token)
{
	const char *weight = find_in_list(list, token);

	if (weight == NULL) {
		return false;
	}
	weight += strspn(weight, " \t;");
	if (strncasecmp(weight, "q=", 2) != 0) {
		return true;
	}
	weight += 2;
	weight += strspn(weight, "0.");
	return *weight >= '1' && *weight <= '9';
}

static int
read_content_length(const char *value, struct http_head *head)
{
	size_t digits = strspn(value, "0123456789");

	if (head->has_content_length || digits == 0 || value[digits] != '\0') {
		return 400;
	}
	if (digits > LENGTH_DIGITS_MAX) {
		return 413;
	}
	for (; *value != '\0'; value++) {
		head->content_length = head->content_length * 10 + (size_t)(*value - '0');
	}
	head->has_content_length = true;
	return 0;
}

/* The headers that decide where a request ends and what becomes of its connection. */
static int
interpret_headers(struct http_head *head)
{
	bool http_1_1 = head->keep_alive;
	bool asks_upgrade = false;
	bool asks_websocket = false;
	size_t hosts = 0;

	for (size_t i = 0; i < head->header_count; i++) {
		const char *name = head->headers[i].name;
		const char *value = head->headers[i].value;
		int status = 0;

		if (strcmp(name, "content-length") == 0) {
			status = read_content_length(value, head);
		} else if (strcmp(name, "transfer-encoding") == 0) {
			status = 411;
		} else if (strcmp(name, "host") == 0) {
			hosts++;
		} else if (strcmp(name, "connection") == 0) {
			asks_upgrade = asks_upgrade || http_list_has(value, "upgrade");
			if (http_list_has(value, "close")) {
				head->keep_alive = false;
			} else if (!http_1_1 && http_list_has(value, "keep-alive")) {
				head->keep_alive = true;
			}
		} else if (strcmp(name, "upgrade") == 0) {
			asks_websocket = asks_websocket || http_list_has(value, "websocket");
		} else if (strcmp(name, "expect") == 0) {
			head->expects_continue = strcasecmp(value, "100-continue") == 0;
			status = head->expects_continue ? 0 : 417;
		}
		if (status != 0) {
			return status;
		}
	}
	head->upgrade = asks_upgrade && asks_websocket;
	return hosts == 1 || (hosts == 0 && !http_1_1) ? 0 : 400;
}

int
http_head_parse(struct arena *a, const char *data, size_t length, struct http_head *out)
{
	struct http_head head = {0};
	char *copy = arena_strndup(a, data, length);
	struct cursor c = {copy, copy + length};
	int status = parse_request_line(a, take_line(&c), &head);

	if (status == 0) {
		status = parse_headers(a, &c, &head);
	}
	if (status == 0) {
		status = interpret_headers(&head);
	}
	if (status == 0) {
		*out = head;
	}
	return status;
}

const char *
http_query_decode(struct arena *a, const char *query, const char *name)
{
	while (*query != '\0') {
		size_t length = strcspn(query, "&");
		size_t name_length = strcspn(query, "&=");
		const char *decoded = decode(a, query, name_length, true);

		if (decoded != NULL && strcmp(decoded, name) == 0) {
			const char *value = query + name_length;
			size_t value_length = length - name_length;

			if (value_length > 0) {
				value++; /* the = */
				value_length--;
			}
			return decode(a, value, value_length, true);
		}
		query += length;
		query += *query == '&' ? 1 : 0;
	}
	return NULL;
}
