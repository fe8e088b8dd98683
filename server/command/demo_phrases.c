/* The demo's forbidden phrases: what such a house must not say. */
#include "command/demo_private.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/json.h"
#include "command/command_store.h"
#include "model/change.h"

static bool
add_phrase(struct demo *d, const struct json *row)
{
	const struct json *exceptions = json_get(row, "exceptions");
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_PHRASE, &actor);
	struct phrase_row *p = &chg->phrase.row;
	const char **items = arena_alloc(chg->arena, PHRASE_EXCEPTIONS_MAX * sizeof(*items));

	chg->phrase.action = ROW_ADD;
	if (!phrase_rule_parse(demo_text(row, "action"), &p->action)) {
		fprintf(stderr, "trunkline init: the phrase %s has no action\n",
			demo_text(row, "text"));
		change_destroy(chg);
		return false;
	}
	p->text = arena_strdup(chg->arena, demo_text(row, "text"));
	p->advice = arena_strdup(chg->arena, demo_text(row, "advice"));
	p->exceptions = items;
	for (size_t i = 0; i < json_length(exceptions) && i < PHRASE_EXCEPTIONS_MAX; i++) {
		const char *text = json_string_value(json_at(exceptions, i), NULL);

		items[p->exception_count++] = arena_strdup(chg->arena, text != NULL ? text : "");
	}
	return command_submit(d->store, chg, demo_text(row, "text"), NULL);
}

bool
demo_add_phrases(struct demo *d, const struct json *phrases)
{
	for (size_t i = 0; i < json_length(phrases); i++) {
		if (!add_phrase(d, json_at(phrases, i))) {
			return false;
		}
	}
	return true;
}
