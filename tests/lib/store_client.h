/* A client as ours are: sends messages and calls in bursts, and sends again, with the same ref,
 * whatever was not acknowledged. */
#ifndef TESTS_STORE_CLIENT_H
#define TESTS_STORE_CLIENT_H

#include "lib/store_fixture.h"

enum { CLIENT_VISITORS = 3, CLIENT_BURST = 9 };

struct client {
	struct store_fixture *fixture;
	uint64_t channel;
	struct actor visitors[CLIENT_VISITORS];
	unsigned next; /* so many were acknowledged */
};

struct client client_begin(struct store_fixture *f);
/* At once, so that it goes into few batches; returns when all of it is acknowledged. */
void client_send_burst(struct client *c);
/* Closes the store; each entry is there once and the histories are whole. */
void client_check_all(struct client *c);

struct change *client_message(const struct client *c, unsigned number);
struct change *client_change(const struct client *c, unsigned number);

#endif
