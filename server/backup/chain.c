#include "backup/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
chain_init(struct chain *c)
{
	memset(c, 0, sizeof(*c));
	c->member = EVP_MD_CTX_new();
	if (c->member == NULL) {
		abort();
	}
}

void
chain_fini(struct chain *c)
{
	EVP_MD_CTX_free(c->member);
	c->member = NULL;
}

void
chain_begin(struct chain *c, const char *name, uint64_t size)
{
	char head[160];
	int length = snprintf(head, sizeof(head), "%s\n%" PRIu64 "\n", name, size);

	if (EVP_DigestInit_ex(c->member, EVP_sha256(), NULL) != 1) {
		abort();
	}
	chain_add(c, head, (size_t)length);
}

void
chain_add(struct chain *c, const void *data, size_t length)
{
	if (EVP_DigestUpdate(c->member, data, length) != 1) {
		abort();
	}
}

void
chain_end(struct chain *c)
{
	uint8_t member[DIGEST_SIZE];
	uint8_t next[DIGEST_SIZE];

	if (EVP_DigestFinal_ex(c->member, member, NULL) != 1) {
		abort();
	}
	sha256_two(c->digest, DIGEST_SIZE, member, DIGEST_SIZE, next);
	memcpy(c->digest, next, DIGEST_SIZE);
	c->members++;
}
