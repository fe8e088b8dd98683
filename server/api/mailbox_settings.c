#include "api/mailbox_settings.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

enum { SETTINGS_MAX_BYTES = 60000 /* the column holds 64 KiB */ };

static const char *const securities[] = {"tls", "starttls", "none", NULL};

static const char *const answerings[] = {"off", "proven", "all", NULL};

bool
mailbox_answering_read(const char *text, enum mailbox_answering *out)
{
	for (int i = 0; text != NULL && answerings[i] != NULL; i++) {
		if (strcmp(text, answerings[i]) == 0) {
			*out = (enum mailbox_answering)i;
			return true;
		}
	}
	return false;
}

static const char *
text_of(const struct json *object, const char *name, const char *fallback,
	struct arena *a)
{
	const char *text = json_string(object, name);

	return text != NULL ? arena_strdup(a, text) : fallback;
}

static void
parse_server(const struct json *mailbox, const char *name, int64_t port, struct arena *a,
	struct mailbox_server *out)
{
	const struct json *server = json_get(mailbox, name);
	const char *security;

	*out = (struct mailbox_server){.host = "", .port = port, .user = "", .password = ""};
	if (!json_is_object(server)) {
		return;
	}
	out->host = text_of(server, "host", "", a);
	out->user = text_of(server, "user", "", a);
	out->password = text_of(server, "password", "", a);
	if (!json_i64(server, "port", &out->port)) {
		out->port = port;
	}
	security = json_string(server, "security");
	for (int i = 0; security != NULL && securities[i] != NULL; i++) {
		if (strcmp(security, securities[i]) == 0) {
			out->security = (enum mailbox_security)i;
		}
	}
}

enum err
mailbox_settings_parse(const char *json, struct arena *a, struct mailbox_settings *out)
{
	const struct json *mailbox;
	struct json *root;

	memset(out, 0, sizeof(*out));
	if (json_parse(json, strlen(json), &root, NULL) != ERR_OK) {
		return ERR_CORRUPT;
	}
	mailbox = json_is_object(root) ? json_get(root, "mailbox") : NULL;
	if (!json_is_object(mailbox)) {
		json_free(root);
		return ERR_CORRUPT;
	}
	out->address = text_of(mailbox, "address", "", a);
	out->name = text_of(mailbox, "name", "", a);
	out->folder = text_of(mailbox, "folder", "INBOX", a);
	out->trusted_host = text_of(mailbox, "trusted_host", "", a);
	if (!json_i64(mailbox, "since", &out->since)) {
		out->since = 0;
	}
	(void)mailbox_answering_read(json_string(mailbox, "auto_answer"), &out->answering);
	parse_server(mailbox, "imap", 993, a, &out->imap);
	parse_server(mailbox, "smtp", 465, a, &out->smtp);
	json_free(root);
	return ERR_OK;
}

static void
write_server(const struct mailbox_server *s, const char *name, bool stored,
	struct json_writer *w)
{
	jw_key(w, name);
	jw_object(w);
	jw_kstring(w, "host", s->host);
	jw_ki64(w, "port", s->port);
	jw_kstring(w, "security", securities[s->security]);
	jw_kstring(w, "user", s->user);
	if (stored) {
		jw_kstring(w, "password", s->password);
	} else {
		jw_kbool(w, "has_password", s->password[0] != '\0');
	}
	jw_object_end(w);
}

static void
write_mailbox(const struct mailbox_settings *s, bool stored, struct json_writer *w)
{
	jw_key(w, "mailbox");
	jw_object(w);
	jw_kstring(w, "address", s->address);
	jw_kstring(w, "name", s->name);
	write_server(&s->imap, "imap", stored, w);
	write_server(&s->smtp, "smtp", stored, w);
	jw_kstring(w, "folder", s->folder);
	jw_kstring(w, "trusted_host", s->trusted_host);
	if (stored) {
		jw_ki64(w, "since", s->since);
	} else {
		jw_ktime(w, "since", s->since);
	}
	jw_kstring(w, "auto_answer", answerings[s->answering]);
	jw_object_end(w);
}

const char *
mailbox_settings_text(const struct mailbox_settings *s, struct arena *a)
{
	struct buf out;
	struct json_writer w;
	const char *text;

	buf_init(&out, SETTINGS_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	write_mailbox(s, true, &w);
	jw_object_end(&w);
	text = out.overflowed ? NULL : arena_strndup(a, out.data, out.length);
	buf_fini(&out);
	return text;
}

void
mailbox_settings_encode(const struct mailbox_settings *s, struct json_writer *w)
{
	write_mailbox(s, false, w);
}
