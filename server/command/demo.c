/* The demo's files, read from its folder: the members of staff, their quick replies, and the
 * customers with their stories. */
#include "command/demo.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "command/demo_private.h"

#define FILE_MAX_BYTES ((size_t)1024 * 1024)

const char *
demo_text(const struct json *object, const char *key)
{
	const char *text = json_string(object, key);
	return text == NULL ? "" : text;
}

int64_t
demo_number(const struct json *object, const char *key)
{
	int64_t value = 0;
	return json_i64(object, key, &value) ? value : 0;
}

bool
demo_flag(const struct json *object, const char *key)
{
	bool value = false;
	return json_bool(object, key, &value) && value;
}

const struct colleague *
demo_colleague(const struct demo *d, const char *login)
{
	for (size_t i = 0; i < d->staff_count; i++) {
		if (strcmp(d->staff[i].login, login) == 0) {
			return &d->staff[i];
		}
	}
	return NULL;
}

static struct json *
read_json(const char *folder, const char *name)
{
	char path[4096];
	struct buf text;
	struct json *root = NULL;
	struct error e;
	char piece[4096];
	size_t got;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		fprintf(stderr, "trunkline init: cannot read %s\n", path);
		return NULL;
	}
	buf_init(&text, FILE_MAX_BYTES);
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0) {
		buf_append(&text, piece, got);
	}
	fclose(file);
	if (json_parse(text.data, text.length, &root, &e) != ERR_OK || !json_is_array(root)) {
		fprintf(stderr, "trunkline init: %s: %s\n", path, e.text);
		json_free(root);
		root = NULL;
	}
	buf_fini(&text);
	return root;
}

bool
demo_fill(const struct app_conf *conf, struct store *store, const char *folder,
	FILE *logins)
{
	struct demo d = {.conf = conf,
		.store = store,
		.arena = arena_create(),
		.folder = folder,
		.logins = logins};
	struct json *staff = read_json(folder, "staff.json");
	struct json *customers = read_json(folder, "customers.json");
	struct json *replies = read_json(folder, "quick_replies.json");
	struct json *rules = read_json(folder, "rules.json");
	struct json *synonyms = read_json(folder, "synonyms.json");
	struct json *phrases = read_json(folder, "phrases.json");
	struct json *hours = read_json(folder, "hours.json");
	bool filled = false;

	if (staff != NULL && customers != NULL && replies != NULL && phrases != NULL &&
		hours != NULL && rules != NULL && synonyms != NULL) {
		int64_t now = clock_now_ms();
		clock_set_virtual(now - (int64_t)31 * 24 * 60 * DEMO_MINUTE_MS);
		filled = demo_add_house(&d, staff) && demo_add_quick_replies(&d, replies) &&
			demo_add_phrases(&d, phrases) && demo_add_hours(&d, hours);
		clock_set_virtual(now);
		filled = filled && demo_add_rules(&d, rules, synonyms) &&
			demo_play_stories(&d, customers);
	}
	json_free(staff);
	json_free(customers);
	json_free(replies);
	json_free(phrases);
	json_free(hours);
	json_free(rules);
	json_free(synonyms);
	arena_destroy(d.arena);
	return filled;
}
