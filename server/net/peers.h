/* What one address may do: connections at the same time, requests per minute. Addresses are
 * forgotten once they have neither. Loop thread. */
#ifndef NET_PEERS_H
#define NET_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"

struct peers;

struct peers *peers_create(int64_t max_connections, int64_t requests_per_minute);
void peers_destroy(struct peers *p); /* NULL is fine */

/* IPv6 clients own whole /64 networks: they count as one. */
bool peers_connect(struct peers *p, const struct address *a); /* false: too many */
void peers_disconnect(struct peers *p, const struct address *a);
bool peers_request(struct peers *p, const struct address *a, int64_t now_ms);
void peers_forget_idle(struct peers *p, int64_t now_ms); /* now and then */

#endif
