/* The settings of a channel whose customers come by our own page (webchat, app): JSON in
 * channel.settings, with its secrets sealed.
 * {"origins":["https://a.example"],"colour":"#07657d","title":{"zh-CN":"...","en":"..."},
 *  "identity_keys":[{"kid":"...","sealed":"...","created_at":ms,"revoked":false}],
 *  "identity_required":true,"webhook":{...}}, the last two of apps only. */
#ifndef API_CHANNEL_SETTINGS_H
#define API_CHANNEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/channel_notice.h"
#include "api/webhook_settings.h"
#include "base/err.h"
#include "base/seal.h"

struct arena;
struct json_writer;

enum {
	SETTINGS_ORIGINS_MAX = 50,
	SETTINGS_KEYS_MAX = 20,
	SETTINGS_TITLE_MAX = 60,
	IDENTITY_KEY_TEXT_SIZE = 44,
	KID_SIZE = 17,
};
#define SETTINGS_COLOUR "#07657d"

struct identity_key_row {
	const char *kid;
	const char *sealed;
	int64_t created_at;
	bool revoked;
};

struct chat_settings {
	const char *origins[SETTINGS_ORIGINS_MAX];
	size_t origin_count;
	const char *colour;   /* "#rrggbb" */
	const char *title_zh; /* "" = the channel's name */
	const char *title_en;
	struct identity_key_row keys[SETTINGS_KEYS_MAX];
	size_t key_count;
	bool app;               /* has what follows */
	bool identity_required; /* nobody unknown comes in */
	struct webhook_settings webhook;
	struct channel_notice notice;
};

/* Texts are copied into the arena. What is missing gets its default; ERR_CORRUPT: no JSON. */
MUST_CHECK enum err
settings_parse(const char *json, struct arena *a, struct chat_settings *out);
/* Those of a new app: its customers are known. */
void settings_make_app(struct chat_settings *s);
char *
settings_text(const struct chat_settings *s, struct arena *a); /* for the database */
void
settings_encode(const struct chat_settings *s, struct json_writer *w); /* no secrets */

/* Lower case, without a slash at the end and without the scheme's own port, as browsers send
 * it. NULL: no origin. */
const char *settings_origin(const char *text, struct arena *a);
bool settings_allow(const struct chat_settings *s, const char *origin);

/* A new identity key: `key` is to be shown once and is what tokens are signed with.
 * ERR_CONFLICT: there are too many. */
MUST_CHECK enum err settings_add_key(struct chat_settings *s,
	const uint8_t secret[static SEAL_SECRET_SIZE], const char *public_key,
	struct arena *a, char kid[static KID_SIZE], char key[static IDENTITY_KEY_TEXT_SIZE]);
bool settings_revoke_key(struct chat_settings *s, const char *kid); /* false: none */
/* ERR_NOT_FOUND: none of that id, or revoked. */
MUST_CHECK enum err settings_open_key(const struct chat_settings *s,
	const uint8_t secret[static SEAL_SECRET_SIZE], const char *public_key,
	const char *kid, char key[static IDENTITY_KEY_TEXT_SIZE]);

#define PUBLIC_KEY_SIZE 28
void public_key_make(char out[static PUBLIC_KEY_SIZE]); /* of a new channel: "wk_..." */

#endif
