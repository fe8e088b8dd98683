/* What log-in and change of one's own password share: a new session and its cookie. */
#ifndef API_REST_SESSION_H
#define API_REST_SESSION_H

#include <stdbool.h>
#include <stdint.h>

struct exchange;

/* Stores a new session of this member, sets its cookie and then replies {"csrf"}, with
 * {"staff","config"} beside it when `whole`. Ends the exchange. */
void session_open(struct exchange *x, uint64_t staff, bool whole);

#endif
