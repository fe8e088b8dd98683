/* A history that others can check: every fact of every timeline with all that its hash covers,
 * see docs/export.md. A fact that is withheld keeps its place: its text is left out with the
 * salt, so that it cannot be guessed from the digest, and the chain stays whole. */
#include <stdlib.h>
#include <string.h>

#include "api/export_file.h"
#include "api/history_export.h"
#include "api/history_seal.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "model/fact.h"
#include "model/names.h"

enum { PIECE = 200, PIECE_BYTES_MAX = 64 * 1024 * 1024 };

static void
write_hex(struct json_writer *w, const char *key, const uint8_t *bytes, size_t length)
{
	char hex[2 * DIGEST_SIZE + 1];

	hex_encode(bytes, length, hex);
	jw_kstring(w, key, hex);
}

static void
write_digest_of(struct json_writer *w, const char *key, const char *text)
{
	uint8_t digest[DIGEST_SIZE];

	if (text == NULL) {
		jw_key(w, key);
		jw_null(w);
		return;
	}
	sha256(text, strlen(text), digest);
	write_hex(w, key, digest, sizeof(digest));
}

static void
write_link(const struct history_export *x, const struct chain_link *link,
	struct json_writer *w)
{
	const struct fact *f = link->fact;
	bool withheld = (!x->notes && history_internal(f)) || f->body == NULL ||
		!link->salted;

	jw_object(w);
	jw_kid(w, "id", f->id);
	jw_ki64(w, "seq", (int64_t)f->seq);
	jw_ki64(w, "pub", (int64_t)f->pub);
	jw_kid(w, "conversation", f->conversation);
	jw_ki64(w, "kind", (int64_t)f->kind);
	jw_kstring(w, "kind_name", fact_kind_name(f->kind));
	jw_kid(w, "channel", f->channel);
	jw_kstring(w, "channel_kind", f->channel_kind);
	jw_ki64(w, "author_kind", (int64_t)f->author_kind);
	jw_kstring(w, "author_kind_name", author_kind_name(f->author_kind));
	jw_kid(w, "author", f->author);
	jw_ki64(w, "at", f->at);
	jw_ki64(w, "committed_at", f->committed_at);
	jw_kstring(w, "ref", f->ref);
	if (withheld) {
		jw_kbool(w, link->erased ? "erased" : "withheld", true);
		write_digest_of(w, "files_digest", f->files);
	} else {
		write_hex(w, "salt", link->salt, sizeof(link->salt));
		jw_key(w, "body");
		jw_string_n(w, f->body, f->body_length);
		jw_kstring(w, "files", f->files);
	}
	write_hex(w, "body_digest", link->body_digest, DIGEST_SIZE);
	write_hex(w, "hash", link->hash, DIGEST_SIZE);
	jw_object_end(w);
}

static void
write_contacts(const struct history_export *x, struct json_writer *w)
{
	jw_key(w, "contacts");
	jw_array(w);
	for (size_t i = 0; i < x->contact_count; i++) {
		jw_object(w);
		jw_kstring(w, "kind", x->contacts[i].kind);
		jw_kstring(w, "value", x->contacts[i].value);
		jw_kbool(w, "proven", x->contacts[i].proven);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_head(const struct history_export *x, struct buf *out)
{
	struct json_writer w;

	jw_init(&w, out);
	jw_object(&w);
	jw_kstring(&w, "format", "trunkline-history-1");
	jw_ktime(&w, "exported_at", x->at);
	jw_kstring(&w, "exported_by", x->by);
	jw_kbool(&w, "notes", x->notes);
	jw_key(&w, "customer");
	jw_object(&w);
	jw_kid(&w, "id", x->customer.id);
	jw_kstring(&w, "external_id", x->customer.external_id);
	jw_kstring(&w, "name", x->customer.name);
	jw_kstring(&w, "company", x->customer.company);
	write_contacts(x, &w);
	jw_object_end(&w);
	jw_key(&w, "staff");
	jw_array(&w);
	for (size_t i = 0; i < x->staff_count; i++) {
		jw_object(&w);
		jw_kid(&w, "id", x->staff[i].id);
		jw_kstring(&w, "name", x->staff[i].name);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	buf_puts(out, ",\"timelines\":[");
}

/* A page of the timeline at hand, or its end and the next one's beginning. */
static enum err
write_page(struct history_export *x, struct reader *reader, struct arena *a,
	struct buf *out, struct error *e)
{
	uint64_t timeline = x->timelines[x->timeline].timeline;
	struct chain_list list;
	enum err err = read_chain(reader, timeline, x->seq, PIECE, a, &list, e);

	if (err != ERR_OK) {
		return err;
	}
	if (x->seq == 0) {
		buf_printf(out, "%s\n{\"timeline\":\"%llu\",\"facts\":[",
			x->timeline > 0 ? "," : "", (unsigned long long)timeline);
	}
	for (size_t i = 0; i < list.count; i++) {
		struct json_writer w;
		const struct fact *f = list.items[i].fact;

		buf_puts(out, f->seq > 1 ? ",\n" : "\n");
		jw_init(&w, out);
		write_link(x, &list.items[i], &w);
		x->seq = f->seq;
		x->ends[x->timeline].seq = f->seq;
		memcpy(x->ends[x->timeline].hash, list.items[i].hash, DIGEST_SIZE);
		x->withheld += !x->notes && history_internal(f);
		x->entries++;
	}
	if (list.count < PIECE) {
		buf_puts(out, "]}");
		x->timeline++;
		x->seq = 0;
	}
	chain_list_release(&list);
	return ERR_OK;
}

enum err
history_json_step(struct history_export *x, struct reader *reader, struct arena *a,
	struct error *e)
{
	struct buf out;
	FILE *file;
	enum err err = x->begun ? export_file_continue(x->path, &file, e)
							: export_file_begin(x->path, &file, e);

	if (err != ERR_OK) {
		return err;
	}
	buf_init(&out, PIECE_BYTES_MAX);
	if (!x->begun) {
		write_head(x, &out);
		x->begun = true;
	}
	if (x->timeline < x->timeline_count) {
		err = write_page(x, reader, a, &out, e);
	}
	if (err == ERR_OK && x->timeline == x->timeline_count) {
		buf_puts(&out, "\n]");
		err = history_seal_write(x, &out, e);
		buf_puts(&out, "}\n");
		x->ended = true;
	}
	if (err == ERR_OK) {
		err = export_file_take(file, &out, e);
	}
	enum err closed = export_file_end(file, err == ERR_OK ? e : NULL);
	buf_fini(&out);
	return err != ERR_OK ? err : closed;
}
