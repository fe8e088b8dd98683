/* Which addresses are nobody else's: loopback, private, link-local, reserved, multicast; also
 * when one of them is wrapped into an IPv6 address. Pure. */
#ifndef NET_PRIVATE_ADDRESS_H
#define NET_PRIVATE_ADDRESS_H

#include <stdbool.h>

struct address;

bool address_is_private(const struct address *a);

#endif
