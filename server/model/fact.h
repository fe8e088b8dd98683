/* A fact is what is stored; an entry is a fact that is shown. Immutable after the commit,
 * counted by references on the loop thread only, encoded once for all who watch it. */
#ifndef MODEL_FACT_H
#define MODEL_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/id.h"
#include "model/conversation.h"
#include "model/outbox.h"
#include "model/types.h"

struct json_writer;

/* How far an entry got that leaves the house by itself. */
struct delivery_state {
	enum outbox_state state; /* 0: it does not, or left long ago */
	int64_t attempts;
	int64_t due_at;
	char *text; /* the last answer of the other server, owned by the fact; NULL: none */
};

#define FACT_ID(node, n) ((uint64_t)(node) << 48 | (n))
#define FACT_NODE(id) ((unsigned)((id) >> 48))
#define FACT_N(id) ((id)&0xffffffffffffULL)

#define FACT_BODY_MAX (64 * 1024)
#define FACT_SALT_SIZE 16
/* Each so many facts a timeline keeps how many of them its customer sees. Part of the schema. */
#define FACT_STEP 32

struct fact {
	unsigned references;
	uint64_t id;
	uint64_t timeline;
	uint64_t seq;
	uint64_t pub;          /* the customer's own number; 0: she does not see it */
	uint64_t conversation; /* 0: outside any episode (imports) */
	enum fact_kind kind;
	uint64_t channel;
	char channel_kind[CHANNEL_KIND_SIZE];
	enum author_kind author_kind;
	uint64_t author;
	int64_t at;           /* when it happened */
	int64_t committed_at; /* when we took it */
	char ref[REF_SIZE];   /* "" when it did not come from a client */
	char *body;           /* JSON object, see docs/protocol.md; NULL once erased */
	size_t body_length;
	char *files; /* JSON array or NULL */
	bool restricted;
	struct delivery_state delivery; /* as it was when this was read or written */

	/* Only on facts that come from a commit, not on those read from history: */
	bool has_conversation;
	struct conversation after; /* the conversation as this fact left it */
	uint64_t assignee_before;  /* to tell the former agent */
	uint64_t customer;         /* the primary, for topics */
	uint64_t unit;
	uint64_t owner;
	bool imported; /* history brought in later: no sound, no unread */

	/* Encodings made on first use by fact_staff_frame / fact_public_frame. */
	char *staff_json;
	size_t staff_json_length;
	char *public_json;
	size_t public_json_length;
};

struct fact *fact_create(void);
struct fact *fact_get(struct fact *f); /* one more reference */
void fact_put(struct fact *f);         /* NULL is fine */

/* Members of the wire object "entry". The public form is an allow-list: only FACT_MESSAGE
 * with a pub, and of it only what a customer may know. */
void fact_encode_staff(const struct fact *f, struct json_writer *w);
void fact_encode_public(const struct fact *f, const char *author_name,
	struct json_writer
		*w); /* author_name: of staff, as customers may see it; NULL: none */
bool fact_is_public(const struct fact *f);
/* The wire object "delivery", with its braces. */
void
delivery_encode(uint64_t entry, const struct delivery_state *d, struct json_writer *w);

/* Whole frames {"t":"entry",...}, encoded once and cached in the fact. Loop thread. */
const char *fact_staff_frame(struct fact *f, size_t *length);
const char *fact_public_frame(struct fact *f, const char *author_name, size_t *length);
void fact_forget_frames(struct fact *f); /* they are made again when asked for */

/* The chain. */
struct fact_chain_input {
	uint8_t previous[DIGEST_SIZE]; /* zero for seq 1 */
	uint8_t body_digest[DIGEST_SIZE];
};
/* SHA-256(salt || body); of nothing when both are NULL is not allowed: keep the stored digest. */
void fact_body_digest(const uint8_t salt[static FACT_SALT_SIZE], const char *body,
	size_t length, uint8_t out[static DIGEST_SIZE]);
/* Hash over a tagged, length-prefixed encoding of all metadata; names its algorithm. */
void fact_hash(const struct fact *f, const struct fact_chain_input *in,
	uint8_t out[static DIGEST_SIZE]);

#endif
