/* What the commands that work on the data without a server share. */
#ifndef COMMAND_COMMAND_STORE_H
#define COMMAND_COMMAND_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/actor.h"
#include "model/change.h"
#include "store/store.h"

struct app_conf;

/* Commands write under a node number of their own, so that they never share a feed with the
 * server that may be running beside them; what they write shows there on the next load. */
#define COMMAND_NODE 200

/* False after printing whom to be: root, for whom nothing is closed, would leave files in
 * another's data folder that their server could not open. */
bool command_right_user(const struct app_conf *conf);
/* NULL after printing why. `node` 0: the server's own (only where no server can be running). */
struct store *command_store_open(const struct app_conf *conf, int64_t node, bool migrate);
/* The same for who drains by herself: hooks as for store_open(). */
struct store *command_store_open_with(const struct app_conf *conf, int64_t node,
	bool migrate, const struct store_hooks *hooks);
/* The operator at the machine: acts as the system and sees everything. */
struct actor command_actor(void);
/* Submits and waits. False after printing "NAME: reason"; `out` may be NULL, else release it. */
bool command_submit(struct store *s, struct change *chg, const char *name,
	struct outcome **out);

#endif
