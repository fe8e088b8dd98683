#include "api/webhook_settings.h"

#include <stdlib.h>
#include <string.h>

#include "api/origin.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"

#define FORMER_MS (24LL * 3600 * 1000)

static const char *
text_of(const struct json *object, const char *name, struct arena *a)
{
	const char *text = json_string(object, name);

	return text != NULL ? arena_strdup(a, text) : "";
}

void
webhook_settings_parse(const struct json *settings, struct arena *a,
	struct webhook_settings *out)
{
	const struct json *webhook = json_get(settings, "webhook");

	*out = (struct webhook_settings){.url = "", .secret = "", .former = ""};
	if (!json_is_object(webhook)) {
		return;
	}
	out->url = text_of(webhook, "url", a);
	out->secret = text_of(webhook, "secret", a);
	out->former = text_of(webhook, "former", a);
	if (!json_bool(webhook, "enabled", &out->enabled)) {
		out->enabled = false;
	}
	if (!json_i64(webhook, "former_until", &out->former_until)) {
		out->former_until = 0;
	}
}

void
webhook_settings_encode(const struct webhook_settings *s, bool stored,
	struct json_writer *w)
{
	jw_key(w, "webhook");
	jw_object(w);
	jw_kstring(w, "url", s->url);
	jw_kbool(w, "enabled", s->enabled);
	if (stored) {
		jw_kstring(w, "secret", s->secret);
		jw_kstring(w, "former", s->former);
		jw_ki64(w, "former_until", s->former_until);
	} else {
		jw_kbool(w, "has_secret", s->secret[0] != '\0');
	}
	jw_object_end(w);
}

bool
webhook_url_valid(const char *url)
{
	size_t scheme = str_starts_with(url, "https://") ? 8
		: str_starts_with(url, "http://")            ? 7
													 : 0;
	size_t host = scheme != 0 ? strcspn(url + scheme, "/?#") : 0;
	char name[256];

	if (host == 0 || host >= sizeof(name) || strlen(url) > WEBHOOK_URL_MAX) {
		return false;
	}
	for (const unsigned char *p = (const unsigned char *)url; *p != '\0'; p++) {
		if (*p <= ' ' || *p >= 0x7f) {
			return false;
		}
	}
	memcpy(name, url + scheme, host);
	name[host] = '\0';
	return host_valid(name) && strchr(url, '#') == NULL;
}

static const char *
context(const char *public_key, struct arena *a)
{
	return arena_printf(a, "webhook:%s", public_key);
}

void
webhook_secret_make(struct webhook_settings *s,
	const uint8_t seal_secret[static SEAL_SECRET_SIZE], const char *public_key,
	int64_t now, struct arena *a, char text[static WEBHOOK_SECRET_TEXT_SIZE])
{
	uint8_t secret[WEBHOOK_SECRET_SIZE];
	char sealed[SEAL_TEXT_SIZE];

	random_bytes(secret, sizeof(secret));
	if (seal(seal_secret, context(public_key, a), secret, sizeof(secret), sealed) !=
		ERR_OK) {
		abort(); /* it is far shorter than what can be sealed */
	}
	webhook_secret_text(secret, text);
	explicit_bzero(secret, sizeof(secret));
	s->former = s->secret;
	s->former_until = s->secret[0] != '\0' ? now + FORMER_MS : 0;
	s->secret = arena_strdup(a, sealed);
}

static enum err
sign_by(const char *sealed, const uint8_t seal_secret[static SEAL_SECRET_SIZE],
	const char *public_key, const char *id, int64_t now, const char *body, size_t length,
	struct arena *a, char out[static WEBHOOK_SIGNATURE_SIZE])
{
	uint8_t secret[WEBHOOK_SECRET_SIZE];
	size_t got = 0;
	enum err rc = seal_open(seal_secret, context(public_key, a), sealed, secret,
		sizeof(secret), &got);

	if (rc == ERR_OK && got != sizeof(secret)) {
		rc = ERR_CORRUPT;
	}
	if (rc == ERR_OK) {
		webhook_sign(secret, sizeof(secret), id, now / 1000, body, length, out);
	}
	explicit_bzero(secret, sizeof(secret));
	return rc;
}

enum err
webhook_signature(const struct webhook_settings *s,
	const uint8_t seal_secret[static SEAL_SECRET_SIZE], const char *public_key,
	const char *id, int64_t now, const char *body, size_t length, struct arena *a,
	const char **header)
{
	char present[WEBHOOK_SIGNATURE_SIZE];
	char former[WEBHOOK_SIGNATURE_SIZE] = "";
	enum err rc;

	if (s->secret[0] == '\0') {
		return ERR_CORRUPT;
	}
	rc = sign_by(s->secret, seal_secret, public_key, id, now, body, length, a, present);
	if (rc == ERR_OK && s->former[0] != '\0' && now < s->former_until) {
		rc = sign_by(s->former, seal_secret, public_key, id, now, body, length, a,
			former);
	}
	if (rc == ERR_OK) {
		*header = arena_printf(a, "webhook-signature: %s%s%s", present,
			former[0] != '\0' ? " " : "", former);
	}
	return rc;
}
