#include "api/history_seal.h"

#include "api/history_export.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "store/house_signature.h"

enum { SEALED_BYTES_MAX = 256 * 1024 };

/* What the signature covers, a line each: what it is, when, whose, whether internal facts are
 * told, and the end of every timeline. */
static void
write_sealed(const struct history_export *x, struct buf *out)
{
	char at[TIME_TEXT_SIZE];
	char hex[2 * DIGEST_SIZE + 1];

	time_format(x->at, at);
	buf_printf(out, "trunkline-history-head-1\n%s\n%llu\n%s\n", at,
		(unsigned long long)x->customer.id, x->notes ? "notes" : "no notes");
	for (size_t i = 0; i < x->timeline_count; i++) {
		hex_encode(x->ends[i].hash, DIGEST_SIZE, hex);
		buf_printf(out, "%llu %llu %s\n", (unsigned long long)x->timelines[i].timeline,
			(unsigned long long)x->ends[i].seq, hex);
	}
}

static void
write_heads(const struct history_export *x, struct json_writer *w)
{
	char hex[2 * DIGEST_SIZE + 1];

	jw_key(w, "heads");
	jw_array(w);
	for (size_t i = 0; i < x->timeline_count; i++) {
		hex_encode(x->ends[i].hash, DIGEST_SIZE, hex);
		jw_object(w);
		jw_kid(w, "timeline", x->timelines[i].timeline);
		jw_ki64(w, "seq", (int64_t)x->ends[i].seq);
		jw_kstring(w, "hash", hex);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_signature(const struct house_signature *signature, struct json_writer *w)
{
	jw_object(w);
	jw_kstring(w, "algorithm", "ed25519");
	jw_kstring(w, "key", signature->key);
	jw_kstring(w, "signature", signature->signature);
	jw_object_end(w);
}

enum err
history_seal_write(const struct history_export *x, struct buf *out, struct error *e)
{
	struct house_signature signature;
	struct json_writer w;
	struct buf sealed;
	enum err err;

	buf_init(&sealed, SEALED_BYTES_MAX);
	write_sealed(x, &sealed);
	err = sealed.overflowed
		? error_set(e, ERR_CORRUPT, "this customer has too many histories")
		: house_sign(x->data_dir, sealed.data, sealed.length, &signature, e);
	buf_fini(&sealed);
	if (err != ERR_OK && err != ERR_NOT_FOUND) {
		return err;
	}
	buf_putc(out, ',');
	jw_init(&w, out);
	write_heads(x, &w);
	jw_key(&w, "signed");
	if (err == ERR_OK) {
		write_signature(&signature, &w);
	} else {
		jw_null(&w);
	}
	return ERR_OK;
}
