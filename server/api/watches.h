/* The live sockets that end with a log-in or a token: when it is revoked, and by themselves when
 * it expires. Private to sessions.c. Loop thread. */
#ifndef API_WATCHES_H
#define API_WATCHES_H

#include <stdint.h>

#include "base/digest.h"

struct session_watch;
struct watches;
struct wheel;

struct watches *watches_create(void);
void watches_destroy(struct watches *w); /* the sockets are others'; NULL is fine */
/* The wheel, always the same, is for the sweep of those that expire. */
void watches_add(struct watches *w, struct session_watch *watch, struct wheel *wheel);
void
watches_remove(struct watches *w, struct session_watch *watch); /* also if not there */

/* Each is removed before it is told, and may end others. */
void
watches_revoke_token(struct watches *w, const uint8_t token_hash[static DIGEST_SIZE]);
/* All of hers, but those of the token that stays; NULL: all. */
void watches_revoke_staff(struct watches *w, uint64_t staff, const uint8_t *stays);

#endif
