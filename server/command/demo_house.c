/* The demo's house: its members of staff with the passwords made for them, and its channels. */
#include "command/demo_private.h"

#include <string.h>

#include "api/app.h"
#include "api/password.h"
#include "base/arena.h"
#include "base/json.h"
#include "command/command_store.h"
#include "command/demo.h"
#include "command/demo_mail.h"
#include "model/names.h"

enum { COUNTER_CHANNEL = 8 /* migrations/0007_counter.sql */ };

static bool
add_colleague(struct demo *d, const struct json *row, const char *password)
{
	char hash[PASSWORD_HASH_SIZE];
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_STAFF, &actor);
	struct staff *staff = &chg->staff.staff;
	struct colleague *colleague = &d->staff[d->staff_count++];
	struct outcome *outcome;

	colleague->login = arena_strdup(d->arena, demo_text(row, "login"));
	colleague->extension = json_string(row, "extension") == NULL
		? NULL
		: arena_strdup(d->arena, json_string(row, "extension"));
	if (!staff_role_parse(demo_text(row, "role"), &colleague->role)) {
		fprintf(stderr, "trunkline init: %s has no role\n", colleague->login);
		change_destroy(chg);
		return false;
	}
	password_hash(password, d->conf->argon2_memory_kib, d->conf->argon2_passes, hash);
	chg->staff.action = ROW_ADD;
	chg->staff.set_extension = colleague->extension != NULL;
	staff->login = arena_strdup(chg->arena, colleague->login);
	staff->name = arena_strdup(chg->arena, demo_text(row, "name"));
	staff->role = colleague->role;
	staff->unit = UNIT_ROOT;
	if (colleague->extension != NULL) {
		staff->extension = arena_strdup(chg->arena, colleague->extension);
	}
	staff->language = arena_strdup(chg->arena, demo_text(row, "language"));
	staff->password_hash = arena_strdup(chg->arena, hash);
	staff->active = true;
	staff->demo = true;
	if (!command_submit(d->store, chg, colleague->login, &outcome)) {
		return false;
	}
	colleague->id = outcome->id;
	outcome_release(outcome);
	fprintf(d->logins, "  %-8s %-20s %s\n", colleague->login, password,
		staff_role_name(colleague->role));
	return true;
}

static bool
add_channel(struct demo *d, const char *kind, const char *name, const char *key,
	const char *settings, uint64_t *id)
{
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_CHANNEL, &actor);
	struct channel_row *channel = &chg->channel.channel;
	struct outcome *outcome;

	chg->channel.action = ROW_ADD;
	chg->channel.set_enabled = true;
	channel->kind = arena_strdup(chg->arena, kind);
	channel->name = arena_strdup(chg->arena, name);
	channel->public_key = arena_strdup(chg->arena, key);
	channel->settings = arena_strdup(chg->arena, settings);
	channel->unit = UNIT_ROOT;
	channel->enabled = true;
	if (!command_submit(d->store, chg, name, &outcome)) {
		return false;
	}
	*id = outcome->id;
	outcome_release(outcome);
	return true;
}

/* The one that every new database has is named in English; this house is a Chinese one. */
static bool
name_counter(struct demo *d)
{
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_CHANNEL, &actor);

	chg->channel.action = ROW_EDIT;
	chg->channel.channel.id = COUNTER_CHANNEL;
	chg->channel.channel.name = "柜台";
	return command_submit(d->store, chg, "counter", NULL);
}

bool
demo_add_house(struct demo *d, const struct json *staff)
{
	static const char webchat_settings[] =
		"{\"origins\":[],\"colour\":\"#07657d\",\"title\":{\"zh-CN\":\"远岫客服\","
		"\"en\":\"Yuanxiu support\"},\"identity_keys\":[]}";
	for (size_t i = 0; i < json_length(staff) && i < DEMO_STAFF_MAX; i++) {
		/* Everybody has her own: a demo is a real installation. */
		char password[PASSWORD_GENERATED_SIZE];
		password_generate(password);
		if (!add_colleague(d, json_at(staff, i), password)) {
			return false;
		}
	}
	return add_channel(d, "webchat", "远岫官网", DEMO_WEBCHAT_KEY, webchat_settings,
			   &d->webchat) &&
		add_channel(d, "phone", "总机", DEMO_PHONE_KEY, "{}", &d->phone) &&
		add_channel(d, "email", "客服邮箱", DEMO_MAILBOX_KEY, demo_mailbox_settings,
			&d->mailbox) &&
		name_counter(d);
}
