#include "flow/webhook.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "model/fact.h"
#include "model/staff.h"

enum { GONE = 410, SIGNED_MAX_BYTES = 512 * 1024 };

void
webhook_secret_text(const uint8_t secret[static WEBHOOK_SECRET_SIZE],
	char out[static WEBHOOK_SECRET_TEXT_SIZE])
{
	memcpy(out, "whsec_", 6);
	base64_encode(secret, WEBHOOK_SECRET_SIZE, out + 6);
}

void
webhook_sign(const void *secret, size_t secret_length, const char *id, int64_t seconds,
	const char *body, size_t length, char out[static WEBHOOK_SIGNATURE_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	struct buf text;

	buf_init(&text, SIGNED_MAX_BYTES);
	buf_printf(&text, "%s.%" PRId64 ".", id, seconds);
	buf_append(&text, body, length);
	hmac_sha256(secret, secret_length, text.data, text.length, digest);
	buf_fini(&text);
	memcpy(out, "v1,", 3);
	base64_encode(digest, sizeof(digest), out + 3);
}

static void
begin(struct json_writer *w, const char *type, const char *id,
	const struct channel_row *channel)
{
	jw_object(w);
	jw_kstring(w, "type", type);
	jw_kstring(w, "id", id);
	jw_key(w, "channel");
	jw_object(w);
	jw_kstring(w, "key", channel->public_key);
	jw_kstring(w, "name", channel->name);
	jw_object_end(w);
}

void
webhook_entry_body(const struct outbox_due *due, const struct channel_row *channel,
	const char *author_name, struct buf *out)
{
	struct json_writer w;
	char id[24];

	snprintf(id, sizeof(id), "%" PRIu64, due->item.id);
	jw_init(&w, out);
	begin(&w, "entry", id, channel);
	jw_ktime(&w, "timestamp", due->item.created_at);
	jw_key(&w, "user");
	jw_object(&w);
	jw_kstring(&w, "sub", due->subject);
	jw_object_end(&w);
	jw_ki64(&w, "unread", (int64_t)due->unread);
	jw_key(&w, "entry");
	jw_object(&w);
	fact_encode_public(due->fact, author_name, &w);
	jw_object_end(&w);
	jw_object_end(&w);
}

void
webhook_ping_body(const char *id, const struct channel_row *channel, int64_t now,
	struct buf *out)
{
	struct json_writer w;

	jw_init(&w, out);
	begin(&w, "ping", id, channel);
	jw_ktime(&w, "timestamp", now);
	jw_object_end(&w);
}

struct outbox_answer
webhook_judge(int status, const char *answer, const char *error, int64_t retry_after_ms)
{
	struct outbox_answer a = {
		.verdict = VERDICT_RETRY,
		.status = status,
		.retry_after_ms = retry_after_ms,
		.text = status == 0 ? error : answer,
	};

	if (status >= 200 && status < 300) {
		a.verdict = VERDICT_SENT;
	} else if (status == GONE) {
		a.verdict = VERDICT_REFUSED;
	}
	return a;
}
