/* Who is there. A member of staff is online while one of her sockets says so, away while she
 * has only others, offline some seconds after the last one went (a reload is no absence), and
 * has left when she stays offline. A call that she talks in shows instead of `online`.
 * Loop thread only. */
#ifndef DESK_PRESENCE_H
#define DESK_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct presence;
struct wheel;

enum presence_state {
	PRESENCE_OFFLINE = 0,
	PRESENCE_AWAY,
	PRESENCE_WRAPUP, /* writes up what just ended, takes nothing new */
	PRESENCE_ONLINE,
	PRESENCE_CALL
};

const char *
presence_name(enum presence_state state); /* "offline" "away" "wrapup" "online" "call" */
#define PRESENCE_REASON_SIZE 41

struct presence_hooks {
	void (*changed)(void *ctx, uint64_t staff, enum presence_state state);
	/* She has been offline for leave_ms, or logged out. May be called again while she stays
	 * away, see presence_leave_again(). */
	void (*left)(void *ctx, uint64_t staff);
	void *ctx;
};

struct presence *presence_create(struct wheel *wheel, int64_t grace_ms, int64_t leave_ms,
	const struct presence_hooks *hooks);
void presence_destroy(struct presence *p); /* NULL is fine */

/* One socket of hers changes from one state to another; PRESENCE_OFFLINE = it is not there.
 * Only AWAY, WRAPUP and ONLINE are states of a socket. */
void presence_socket(struct presence *p, uint64_t staff, enum presence_state before,
	enum presence_state after);
/* A call of hers is being talked in, or no longer. Forgotten after some hours in case that the
 * end of it never comes. */
void presence_call(struct presence *p, uint64_t staff, uint64_t call, bool talking);

/* Why she is away or wraps up, as she says: shown from her next change of state on, or with
 * presence_socket() from the one that she is in to the same. */
void presence_reason(struct presence *p, uint64_t staff, const char *reason);

/* After a start: she may have conversations and has leave_ms to come back. */
void presence_expect(struct presence *p, uint64_t staff);
/* She logged out: if no socket of hers is left, she has left now. */
void presence_logged_out(struct presence *p, uint64_t staff);
/* `left` could not be carried out: call it again a little later, unless she is back. */
void presence_leave_again(struct presence *p, uint64_t staff, int64_t after_ms);

enum presence_state presence_of(const struct presence *p, uint64_t staff);
/* Since when she is what she is (UTC milliseconds, 0: never seen), and why ("" without a reason).
 * The text lives as long as she stays so. */
int64_t presence_since(const struct presence *p, uint64_t staff, const char **reason);
bool presence_anyone(const struct presence *p); /* somebody is online or in a call */
/* From *position = 0 over all who are not offline; false at the end. */
bool presence_next(const struct presence *p, size_t *position, uint64_t *staff,
	enum presence_state *state);

#endif
