/* What the files of the demo share: its people, its stories, and the store which they fill. One
 * thread, for as long as demo_fill runs; texts belong to the JSON files or to the arena. */
#ifndef COMMAND_DEMO_PRIVATE_H
#define COMMAND_DEMO_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/staff.h"

#define DEMO_STAFF_MAX 32
#define DEMO_MINUTE_MS 60000

struct app_conf;
struct arena;
struct json;
struct store;

struct colleague {
	const char *login;
	uint64_t id;
	enum staff_role role;
	const char *extension; /* NULL: without a telephone */
};

/* A customer with what happened between her and the house. */
struct story {
	const struct json *json;
	uint64_t customer;
	uint64_t conversation; /* the last one; 0: none yet */
	uint64_t call;         /* the last one */
	uint64_t mail;         /* the last one that came or went */
	const char *sent_id;   /* Message-ID of the last that went; NULL: none yet */
	size_t calls;
};

/* One step of a story, with the moment when it happened. */
struct step {
	int64_t at;
	size_t order; /* of the file: keeps steps of the same minute in their order */
	const struct json *json;
	struct story *story;
};

struct demo {
	const struct app_conf *conf;
	struct store *store;
	struct arena *arena;
	struct colleague staff[DEMO_STAFF_MAX];
	size_t staff_count;
	uint64_t webchat;
	uint64_t phone;
	uint64_t mailbox;
	const char *folder; /* of the demo's files */
	FILE *logins;
	struct story *stories;
	size_t story_count;
	struct step *steps;
	size_t step_count;
};

/* A member of the JSON object; "", 0 or false where there is none. */
const char *demo_text(const struct json *object, const char *key);
int64_t demo_number(const struct json *object, const char *key);
bool demo_flag(const struct json *object, const char *key);

/* NULL when nobody has that log-in. */
const struct colleague *demo_colleague(const struct demo *d, const char *login);

/* Each false after printing why. */
bool demo_add_house(struct demo *d, const struct json *staff);
bool demo_add_quick_replies(struct demo *d, const struct json *replies);
bool demo_add_hours(struct demo *d, const struct json *calendars);
/* In command/demo_rules.c. */
bool
demo_add_rules(struct demo *d, const struct json *rules, const struct json *synonyms);
bool demo_add_phrases(struct demo *d, const struct json *phrases);
bool demo_play_stories(struct demo *d, const struct json *customers);
bool demo_play_step(struct demo *d, struct step *step);

#endif
