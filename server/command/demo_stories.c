/* The stories of config/demo are played in the order of their time through the same door as
 * everything else, with the clock turned back to each moment, so that what comes out is what
 * two weeks of real work would have left. */
#include "command/demo_private.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "command/command_store.h"

static size_t
fill_contacts(struct change *chg, const struct json *row, struct contact_point *out)
{
	const char *const kinds[] = {"phone", "email", "user"};
	const char *const keys[] = {"phone", "email", "external_id"};
	size_t count = 0;

	for (size_t i = 0; i < 3; i++) {
		const char *value = demo_text(row, keys[i]);
		if (value[0] != '\0') {
			out[count++] = (struct contact_point){.kind = kinds[i],
				.value = arena_strdup(chg->arena, value),
				/* Of most nobody has shown yet that the address is theirs. */
				.proven = i != 1 || demo_flag(row, "email_proven"),
				.label = "",
				.source = "import"};
		}
	}
	return count;
}

static bool
add_customer(struct demo *d, struct story *story)
{
	const struct json *row = story->json;
	const struct colleague *owner = demo_colleague(d, demo_text(row, "owner"));
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_CUSTOMER, &actor);
	struct customer *customer = &chg->customer.customer;
	struct contact_point *contacts = arena_alloc(chg->arena, 3 * sizeof(*contacts));
	struct outcome *outcome;

	chg->customer.create = true;
	chg->customer.contact_count = fill_contacts(chg, row, contacts);
	chg->customer.contacts = contacts;
	customer->name = arena_strdup(chg->arena, demo_text(row, "name"));
	customer->external_id = arena_strdup(chg->arena, demo_text(row, "external_id"));
	customer->language = arena_strdup(chg->arena, demo_text(row, "language"));
	customer->gender = arena_strdup(chg->arena, demo_text(row, "gender"));
	customer->company = arena_strdup(chg->arena, demo_text(row, "company"));
	customer->remark = arena_strdup(chg->arena, demo_text(row, "remark"));
	customer->unit = UNIT_ROOT;
	customer->owner = owner == NULL ? 0 : owner->id;
	if (!command_submit(d->store, chg, demo_text(row, "name"), &outcome)) {
		return false;
	}
	story->customer = outcome->id;
	outcome_release(outcome);
	return true;
}

static void
collect_steps(struct demo *d, struct story *story, int64_t now)
{
	const struct json *steps = json_get(story->json, "steps");
	int64_t at = now - demo_number(story->json, "start") * DEMO_MINUTE_MS;

	for (size_t i = 0; i < json_length(steps); i++) {
		const struct json *step = json_at(steps, i);
		at += demo_number(step, "after") * DEMO_MINUTE_MS;
		d->steps[d->step_count] = (struct step){.at = at < now ? at : now,
			.order = d->step_count,
			.json = step,
			.story = story};
		d->step_count++;
	}
}

static int
compare_steps(const void *a, const void *b)
{
	const struct step *left = a;
	const struct step *right = b;
	if (left->at != right->at) {
		return left->at < right->at ? -1 : 1;
	}
	return left->order < right->order ? -1 : 1;
}

bool
demo_play_stories(struct demo *d, const struct json *customers)
{
	int64_t now = clock_now_ms();
	size_t steps = 0;

	d->story_count = json_length(customers);
	d->stories = arena_alloc(d->arena, d->story_count * sizeof(*d->stories));
	for (size_t i = 0; i < d->story_count; i++) {
		d->stories[i].json = json_at(customers, i);
		steps += json_length(json_get(d->stories[i].json, "steps"));
	}
	d->steps = arena_alloc(d->arena, steps * sizeof(*d->steps));
	for (size_t i = 0; i < d->story_count; i++) {
		collect_steps(d, &d->stories[i], now);
	}
	qsort(d->steps, d->step_count, sizeof(*d->steps), compare_steps);
	/* Customers were there before the first word of anybody. */
	clock_set_virtual(now - (int64_t)30 * 24 * 60 * DEMO_MINUTE_MS);
	for (size_t i = 0; i < d->story_count; i++) {
		if (!add_customer(d, &d->stories[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < d->step_count; i++) {
		if (!demo_play_step(d, &d->steps[i])) {
			return false;
		}
	}
	clock_set_virtual(now);
	printf("%zu customers with %zu steps of their histories.\n", d->story_count,
		d->step_count);
	return true;
}
