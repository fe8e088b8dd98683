/* Where the server of an app is told of entries, as it stands in the settings of a channel:
 * "webhook":{"url":"https://...","enabled":true,"secret":"<sealed>","former":"<sealed>",
 * "former_until":ms}. After a change of secrets both sign for a day, so that the receiver can
 * change in peace. Secrets are shown once and sealed at rest. */
#ifndef API_WEBHOOK_SETTINGS_H
#define API_WEBHOOK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/seal.h"
#include "flow/webhook.h"

struct arena;
struct json;
struct json_writer;

enum { WEBHOOK_URL_MAX = 500 };

struct webhook_settings {
	const char *url; /* "": none */
	bool enabled;
	const char *secret; /* sealed; "": none was made yet */
	const char *former;
	int64_t former_until;
};

void webhook_settings_parse(const struct json *settings, struct arena *a,
	struct webhook_settings *out);
/* The member "webhook"; `stored`: with its secrets, for the database. */
void webhook_settings_encode(const struct webhook_settings *s, bool stored,
	struct json_writer *w);
/* "https://host/path", or http for networks that the configuration allows. */
bool webhook_url_valid(const char *url);

/* A new secret; `text` is to be shown once. */
void webhook_secret_make(struct webhook_settings *s,
	const uint8_t seal_secret[static SEAL_SECRET_SIZE], const char *public_key,
	int64_t now, struct arena *a, char text[static WEBHOOK_SECRET_TEXT_SIZE]);
/* The header "webhook-signature: ...", signed by each secret that holds now. ERR_CORRUPT: the
 * secret cannot be opened, or there is none. */
MUST_CHECK enum err webhook_signature(const struct webhook_settings *s,
	const uint8_t seal_secret[static SEAL_SECRET_SIZE], const char *public_key,
	const char *id, int64_t now, const char *body, size_t length, struct arena *a,
	const char **header);

#endif
