/* The digest that runs along an archive: over each member's name, size and content in order, so
 * that no member can be changed, moved, added or left out. */
#ifndef BACKUP_CHAIN_H
#define BACKUP_CHAIN_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct chain {
	EVP_MD_CTX *member; /* of the present one */
	uint64_t members;
	uint8_t digest[DIGEST_SIZE];
};

void chain_init(struct chain *c);
void chain_fini(struct chain *c);
void chain_begin(struct chain *c, const char *name, uint64_t size);
void chain_add(struct chain *c, const void *data, size_t length);
void chain_end(struct chain *c);

#endif
