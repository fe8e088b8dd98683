/* Internet addresses: one form for IPv4 and IPv6, lists of networks, and the client behind
 * trusted proxies. Pure. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sockaddr;

#define ADDRESS_TEXT_SIZE 46

struct address {
	uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
};

bool address_parse(const char *text, struct address *out); /* brackets are allowed */
void address_format(const struct address *a, char out[static ADDRESS_TEXT_SIZE]);
void address_from_socket(const struct sockaddr *from, struct address *out);
bool address_is_loopback(const struct address *a);
bool address_equals(const struct address *a, const struct address *b);

/* "10.0.0.0/8, 192.168.1.5, fd00::/8" */
struct network {
	struct address address;
	uint8_t prefix_bits; /* of 128 */
};
struct network_list {
	struct network *items;
	size_t count;
};

bool network_is_one(const char *text); /* an address or a network */
MUST_CHECK enum err
network_list_parse(struct network_list *out, const char *text, struct error *e);
void network_list_fini(struct network_list *l);
bool network_list_has(const struct network_list *l, const struct address *a);

/* Who speaks: `peer`, unless it is a trusted proxy; then the last address of X-Forwarded-For
 * (NULL: no such header) that is not a trusted proxy itself. */
void address_of_client(const struct network_list *trusted, const struct address *peer,
	const char *forwarded_for, struct address *out);

#endif
