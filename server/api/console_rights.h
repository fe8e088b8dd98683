/* Whether a member of staff may look at a customer: the same answer for watching her thread
 * and for reading a part of it. Reader threads. */
#ifndef API_CONSOLE_RIGHTS_H
#define API_CONSOLE_RIGHTS_H

#include <stdint.h>

#include "base/err.h"
#include "model/actor.h"
#include "model/customer.h"

struct arena;
struct reader;

/* By her unit, her owner, or because her conversation is the asker's. Fills in the customer
 * under whom `id` is read. ERR_NOT_FOUND, ERR_DENIED. */
MUST_CHECK enum err console_check_customer(struct reader *r, const struct scope *scope,
	uint64_t id, struct arena *a, struct customer *out, struct error *e);

#endif
