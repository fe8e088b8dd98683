#include "command/command_store.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/app.h"

static bool
make_data_dir(const char *path)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST) {
		return true;
	}
	fprintf(stderr, "trunkline: cannot make the data folder %s: %s\n", path,
		strerror(errno));
	return false;
}

bool
command_right_user(const struct app_conf *conf)
{
	struct stat status;
	const struct passwd *owner;

	if (geteuid() != 0 || stat(conf->data_dir, &status) != 0 || status.st_uid == 0) {
		return true;
	}
	owner = getpwuid(status.st_uid);
	fprintf(stderr,
		"trunkline: %s belongs to another user: runuser -u %s -- trunkline ...\n",
		conf->data_dir, owner != NULL ? owner->pw_name : "OWNER");
	return false;
}

/* store_call drains by itself: there is no loop to wake. */
static void
ignore_wake(void *ctx)
{
	(void)ctx;
}

struct store *
command_store_open_with(const struct app_conf *conf, int64_t node, bool migrate,
	const struct store_hooks *hooks)
{
	struct store_conf store_conf = conf->store;
	struct store *store;
	struct error e;

	if (!command_right_user(conf) || (migrate && !make_data_dir(conf->data_dir))) {
		return NULL;
	}
	if (node != 0) {
		store_conf.node = node;
	}
	if (store_open(&store, &store_conf, hooks, migrate, &e) != ERR_OK) {
		fprintf(stderr, "trunkline: %s\n", e.text);
		return NULL;
	}
	return store;
}

struct store *
command_store_open(const struct app_conf *conf, int64_t node, bool migrate)
{
	static const struct store_hooks hooks = {.wake = ignore_wake};

	return command_store_open_with(conf, node, migrate, &hooks);
}

struct actor
command_actor(void)
{
	return (struct actor){.kind = AUTHOR_SYSTEM,
		.role = ROLE_ADMINISTRATOR,
		.unit = UNIT_ROOT,
		.address = "command"};
}

bool
command_submit(struct store *s, struct change *chg, const char *name,
	struct outcome **out)
{
	struct outcome *outcome = NULL;
	struct error e = {0};
	enum err rc = store_call(s, chg, &outcome, &e);

	if (rc != ERR_OK) {
		fprintf(stderr, "trunkline: %s: %s\n", name,
			e.text[0] != '\0' ? e.text : err_name(rc));
		outcome_release(outcome);
		return false;
	}
	if (out != NULL) {
		*out = outcome;
	} else {
		outcome_release(outcome);
	}
	return true;
}
