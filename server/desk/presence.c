#include "desk/presence.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/str.h"
#include "base/wheel.h"

enum { CALLS_AT_ONCE = 4, CALL_FORGOTTEN_MS = 4 * 3600 * 1000 };

struct talk {
	uint64_t call; /* 0: free */
	int64_t since_ms;
};

struct person {
	uint64_t staff;
	struct presence *presence;
	unsigned sockets[PRESENCE_CALL]; /* by their state; [PRESENCE_OFFLINE] is unused */
	enum presence_state shown;
	char shown_reason[PRESENCE_REASON_SIZE];
	char reason[PRESENCE_REASON_SIZE]; /* as she said last */
	int64_t since;
	struct talk talks[CALLS_AT_ONCE];
	struct timer grace; /* until she is shown as offline */
	struct timer leave; /* until she has left */
};

struct presence {
	struct wheel *wheel;
	int64_t grace_ms;
	int64_t leave_ms;
	struct presence_hooks hooks;
	struct map persons;
	size_t reachable; /* persons shown as online or in a call */
};

static const char *const names[] = {
	[PRESENCE_OFFLINE] = "offline",
	[PRESENCE_AWAY] = "away",
	[PRESENCE_WRAPUP] = "wrapup",
	[PRESENCE_ONLINE] = "online",
	[PRESENCE_CALL] = "call",
};

const char *
presence_name(enum presence_state state)
{
	return names[state];
}

struct presence *
presence_create(struct wheel *wheel, int64_t grace_ms, int64_t leave_ms,
	const struct presence_hooks *hooks)
{
	struct presence *p = xcalloc(1, sizeof(*p));

	p->wheel = wheel;
	p->grace_ms = grace_ms;
	p->leave_ms = leave_ms;
	p->hooks = *hooks;
	map_init(&p->persons);
	return p;
}

void
presence_destroy(struct presence *p)
{
	size_t position = 0;
	uint64_t staff;
	void *value;

	if (p == NULL) {
		return;
	}
	while (map_next(&p->persons, &position, &staff, &value)) {
		struct person *person = value;

		timer_cancel(&person->grace);
		timer_cancel(&person->leave);
		free(person);
	}
	map_fini(&p->persons);
	free(p);
}

static bool
is_reachable(enum presence_state state)
{
	return state == PRESENCE_ONLINE || state == PRESENCE_CALL || state == PRESENCE_WRAPUP;
}

static bool
has_socket(const struct person *person)
{
	return person->sockets[PRESENCE_ONLINE] + person->sockets[PRESENCE_WRAPUP] +
		person->sockets[PRESENCE_AWAY] >
		0;
}

static bool
is_talking(const struct person *person)
{
	int64_t forgotten = clock_monotonic_ms() - CALL_FORGOTTEN_MS;

	for (size_t i = 0; i < CALLS_AT_ONCE; i++) {
		if (person->talks[i].call != 0 && person->talks[i].since_ms > forgotten) {
			return true;
		}
	}
	return false;
}

/* The only place where what is shown changes. */
static void
show(struct person *person, enum presence_state state)
{
	struct presence *p = person->presence;
	bool has_reason = state == PRESENCE_AWAY || state == PRESENCE_WRAPUP;
	const char *reason = has_reason ? person->reason : "";

	if (state == person->shown && str_equals(reason, person->shown_reason)) {
		return;
	}
	str_copy(person->shown_reason, sizeof(person->shown_reason), reason);
	person->since = clock_now_ms();
	p->reachable -= is_reachable(person->shown) ? 1 : 0;
	p->reachable += is_reachable(state) ? 1 : 0;
	person->shown = state;
	p->hooks.changed(p->hooks.ctx, person->staff, state);
}

static void
update(struct person *person)
{
	struct presence *p = person->presence;

	if (has_socket(person)) {
		timer_cancel(&person->grace);
		timer_cancel(&person->leave);
		if (is_talking(person)) {
			show(person, PRESENCE_CALL);
		} else if (person->sockets[PRESENCE_ONLINE] > 0) {
			show(person, PRESENCE_ONLINE);
		} else if (person->sockets[PRESENCE_WRAPUP] > 0) {
			show(person, PRESENCE_WRAPUP);
		} else {
			show(person, PRESENCE_AWAY);
		}
		return;
	}
	if (person->shown != PRESENCE_OFFLINE && !timer_pending(&person->grace)) {
		int64_t now = clock_monotonic_ms();

		wheel_add(p->wheel, &person->grace, now + p->grace_ms);
		wheel_add(p->wheel, &person->leave, now + p->leave_ms);
	}
}

static void
grace_over(struct timer *t)
{
	show(list_item(t, struct person, grace), PRESENCE_OFFLINE);
}

static void
leave_over(struct timer *t)
{
	struct person *person = list_item(t, struct person, leave);
	struct presence *p = person->presence;

	timer_cancel(&person->grace);
	show(person, PRESENCE_OFFLINE);
	p->hooks.left(p->hooks.ctx, person->staff);
}

static struct person *
person_of(struct presence *p, uint64_t staff)
{
	struct person *person = map_get(&p->persons, staff);

	if (person == NULL) {
		person = xcalloc(1, sizeof(*person));
		person->staff = staff;
		person->presence = p;
		timer_init(&person->grace, grace_over);
		timer_init(&person->leave, leave_over);
		map_put(&p->persons, staff, person);
	}
	return person;
}

void
presence_socket(struct presence *p, uint64_t staff, enum presence_state before,
	enum presence_state after)
{
	struct person *person = person_of(p, staff);

	assert(before <= PRESENCE_ONLINE && after <= PRESENCE_ONLINE);
	if (before != PRESENCE_OFFLINE) {
		assert(person->sockets[before] > 0);
		person->sockets[before]--;
	}
	if (after != PRESENCE_OFFLINE) {
		person->sockets[after]++;
	}
	update(person);
}

static struct talk *
find_talk(struct person *person, uint64_t call)
{
	for (size_t i = 0; i < CALLS_AT_ONCE; i++) {
		if (person->talks[i].call == call) {
			return &person->talks[i];
		}
	}
	return NULL;
}

/* Of more calls at once than anybody can hold the oldest is forgotten. */
static struct talk *
free_talk(struct person *person)
{
	struct talk *oldest = &person->talks[0];

	for (size_t i = 0; i < CALLS_AT_ONCE; i++) {
		if (person->talks[i].call == 0) {
			return &person->talks[i];
		}
		if (person->talks[i].since_ms < oldest->since_ms) {
			oldest = &person->talks[i];
		}
	}
	return oldest;
}

void
presence_call(struct presence *p, uint64_t staff, uint64_t call, bool talking)
{
	struct person *person = person_of(p, staff);
	struct talk *talk = find_talk(person, call);

	if (talking) {
		talk = talk != NULL ? talk : free_talk(person);
		*talk = (struct talk){call, clock_monotonic_ms()};
	} else if (talk != NULL) {
		*talk = (struct talk){0};
	}
	update(person);
}

void
presence_expect(struct presence *p, uint64_t staff)
{
	struct person *person = person_of(p, staff);

	if (!has_socket(person) && !timer_pending(&person->leave)) {
		wheel_add(p->wheel, &person->leave, clock_monotonic_ms() + p->leave_ms);
	}
}

void
presence_logged_out(struct presence *p, uint64_t staff)
{
	struct person *person = map_get(&p->persons, staff);

	if (person != NULL && !has_socket(person)) {
		timer_cancel(&person->leave);
		leave_over(&person->leave);
	}
}

void
presence_leave_again(struct presence *p, uint64_t staff, int64_t after_ms)
{
	struct person *person = person_of(p, staff);

	if (!has_socket(person)) {
		wheel_add(p->wheel, &person->leave, clock_monotonic_ms() + after_ms);
	}
}

void
presence_reason(struct presence *p, uint64_t staff, const char *reason)
{
	struct person *person = person_of(p, staff);
	size_t length = utf8_truncate(reason, strlen(reason), PRESENCE_REASON_SIZE - 1);

	memcpy(person->reason, reason, length);
	person->reason[length] = '\0';
}

int64_t
presence_since(const struct presence *p, uint64_t staff, const char **reason)
{
	const struct person *person = map_get(&p->persons, staff);

	*reason = person != NULL ? person->shown_reason : "";
	return person != NULL ? person->since : 0;
}

enum presence_state
presence_of(const struct presence *p, uint64_t staff)
{
	const struct person *person = map_get(&p->persons, staff);

	return person != NULL ? person->shown : PRESENCE_OFFLINE;
}

bool
presence_anyone(const struct presence *p)
{
	return p->reachable > 0;
}

bool
presence_next(const struct presence *p, size_t *position, uint64_t *staff,
	enum presence_state *state)
{
	void *value;

	while (map_next(&p->persons, position, staff, &value)) {
		const struct person *person = value;

		if (person->shown != PRESENCE_OFFLINE) {
			*state = person->shown;
			return true;
		}
	}
	return false;
}
