/* The live sockets that end with a log-in or a token. Private to sessions.c. Loop thread. */
#ifndef API_WATCHES_H
#define API_WATCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct session_watch;
struct watches;

struct watches *watches_create(void);
void watches_destroy(struct watches *w); /* the sockets are others'; NULL is fine */
bool watches_empty(const struct watches *w);
void watches_add(struct watches *w, struct session_watch *watch);
void
watches_remove(struct watches *w, struct session_watch *watch); /* also if not there */

/* Revokes those that match; each is removed before it is told, and may end others. */
typedef bool watch_matches(const struct session_watch *watch, const void *what);
void watches_revoke(struct watches *w, watch_matches *matches, const void *what);
void
watches_revoke_token(struct watches *w, const uint8_t token_hash[static DIGEST_SIZE]);

#endif
