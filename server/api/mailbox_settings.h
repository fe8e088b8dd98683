/* The settings of a mailbox: the member "mailbox" of the settings of a channel of kind email.
 * {"mailbox":{"address":"support@broker.example","name":"Broker","imap":{"host":"...",
 *  "port":993,"security":"tls","user":"...","password":"<sealed>"},"smtp":{...},
 *  "folder":"INBOX","trusted_host":"mx.broker.example","since":ms,
 *  "auto_answer":"off"}}
 *
 * A password is sealed for its server and user: whoever points the mailbox at another server
 * has to give it again, so that nobody can have it sent to a server of her own. */
#ifndef API_MAILBOX_SETTINGS_H
#define API_MAILBOX_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/seal.h"
#include "model/mailbox.h"

struct arena;
struct input;
struct json_writer;

enum {
	MAILBOX_HOST_MAX = 253,
	MAILBOX_USER_MAX = 200,
	MAILBOX_PASSWORD_MAX = 500, /* bytes */
	MAILBOX_FOLDER_MAX = 200,   /* characters */
	MAILBOX_NAME_MAX = 80,
};

enum mailbox_security {
	MAILBOX_TLS = 0, /* from the first byte */
	MAILBOX_STARTTLS = 1,
	MAILBOX_PLAIN = 2, /* in networks only that the configuration names */
};

struct mailbox_server {
	const char *host; /* "": not set */
	int64_t port;
	enum mailbox_security security;
	const char *user;     /* SMTP: "" sends without a log-in */
	const char *password; /* sealed; "": none */
};

struct mailbox_settings {
	const char *address; /* as email_normalise() has it */
	const char *name;    /* beside it in From; may be "" */
	struct mailbox_server imap;
	struct mailbox_server smtp;
	const char *folder;       /* UTF-8: "INBOX" */
	const char *trusted_host; /* whose Authentication-Results count; "": nobody's */
	int64_t since;            /* older mail is not taken; UTC ms */
	enum mailbox_answering answering;
};

/* From channel.settings; texts are copied into the arena. ERR_CORRUPT: no mailbox. */
MUST_CHECK enum err
mailbox_settings_parse(const char *json, struct arena *a, struct mailbox_settings *out);
/* "off", "proven", "all"; false: another word. */
bool mailbox_answering_read(const char *text, enum mailbox_answering *out);
/* For the database. */
const char *mailbox_settings_text(const struct mailbox_settings *s, struct arena *a);
/* The member "mailbox"; of passwords only whether there are any. */
void mailbox_settings_encode(const struct mailbox_settings *s, struct json_writer *w);

/* The member "mailbox" of a request over what stands in *s. New passwords are sealed at once;
 * what is wrong is told by the input. `now`: what `since` is when nothing is said. */
void
mailbox_settings_read(struct input *in, const uint8_t secret[static SEAL_SECRET_SIZE],
	const char *public_key, int64_t now, struct mailbox_settings *s);

/* The password in the clear; wipe it after use. ERR_NOT_FOUND: there is none; ERR_CORRUPT: it
 * is not sealed by us for this server and user. */
MUST_CHECK enum err mailbox_password(const struct mailbox_server *server,
	const uint8_t secret[static SEAL_SECRET_SIZE], const char *public_key,
	char out[static MAILBOX_PASSWORD_MAX + 1]);

#endif
