/* Members of staff from the command line: the first administrator, a forgotten password. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "api/app.h"
#include "api/password.h"
#include "base/arena.h"
#include "base/str.h"
#include "command/command.h"
#include "command/command_store.h"
#include "model/names.h"
#include "store/read.h"

#define USAGE \
	"Usage: trunkline user add LOGIN [--name NAME] [--role ROLE] [--extension NUMBER]\n" \
	"                          [--language zh-CN|en] [PASSWORD OPTION]\n" \
	"       trunkline user password LOGIN [PASSWORD OPTION]\n" \
	"       trunkline user deactivate LOGIN\n" \
	"       trunkline user list\n\n" \
	"ROLE is agent (the default), supervisor or administrator. Password options:\n" \
	"--password-stdin reads one line from standard input, --generate makes one and prints\n" \
	"it; without either it is asked for. A running server knows the change within half a\n" \
	"minute. Settings are given as for serve (--config, --set).\n"

struct user_arguments {
	const char *verb;
	const char *login;
	const char *name;
	const char *role;
	const char *extension;
	const char *language;
	bool password_stdin;
	bool generate;
};

static bool
read_line(char *out, size_t size)
{
	if (fgets(out, (int)size, stdin) == NULL) {
		return false;
	}
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}

static bool
ask_password(char *out, size_t size)
{
	struct termios shown;
	struct termios hidden;
	bool terminal = tcgetattr(STDIN_FILENO, &shown) == 0;

	if (terminal) {
		fputs("Password: ", stderr);
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	}
	bool read = read_line(out, size);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
		fputc('\n', stderr);
	}
	return read;
}

/* Fills `hash`. False after printing why. */
static bool
take_password(const struct app_conf *conf, const struct user_arguments *a,
	char hash[static PASSWORD_HASH_SIZE])
{
	char password[PASSWORD_MAX + 2];
	struct error e;

	if (a->generate) {
		password_generate(password);
	} else if (!(a->password_stdin ? read_line(password, sizeof(password))
								   : ask_password(password, sizeof(password)))) {
		fprintf(stderr, "trunkline user: no password was given\n");
		return false;
	}
	if (password_acceptable(password, a->login, &e) != ERR_OK) {
		fprintf(stderr, "trunkline user: %s\n", e.text);
		return false;
	}
	password_hash(password, conf->argon2_memory_kib, conf->argon2_passes, hash);
	if (a->generate) {
		printf("Password of %s: %s\n", a->login, password);
	}
	explicit_bzero(password, sizeof(password));
	return true;
}

static int
user_add(const struct app_conf *conf, struct store *store, const struct user_arguments *a)
{
	enum staff_role role = ROLE_AGENT;
	char hash[PASSWORD_HASH_SIZE];
	struct actor actor = command_actor();

	if (a->role != NULL && !staff_role_parse(a->role, &role)) {
		fprintf(stderr,
			"trunkline user: role must be agent, supervisor or administrator\n");
		return EXIT_STATUS_USAGE;
	}
	if (!take_password(conf, a, hash)) {
		return EXIT_STATUS_FAILED;
	}
	struct change *chg = change_create(CHANGE_STAFF, &actor);
	struct staff *staff = &chg->staff.staff;
	chg->staff.action = ROW_ADD;
	chg->staff.set_extension = a->extension != NULL;
	staff->login = arena_strdup(chg->arena, a->login);
	staff->name = arena_strdup(chg->arena, a->name != NULL ? a->name : a->login);
	staff->role = role;
	staff->unit = UNIT_ROOT;
	if (a->extension != NULL) {
		staff->extension = arena_strdup(chg->arena, a->extension);
	}
	staff->language = arena_strdup(chg->arena,
		a->language != NULL ? a->language : "zh-CN");
	staff->password_hash = arena_strdup(chg->arena, hash);
	staff->active = true;
	if (!command_submit(store, chg, a->login, NULL)) {
		return EXIT_STATUS_FAILED;
	}
	printf("Added %s (%s).\n", a->login, staff_role_name(role));
	return EXIT_STATUS_OK;
}

/* The id and version of LOGIN; false after printing that there is none. */
static bool
find_user(const struct app_conf *conf, const char *login, uint64_t *id)
{
	struct reader *reader;
	struct staff staff;
	struct error e;
	struct arena *arena = arena_create();
	enum err rc = store_reader_open(&conf->store, &reader, &e);

	if (rc == ERR_OK) {
		rc = read_staff_by_login(reader, login, arena, &staff, &e);
		store_reader_close(reader);
	}
	if (rc == ERR_OK) {
		*id = staff.id;
	} else {
		fprintf(stderr, "trunkline user: %s\n",
			rc == ERR_NOT_FOUND ? "there is nobody of that log-in name" : e.text);
	}
	arena_destroy(arena);
	return rc == ERR_OK;
}

static int
user_change(const struct app_conf *conf, struct store *store,
	const struct user_arguments *a)
{
	bool deactivate = strcmp(a->verb, "deactivate") == 0;
	char hash[PASSWORD_HASH_SIZE];
	struct actor actor = command_actor();
	uint64_t id;

	if (!find_user(conf, a->login, &id)) {
		return EXIT_STATUS_FAILED;
	}
	if (!deactivate && !take_password(conf, a, hash)) {
		return EXIT_STATUS_FAILED;
	}
	struct change *chg = change_create(CHANGE_STAFF, &actor);
	chg->staff.action = deactivate ? ROW_REMOVE : ROW_EDIT;
	chg->staff.staff.id = id;
	if (!deactivate) {
		chg->staff.staff.password_hash = arena_strdup(chg->arena, hash);
	}
	if (!command_submit(store, chg, a->login, NULL)) {
		return EXIT_STATUS_FAILED;
	}
	printf(deactivate ? "Deactivated %s.\n" : "Changed the password of %s.\n", a->login);
	return EXIT_STATUS_OK;
}

static int
user_list(const struct app_conf *conf)
{
	struct reader *reader;
	struct staff *staff;
	size_t count;
	struct error e;

	if (store_reader_open(&conf->store, &reader, &e) != ERR_OK) {
		fprintf(stderr, "trunkline: %s\n", e.text);
		return EXIT_STATUS_FAILED;
	}
	struct arena *arena = arena_create();
	enum err rc = read_staff_list(reader, arena, &staff, &count, &e);
	if (rc == ERR_OK) {
		for (size_t i = 0; i < count; i++) {
			printf("%-16s %-14s %-8s %-9s %s\n", staff[i].login,
				staff_role_name(staff[i].role),
				staff[i].extension != NULL ? staff[i].extension : "-",
				staff[i].active ? "active" : "inactive", staff[i].name);
		}
	} else {
		fprintf(stderr, "trunkline: %s\n", e.text);
	}
	arena_destroy(arena);
	store_reader_close(reader);
	return rc == ERR_OK ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
}

static int
dispatch(const struct app_conf *conf, const struct user_arguments *a)
{
	if (strcmp(a->verb, "list") == 0) {
		return user_list(conf);
	}
	struct store *store = command_store_open(conf, COMMAND_NODE, false);
	if (store == NULL) {
		return EXIT_STATUS_FAILED;
	}
	int status = strcmp(a->verb, "add") == 0 ? user_add(conf, store, a)
											 : user_change(conf, store, a);
	store_close(store);
	return status;
}

static bool
known_verb(const char *verb)
{
	return strcmp(verb, "add") == 0 || strcmp(verb, "password") == 0 ||
		strcmp(verb, "deactivate") == 0 || strcmp(verb, "list") == 0;
}

static int
run(int argc, char **argv)
{
	struct app_settings *settings;
	struct user_arguments a = {
		.name = command_value(&argc, argv, "--name"),
		.role = command_value(&argc, argv, "--role"),
		.extension = command_value(&argc, argv, "--extension"),
		.language = command_value(&argc, argv, "--language"),
		.password_stdin = command_flag(&argc, argv, "--password-stdin"),
		.generate = command_flag(&argc, argv, "--generate"),
	};

	if (!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_USAGE;
	}
	int wanted = argc >= 2 && strcmp(argv[1], "list") == 0 ? 2 : 3;
	int status = EXIT_STATUS_USAGE;
	if (argc != wanted || !known_verb(argv[1])) {
		fputs(USAGE, stderr);
	} else {
		a.verb = argv[1];
		a.login = argv[2];
		status = dispatch(app_settings_conf(settings), &a);
	}
	app_settings_destroy(settings);
	return status;
}

const struct command command_user = {
	.name = "user",
	.summary = "add and list members of staff, set passwords",
	.help = USAGE,
	.run = run,
};
