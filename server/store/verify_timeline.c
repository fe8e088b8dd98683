#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/fact.h"
#include "store/records.h"
#include "store/verify_private.h"

/* Where the walk along one timeline stands. */
struct walk {
	uint64_t timeline;
	uint64_t seq;
	uint64_t pub;
	int64_t committed_at;
	uint8_t hash[DIGEST_SIZE];
	bool hash_known; /* false after a hole: the next link cannot be checked */
};

struct stored {
	struct fact fact;
	uint8_t salt[FACT_SALT_SIZE];
	bool has_salt;
	uint8_t body_digest[DIGEST_SIZE];
	uint8_t hash[DIGEST_SIZE];
	bool erased;
};

static bool
take(const struct value *row, struct stored *out)
{
	const struct value *rest = row + FACT_COLUMN_COUNT;

	*out = (struct stored){0};
	record_fact_columns(row, &out->fact);
	out->has_salt = value_as_bytes(&rest[0], out->salt, sizeof(out->salt));
	out->erased = value_as_i64(&rest[3]) != 0;
	return value_as_bytes(&rest[1], out->body_digest, DIGEST_SIZE) &&
		value_as_bytes(&rest[2], out->hash, DIGEST_SIZE);
}

/* An erased body is gone by law; its digest stays in the chain. */
static bool
body_holds(const struct stored *s)
{
	uint8_t digest[DIGEST_SIZE];

	if (s->erased) {
		return s->fact.body == NULL;
	}
	if (s->fact.body == NULL || !s->has_salt) {
		return false;
	}
	fact_body_digest(s->salt, s->fact.body, s->fact.body_length, digest);
	return memcmp(digest, s->body_digest, DIGEST_SIZE) == 0;
}

static bool
link_holds(const struct walk *w, const struct stored *s)
{
	struct fact_chain_input in;
	uint8_t hash[DIGEST_SIZE];

	memcpy(in.previous, w->hash, DIGEST_SIZE);
	memcpy(in.body_digest, s->body_digest, DIGEST_SIZE);
	fact_hash(&s->fact, &in, hash);
	return memcmp(hash, s->hash, DIGEST_SIZE) == 0;
}

static const char *
fault_of(const struct walk *w, const struct stored *s)
{
	const struct fact *f = &s->fact;

	if (!body_holds(s)) {
		return "the body does not match its digest";
	}
	if (w->hash_known && !link_holds(w, s)) {
		return "the hash does not match: the fact or the chain was changed";
	}
	if (f->pub != 0 && f->pub != w->pub + 1 && w->hash_known) {
		return "the customer's numbers have a gap";
	}
	if (f->committed_at < w->committed_at) {
		return "the time goes back";
	}
	return NULL;
}

static void
step(struct verification *v, struct walk *w, const struct value *row)
{
	struct stored s;
	bool whole = take(row, &s);
	const struct fact *f = &s.fact;
	const char *fault;

	if (f->seq != w->seq + 1) {
		verify_broken(v, w->timeline, w->seq + 1, 0,
			"a fact is missing before number %llu", (unsigned long long)f->seq);
		w->hash_known = false;
		w->committed_at = 0;
	}
	fault = whole ? fault_of(w, &s) : "a column is damaged";
	if (fault != NULL) {
		verify_broken(v, w->timeline, f->seq, f->id, "%s", fault);
	}
	w->seq = f->seq;
	w->pub = f->pub != 0 ? f->pub : w->pub;
	w->committed_at = f->committed_at;
	memcpy(w->hash, s.hash, DIGEST_SIZE);
	w->hash_known = whole;
	free(s.fact.body);
	free(s.fact.files);
	v->report.facts++;
	verify_count(v);
}

enum err
verify_timeline(struct verification *v, uint64_t timeline, struct error *e)
{
	struct walk w = {.timeline = timeline, .hash_known = true};
	uint64_t signed_seq;
	size_t count;

	do {
		struct arena *a = arena_create();
		struct value args[] = {
			value_id(timeline),
			value_id(w.seq),
			value_i64(VERIFY_PAGE),
		};
		struct rows r = {0};
		enum err err = v->db->driver->read(v->db, STATEMENT_VERIFY_TIMELINE, args, a, &r,
			e);

		for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
			step(v, &w, rows_at(&r, i));
		}
		count = r.count;
		arena_destroy(a);
		if (err != ERR_OK) {
			return err;
		}
	} while (count == VERIFY_PAGE);
	signed_seq = (uint64_t)(uintptr_t)map_remove(&v->signed_seq, timeline);
	if (signed_seq > w.seq) {
		verify_broken(v, timeline, w.seq + 1, 0,
			"the end is cut off: facts up to number %llu were signed",
			(unsigned long long)signed_seq);
	}
	v->report.timelines++;
	return ERR_OK;
}
