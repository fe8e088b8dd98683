/* The demo's calendar: a broker's hours in Shanghai, with the public holidays of 2026. */
#include "command/demo_private.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "command/command_store.h"
#include "model/change.h"
#include "model/hours.h"

bool
demo_add_hours(struct demo *d, const struct json *calendars)
{
	struct actor actor = command_actor();
	struct change *chg;
	struct buf text;

	if (json_length(calendars) == 0) {
		return true;
	}
	chg = change_create(CHANGE_HOURS, &actor);
	buf_init(&text, HOURS_BODY_MAX);
	json_dump(json_at(calendars, 0), &text);
	chg->hours.body = arena_strndup(chg->arena, text.data, text.length);
	chg->hours.version = 0;
	buf_fini(&text);
	return command_submit(d->store, chg, "hours", NULL);
}
