/* What an administrator says about a mailbox: read, checked, and its passwords sealed. */
#include "api/mailbox_settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/input.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/email.h"

static const char *
seal_context(const struct mailbox_server *s, const char *public_key, struct arena *a)
{
	return arena_printf(a, "mailbox:%s:%s:%s", public_key, s->host, s->user);
}

enum err
mailbox_password(const struct mailbox_server *server,
	const uint8_t secret[static SEAL_SECRET_SIZE], const char *public_key,
	char out[static MAILBOX_PASSWORD_MAX + 1])
{
	struct arena *a;
	size_t length = 0;
	enum err rc;

	out[0] = '\0';
	if (str_empty(server->password)) {
		return ERR_NOT_FOUND;
	}
	a = arena_create();
	rc = seal_open(secret, seal_context(server, public_key, a), server->password, out,
		MAILBOX_PASSWORD_MAX, &length);
	arena_destroy(a);
	out[rc == ERR_OK ? length : 0] = '\0';
	return rc;
}

/* A name of a machine, or an address; IPv6 in brackets. */
static bool
host_is_valid(const char *host)
{
	size_t length = strlen(host);

	if (length > 0 && host[0] == '[') {
		return length > 3 && host[length - 1] == ']' &&
			strspn(host + 1, "0123456789abcdef:.") == length - 2;
	}
	return length > 0 && host[0] != '-' && host[0] != '.' &&
		strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == length;
}

static const char *
lower(const char *text, struct arena *a)
{
	char *out = arena_strdup(a, text);

	for (char *p = out; *p != '\0'; p++) {
		*p = (char)tolower((unsigned char)*p);
	}
	return out;
}

static void
read_security(struct input *in, struct mailbox_server *s)
{
	const char *text = input_line(in, "security", 10);

	if (text == NULL) {
		return;
	}
	if (strcmp(text, "tls") == 0) {
		s->security = MAILBOX_TLS;
	} else if (strcmp(text, "starttls") == 0) {
		s->security = MAILBOX_STARTTLS;
	} else if (strcmp(text, "none") == 0) {
		s->security = MAILBOX_PLAIN;
	} else {
		input_wrong(in, "security", "must be tls, starttls or none");
	}
}

static void
read_password(struct input *in, const struct mailbox_server *former,
	struct mailbox_server *s, const uint8_t secret[static SEAL_SECRET_SIZE],
	const char *public_key)
{
	const char *password = input_secret(in, "password", MAILBOX_PASSWORD_MAX);
	char sealed[SEAL_TEXT_SIZE];

	if (password == NULL) {
		bool moved = strcmp(s->host, former->host) != 0 ||
			strcmp(s->user, former->user) != 0;

		if (s->user[0] == '\0') {
			s->password = "";
		} else if (moved && s->password[0] != '\0') {
			input_wrong(in, "password", "must be given again for another server or user");
		}
		return;
	}
	if (password[0] == '\0') {
		s->password = "";
		return;
	}
	if (strpbrk(password, "\r\n") != NULL) {
		input_wrong(in, "password", "must be one line");
		return;
	}
	if (seal(secret, seal_context(s, public_key, in->arena), password, strlen(password),
			sealed) != ERR_OK) {
		abort(); /* it is shorter than what can be sealed */
	}
	s->password = arena_strdup(in->arena, sealed);
}

static void
read_server(struct input *in, const char *name, bool required,
	const uint8_t secret[static SEAL_SECRET_SIZE], const char *public_key,
	struct mailbox_server *s)
{
	const struct json *object = json_get(in->object, name);
	const struct mailbox_server former = *s;
	struct input inner = *in;
	const char *text;

	if (object != NULL && !json_is_object(object)) {
		input_wrong(in, name, "must be an object");
		return;
	}
	if (object == NULL) {
		if (required && s->host[0] == '\0') {
			input_wrong(in, name, "is missing");
		}
		return;
	}
	inner.object = object;
	inner.prefix = arena_printf(in->arena, "mailbox.%s.", name);
	text = input_line(&inner, "host", MAILBOX_HOST_MAX);
	s->host = text != NULL ? lower(text, in->arena) : s->host;
	if (inner.field == NULL && !host_is_valid(s->host) &&
		(required || *s->host != '\0')) {
		input_wrong(&inner, "host", "must be the name of a server");
	}
	read_security(&inner, s);
	s->port = input_number(&inner, "port", 1, 65535, s->port);
	text = input_clearable(&inner, "user", MAILBOX_USER_MAX);
	s->user = text != NULL ? text : s->user;
	if (required && s->user[0] == '\0') {
		input_wrong(&inner, "user", "is missing");
	}
	read_password(&inner, &former, s, secret, public_key);
	if (inner.field != NULL && in->field == NULL) {
		memcpy(in->field_name, inner.field_name, sizeof(in->field_name));
		memcpy(in->text, inner.text, sizeof(in->text));
		in->field = in->field_name;
	}
}

static void
read_address(struct input *in, struct mailbox_settings *s)
{
	const char *text = input_line(in, "address", EMAIL_SIZE);
	char address[EMAIL_SIZE];

	if (text == NULL) {
		if (s->address[0] == '\0') {
			input_wrong(in, "address", "is missing");
		}
		return;
	}
	if (!email_normalise(text, address) || strchr(address, '+') != NULL) {
		input_wrong(in, "address", "must be like support@broker.example");
		return;
	}
	s->address = arena_strdup(in->arena, address);
}

static void
read_answering(struct input *in, struct mailbox_settings *s)
{
	const char *text = input_line(in, "auto_answer", 10);

	if (text != NULL && !mailbox_answering_read(text, &s->answering)) {
		input_wrong(in, "auto_answer", "must be off, proven or all");
	}
}

static void
read_rest(struct input *in, int64_t now, struct mailbox_settings *s)
{
	const char *text = input_clearable(in, "name", MAILBOX_NAME_MAX);
	int64_t since = input_time(in, "since");

	s->name = text != NULL ? text : s->name;
	text = input_clearable(in, "folder", MAILBOX_FOLDER_MAX);
	s->folder = text != NULL ? text : s->folder;
	s->folder = s->folder[0] != '\0' ? s->folder : "INBOX";
	text = input_clearable(in, "trusted_host", MAILBOX_HOST_MAX);
	s->trusted_host = text != NULL ? lower(text, in->arena) : s->trusted_host;
	if (since != 0) {
		s->since = since;
	} else if (s->since == 0) {
		s->since = now;
	}
}

void
mailbox_settings_read(struct input *in, const uint8_t secret[static SEAL_SECRET_SIZE],
	const char *public_key, int64_t now, struct mailbox_settings *s)
{
	const struct json *mailbox = json_get(in->object, "mailbox");
	struct input inner = *in;

	if (mailbox == NULL || !json_is_object(mailbox)) {
		if (mailbox != NULL || s->address[0] == '\0') {
			input_wrong(in, "mailbox", "must be an object");
		}
		return;
	}
	inner.object = mailbox;
	inner.prefix = "mailbox.";
	read_address(&inner, s);
	read_server(&inner, "imap", true, secret, public_key, &s->imap);
	read_server(&inner, "smtp", false, secret, public_key, &s->smtp);
	read_rest(&inner, now, s);
	read_answering(&inner, s);
	if (inner.field != NULL && in->field == NULL) {
		memcpy(in->field_name, inner.field_name, sizeof(in->field_name));
		memcpy(in->text, inner.text, sizeof(in->text));
		in->field = in->field_name;
	}
}
