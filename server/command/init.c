/* The first thing to run: data folder, keys, database, the first administrator or a demo. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/app.h"
#include "api/password.h"
#include "base/arena.h"
#include "base/seal.h"
#include "base/str.h"
#include "command/command.h"
#include "command/command_store.h"
#include "command/demo.h"
#include "store/read.h"

/* Kept in the data folder, so that a later start can show them again; readable by the owner
 * only, and demo log-ins work on a loopback address only. */
#define LOGINS_FILE "demo-logins.txt"

/* Beside the sources, or where `make install` puts it: PREFIX/bin and PREFIX/share. */
static bool
find_demo_folder(char out[static PATH_MAX])
{
	static const char *const places[] = {"../config/demo", "../../config/demo",
		"../share/trunkline/demo", NULL};
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length <= 0) {
		return false;
	}
	program[length] = '\0';
	*strrchr(program, '/') = '\0';
	for (const char *const *place = places; *place != NULL; place++) {
		int wanted = snprintf(out, PATH_MAX, "%s/%s", program, *place);
		char file[PATH_MAX + 20];
		snprintf(file, sizeof(file), "%s/staff.json", out);
		if (wanted < PATH_MAX && access(file, R_OK) == 0) {
			return true;
		}
	}
	return false;
}

static bool
is_empty(const struct app_conf *conf, bool *out)
{
	struct reader *reader;
	struct staff *staff;
	size_t count;
	struct error e;

	if (store_reader_open(&conf->store, &reader, &e) != ERR_OK) {
		fprintf(stderr, "trunkline init: %s\n", e.text);
		return false;
	}
	struct arena *arena = arena_create();
	enum err rc = read_staff_list(reader, arena, &staff, &count, &e);
	arena_destroy(arena);
	store_reader_close(reader);
	if (rc != ERR_OK) {
		fprintf(stderr, "trunkline init: %s\n", e.text);
		return false;
	}
	*out = count == 0;
	return true;
}

static bool
add_administrator(const struct app_conf *conf, struct store *store)
{
	char password[PASSWORD_GENERATED_SIZE];
	char hash[PASSWORD_HASH_SIZE];
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_STAFF, &actor);
	struct staff *staff = &chg->staff.staff;

	password_generate(password);
	password_hash(password, conf->argon2_memory_kib, conf->argon2_passes, hash);
	chg->staff.action = ROW_ADD;
	staff->login = "admin";
	staff->name = "Administrator";
	staff->role = ROLE_ADMINISTRATOR;
	staff->unit = UNIT_ROOT;
	staff->language = "zh-CN";
	staff->password_hash = arena_strdup(chg->arena, hash);
	staff->active = true;
	if (!command_submit(store, chg, "admin", NULL)) {
		return false;
	}
	printf("The first administrator logs in as admin with the password %s\n"
		   "It is shown this once; change it in the console.\n",
		password);
	return true;
}

static bool
fill_demo(const struct app_conf *conf, struct store *store)
{
	char folder[PATH_MAX];
	char path[PATH_MAX];

	if (!find_demo_folder(folder)) {
		fputs("trunkline init: the folder config/demo was not found\n", stderr);
		return false;
	}
	snprintf(path, sizeof(path), "%s/%s", conf->data_dir, LOGINS_FILE);
	mode_t mask = umask(077);
	FILE *logins = fopen(path, "w");
	umask(mask);
	if (logins == NULL) {
		fprintf(stderr, "trunkline init: cannot write %s\n", path);
		return false;
	}
	bool filled = demo_fill(conf, store, folder, logins);
	return fclose(logins) == 0 && filled;
}

static int
init(const struct app_conf *conf, bool demo)
{
	uint8_t secret[SEAL_SECRET_SIZE];
	struct error e;
	bool empty = false;
	struct store *store = command_store_open(conf, 0, true);

	if (store == NULL) {
		return EXIT_STATUS_FAILED;
	}
	bool done = seal_secret_load(conf->data_dir, secret, &e) == ERR_OK;
	explicit_bzero(secret, sizeof(secret));
	if (!done) {
		fprintf(stderr, "trunkline init: %s\n", e.text);
	}
	done = done && is_empty(conf, &empty);
	if (done && !empty) {
		puts("There is an installation already; nothing was changed.");
	} else if (done) {
		done = demo ? fill_demo(conf, store) : add_administrator(conf, store);
	}
	store_close(store);
	return done ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
}

static int
run(int argc, char **argv)
{
	bool demo = command_flag(&argc, argv, "--demo");
	struct app_settings *settings;
	int status = EXIT_STATUS_USAGE;

	if (!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_USAGE;
	}
	if (command_rest_empty(argc, argv)) {
		status = init(app_settings_conf(settings), demo);
	}
	app_settings_destroy(settings);
	return status;
}

const struct command command_init = {
	.name = "init",
	.summary = "make the data folder, the database and the first administrator",
	.help =
		"Usage: trunkline init [--demo] [--config FILE] [--set SECTION.NAME=VALUE ...]\n\n"
		"Makes the data folder with its keys, brings the database into shape and adds the\n"
		"first administrator, whose password is printed once. --demo fills a fictional\n"
		"broker instead; its log-ins are in demo-logins.txt of the data folder and work on\n"
		"a loopback address only. Run again it changes nothing. Not beside a running server.\n",
	.run = run,
};
