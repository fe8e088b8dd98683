/* Who may take lists of customers out of the house: a right of its own, by role. */
#ifndef API_EXPORT_RIGHT_H
#define API_EXPORT_RIGHT_H

#include <stdbool.h>

#include "api/app.h"
#include "model/actor.h"

enum export_right {
	EXPORT_SUPERVISOR,
	EXPORT_AGENT,
	EXPORT_ADMINISTRATOR,
	EXPORT_NOBODY
};

/* A key of an integrator has the right by its scope. */
static inline bool
export_allowed(const struct app *app, const struct actor *a)
{
	if (a->kind != AUTHOR_STAFF) {
		return a->kind == AUTHOR_API;
	}
	switch ((enum export_right)app->conf->export_right) {
	case EXPORT_AGENT:
		return true;
	case EXPORT_SUPERVISOR:
		return a->role >= ROLE_SUPERVISOR;
	case EXPORT_ADMINISTRATOR:
		return a->role >= ROLE_ADMINISTRATOR;
	case EXPORT_NOBODY:
		break;
	}
	return false;
}

#endif
