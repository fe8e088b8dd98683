/* Values that count once, remembered until they would be refused anyway for their age. Lost at a
 * restart: only for what does nothing when it comes twice. Loop thread only. */
#ifndef API_NONCES_H
#define API_NONCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nonces;

struct nonces *nonces_create(size_t max);
void nonces_destroy(struct nonces *n); /* NULL is fine */
bool nonces_seen(struct nonces *n, const char *nonce);
/* False: seen before, or there are too many to remember one more. */
bool nonces_use(struct nonces *n, const char *nonce, int64_t expires_at);

#endif
