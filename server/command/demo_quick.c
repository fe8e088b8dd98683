/* The demo's quick replies: what such a house says all day. */
#include "command/demo_private.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/json.h"
#include "command/command_store.h"
#include "model/change.h"

static bool
add_reply(struct demo *d, const struct json *row)
{
	const struct colleague *owner = demo_colleague(d, demo_text(row, "owner"));
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_QUICK_REPLY, &actor);
	struct quick_reply *q = &chg->quick_reply.reply;

	chg->quick_reply.action = ROW_ADD;
	if (!quick_scope_parse(demo_text(row, "scope"), &q->scope) ||
		(q->scope == QUICK_PERSONAL && owner == NULL)) {
		fprintf(stderr, "trunkline init: the quick reply %s belongs to nobody\n",
			demo_text(row, "title"));
		change_destroy(chg);
		return false;
	}
	if (q->scope == QUICK_PERSONAL) {
		q->place = owner->id;
	} else if (q->scope == QUICK_TEAM) {
		q->place = UNIT_ROOT;
	}
	q->folder = arena_strdup(chg->arena, demo_text(row, "folder"));
	q->title = arena_strdup(chg->arena, demo_text(row, "title"));
	q->shortcut = arena_strdup(chg->arena, demo_text(row, "shortcut"));
	q->body = arena_strdup(chg->arena, demo_text(row, "body"));
	return command_submit(d->store, chg, demo_text(row, "title"), NULL);
}

bool
demo_add_quick_replies(struct demo *d, const struct json *replies)
{
	for (size_t i = 0; i < json_length(replies); i++) {
		if (!add_reply(d, json_at(replies, i))) {
			return false;
		}
	}
	return true;
}
