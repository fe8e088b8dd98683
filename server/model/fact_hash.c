/* The chain. Every field is written as tag, length, bytes, so that no two different facts have
 * the same encoding; the first field names the algorithm. `restricted` and the retention
 * columns change by law during a fact's life and are not covered; the body is covered by its
 * salted digest only, so that it can be erased and the chain stays whole. */
#include <string.h>

#include "model/fact.h"

static const char algorithm[] = "trunkline-fact-1";

/* Tags are part of what is hashed: never change or reuse one. */
enum tag {
	TAG_ALGORITHM = 1,
	TAG_PREVIOUS,
	TAG_ID,
	TAG_TIMELINE,
	TAG_SEQ,
	TAG_PUB,
	TAG_CONVERSATION,
	TAG_KIND,
	TAG_CHANNEL,
	TAG_CHANNEL_KIND,
	TAG_AUTHOR_KIND,
	TAG_AUTHOR,
	TAG_AT,
	TAG_COMMITTED_AT,
	TAG_REF,
	TAG_FILES,
	TAG_BODY,
};

enum { ENCODING_MAX = 640 };

struct encoding {
	size_t length;
	uint8_t bytes[ENCODING_MAX];
};

static void
put(struct encoding *e, enum tag tag, const void *data, size_t length)
{
	uint8_t *p = e->bytes + e->length;

	p[0] = (uint8_t)tag;
	p[1] = (uint8_t)(length >> 8);
	p[2] = (uint8_t)length;
	if (length > 0) {
		memcpy(p + 3, data, length);
	}
	e->length += 3 + length;
}

static void
put_number(struct encoding *e, enum tag tag, uint64_t value)
{
	uint8_t bytes[8];

	for (int i = 7; i >= 0; i--) {
		bytes[i] = (uint8_t)value;
		value >>= 8;
	}
	put(e, tag, bytes, sizeof(bytes));
}

void
fact_body_digest(const uint8_t salt[static FACT_SALT_SIZE], const char *body,
	size_t length, uint8_t out[static DIGEST_SIZE])
{
	sha256_two(salt, FACT_SALT_SIZE, body, length, out);
}

void
fact_hash(const struct fact *f, const struct fact_chain_input *in,
	uint8_t out[static DIGEST_SIZE])
{
	struct encoding e;
	uint8_t files[DIGEST_SIZE];

	e.length = 0;
	put(&e, TAG_ALGORITHM, algorithm, sizeof(algorithm) - 1);
	put(&e, TAG_PREVIOUS, in->previous, DIGEST_SIZE);
	put_number(&e, TAG_ID, f->id);
	put_number(&e, TAG_TIMELINE, f->timeline);
	put_number(&e, TAG_SEQ, f->seq);
	put_number(&e, TAG_PUB, f->pub);
	put_number(&e, TAG_CONVERSATION, f->conversation);
	put_number(&e, TAG_KIND, (uint64_t)f->kind);
	put_number(&e, TAG_CHANNEL, f->channel);
	put(&e, TAG_CHANNEL_KIND, f->channel_kind, strlen(f->channel_kind));
	put_number(&e, TAG_AUTHOR_KIND, (uint64_t)f->author_kind);
	put_number(&e, TAG_AUTHOR, f->author);
	put_number(&e, TAG_AT, (uint64_t)f->at);
	put_number(&e, TAG_COMMITTED_AT, (uint64_t)f->committed_at);
	put(&e, TAG_REF, f->ref, strlen(f->ref));
	if (f->files != NULL) {
		sha256(f->files, strlen(f->files), files);
		put(&e, TAG_FILES, files, sizeof(files));
	} else {
		put(&e, TAG_FILES, NULL, 0);
	}
	put(&e, TAG_BODY, in->body_digest, DIGEST_SIZE);
	sha256(e.bytes, e.length, out);
}
