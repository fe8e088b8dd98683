/* Past calls from the records of a PBX, and lists of customers. Works beside a running server. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/app.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "channels/phone/cdr.h"
#include "command/command.h"
#include "command/command_store.h"
#include "command/import_customers.h"
#include "store/read.h"

#define USAGE \
	"Usage: trunkline import cdr [--format FORMAT] [--channel KEY] [--timezone ZONE]\n" \
	"                            [--map OUR=THEIRS,...] [--internal skip|keep] [--dry-run]\n" \
	"                            FILE ...\n" IMPORT_CUSTOMERS_USAGE "\n" \
	"cdr: brings past calls into the histories of the customers. FORMAT is asterisk (Master.csv,\n" \
	"the default), asterisk-custom (cdr_custom's sample mapping), csv (any file with a\n" \
	"heading line, see --map) or freeswitch (mod_json_cdr). ZONE is that of the times in the\n" \
	"file: local (the default), UTC, +08:00 or a name like Asia/Shanghai. --channel names\n" \
	"the phone channel by its key; the first one is the default. Calls between colleagues\n" \
	"are skipped unless --internal keep. Importing a file again changes nothing.\n" \
	"Exits with 1 when some rows could not be used; they are listed.\n" IMPORT_CUSTOMERS_HELP

#define BAD_SHOWN 20
#define BATCH 256

struct import {
	const struct app_conf *conf;
	struct store *store; /* NULL: dry run */
	uint64_t channel;
	bool keep_internal;
	struct map extensions; /* of staff, by map_hash of the text */
	const char *file;
	size_t calls;
	size_t added;
	size_t known;
	size_t internal;
	size_t skipped;
	size_t bad;
	bool broken_off;
};

static void
report_row(struct import *m, const char *kind, size_t line, const char *reason)
{
	if (m->bad + m->skipped <= BAD_SHOWN) {
		fprintf(stderr, "%s:%zu: %s: %s\n", m->file, line, kind, reason);
	}
}

static void
on_bad(void *ctx, size_t line, const char *reason)
{
	struct import *m = ctx;

	m->bad++;
	report_row(m, "not imported", line, reason);
}

static void
on_skipped(void *ctx, size_t line, const char *reason)
{
	struct import *m = ctx;

	m->skipped++;
	report_row(m, "skipped", line, reason);
}

static const char *
copied(struct change *chg, const char *text)
{
	return text == NULL ? "" : arena_strdup(chg->arena, text);
}

static struct change *
change_of(struct import *m, const struct cdr_call *found)
{
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_CALL, &actor);
	struct call_change *change = &chg->call;

	chg->imported = true;
	change->channel = m->channel;
	change->event = CALL_EVENT_END;
	change->whole = true;
	change->call = found->call;
	change->call.external_id = copied(chg, found->call.external_id);
	change->call.customer_number = copied(chg, found->call.customer_number);
	change->call.house_number = copied(chg, found->call.house_number);
	change->call.caller_name = copied(chg, found->call.caller_name);
	change->call.queue = copied(chg, found->call.queue);
	change->call.extension = copied(chg, found->staff_extension);
	change->call.hangup_by = copied(chg, found->call.hangup_by);
	change->call.transfers = copied(chg, found->call.transfers);
	change->call.recording = copied(chg, found->call.recording);
	change->call.outcome = "";
	change->call.outcome_note = "";
	change->staff_extension = change->call.extension;
	return chg;
}

static void
show_progress(struct import *m)
{
	if (m->calls % BATCH == 0 && isatty(STDERR_FILENO)) {
		fprintf(stderr, "\r%s: %zu calls", m->file, m->calls);
	}
}

static void
on_call(void *ctx, const struct cdr_call *found)
{
	struct import *m = ctx;

	if (m->broken_off) {
		return;
	}
	m->calls++;
	if (found->internal && !m->keep_internal) {
		m->internal++;
		return;
	}
	if (m->store == NULL) {
		m->added++;
		return;
	}
	struct outcome *outcome;
	if (!command_submit(m->store, change_of(m, found), m->file, &outcome)) {
		m->broken_off = true;
		return;
	}
	if (outcome->duplicate) {
		m->known++;
	} else {
		m->added++;
	}
	outcome_release(outcome);
	show_progress(m);
}

static bool
import_file(struct import *m, const struct cdr_options *options, const char *path)
{
	struct cdr_sink sink = {on_call, on_bad, on_skipped, m};
	struct cdr_reader *reader;
	struct error e;
	char piece[64 * 1024];
	size_t got;
	FILE *file = fopen(path, "rb");

	m->file = path;
	if (file == NULL) {
		fprintf(stderr, "trunkline import: %s: %s\n", path, strerror(errno));
		return false;
	}
	if (cdr_open(options, &sink, &reader, &e) != ERR_OK) {
		fprintf(stderr, "trunkline import: %s\n", e.text);
		fclose(file);
		return false;
	}
	while (!m->broken_off && (got = fread(piece, 1, sizeof(piece), file)) > 0) {
		cdr_feed(reader, piece, got);
	}
	bool readable = !ferror(file);
	if (!readable) {
		fprintf(stderr, "trunkline import: %s: %s\n", path, strerror(errno));
	}
	cdr_finish(reader);
	cdr_close(reader);
	fclose(file);
	if (isatty(STDERR_FILENO)) {
		fputs("\r\033[K", stderr);
	}
	return readable && !m->broken_off;
}

static bool
is_staff(void *ctx, const char *extension)
{
	struct import *m = ctx;

	return map_get(&m->extensions, map_hash(extension, strlen(extension))) != NULL;
}

/* Who has which extension, and which channel the calls belong to. */
static bool
read_house(struct import *m, const char *channel_key)
{
	struct reader *reader;
	struct error e;
	struct staff *staff;
	struct channel_row *channels;
	size_t count;

	if (store_reader_open(&m->conf->store, &reader, &e) != ERR_OK) {
		fprintf(stderr, "trunkline import: %s\n", e.text);
		return false;
	}
	struct arena *arena = arena_create();
	enum err rc = read_staff_list(reader, arena, &staff, &count, &e);
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		const char *extension = staff[i].extension;
		if (extension != NULL) {
			map_put(&m->extensions, map_hash(extension, strlen(extension)), m);
		}
	}
	if (rc == ERR_OK) {
		rc = read_channels(reader, arena, &channels, &count, &e);
	}
	for (size_t i = 0; rc == ERR_OK && i < count && m->channel == 0; i++) {
		if (strcmp(channels[i].kind, "phone") == 0 &&
			(channel_key == NULL || strcmp(channels[i].public_key, channel_key) == 0)) {
			m->channel = channels[i].id;
		}
	}
	arena_destroy(arena);
	store_reader_close(reader);
	if (rc == ERR_OK && m->channel == 0) {
		rc = error_set(&e, ERR_NOT_FOUND,
			channel_key == NULL ? "there is no phone channel yet: add one in the console"
								: "there is no phone channel with that key");
	}
	if (rc != ERR_OK) {
		fprintf(stderr, "trunkline import: %s\n", e.text);
	}
	return rc == ERR_OK;
}

/* "local", "UTC", "+08:00" or a zone's name, for which this process changes its own zone. */
static bool
parse_zone(const char *text, struct cdr_zone *out)
{
	int hours;
	int minutes = 0;
	char sign;
	char path[200];

	if (text == NULL || strcmp(text, "local") == 0) {
		*out = (struct cdr_zone){.local = true};
		return true;
	}
	if (strcasecmp(text, "utc") == 0) {
		*out = (struct cdr_zone){.offset_min = 0};
		return true;
	}
	if (sscanf(text, "%c%2d:%2d", &sign, &hours, &minutes) >= 2 &&
		(sign == '+' || sign == '-') && hours <= 14 && minutes < 60) {
		int offset = hours * 60 + minutes;
		*out = (struct cdr_zone){.offset_min = sign == '-' ? -offset : offset};
		return true;
	}
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", text);
	if (text[0] == '.' || text[0] == '/' || access(path, R_OK) != 0) {
		fprintf(stderr, "trunkline import: unknown time zone %s\n", text);
		return false;
	}
	setenv("TZ", text, 1);
	tzset();
	*out = (struct cdr_zone){.local = true};
	return true;
}

static int
report(const struct import *m, bool dry, bool all_read)
{
	printf("%zu calls: %zu %s, %zu already known, %zu between colleagues, %zu skipped, "
		   "%zu bad rows.\n",
		m->calls + m->skipped, m->added, dry ? "would be added" : "added", m->known,
		m->internal, m->skipped, m->bad);
	return all_read && m->bad == 0 ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
}

static int
import_all(struct import *m, const struct cdr_options *options, const char *channel_key,
	bool dry, int argc, char **argv)
{
	bool all_read = true;

	if (!read_house(m, channel_key)) {
		return EXIT_STATUS_FAILED;
	}
	if (!dry) {
		m->store = command_store_open(m->conf, COMMAND_NODE, false);
		if (m->store == NULL) {
			return EXIT_STATUS_FAILED;
		}
	}
	for (int i = 2; i < argc && !m->broken_off; i++) {
		all_read = import_file(m, options, argv[i]) && all_read;
	}
	store_close(m->store);
	return report(m, dry, all_read);
}

static bool
read_options(int *argc, char **argv, struct cdr_options *out, bool *keep_internal)
{
	const char *format = command_value(argc, argv, "--format");
	const char *zone = command_value(argc, argv, "--timezone");
	const char *columns = command_value(argc, argv, "--map");
	const char *internal = command_value(argc, argv, "--internal");

	*out = (struct cdr_options){.format = CDR_ASTERISK, .columns = columns};
	if (format != NULL && !cdr_format_parse(format, &out->format)) {
		fprintf(stderr, "trunkline import: unknown format %s\n", format);
		return false;
	}
	if (internal != NULL && strcmp(internal, "skip") != 0 &&
		strcmp(internal, "keep") != 0) {
		fprintf(stderr, "trunkline import: --internal takes skip or keep\n");
		return false;
	}
	*keep_internal = internal != NULL && strcmp(internal, "keep") == 0;
	return parse_zone(zone, &out->zone);
}

static int
run(int argc, char **argv)
{
	struct cdr_options options;
	struct app_settings *settings;
	struct import import = {0};
	int status = EXIT_STATUS_USAGE;

	if (argc > 1 && strcmp(argv[1], "customers") == 0) {
		return import_customers(argc, argv);
	}
	bool dry = command_flag(&argc, argv, "--dry-run");
	const char *channel = command_value(&argc, argv, "--channel");
	if (!read_options(&argc, argv, &options, &import.keep_internal) ||
		!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_USAGE;
	}
	const struct app_conf *conf = app_settings_conf(settings);
	if (argc < 3 || strcmp(argv[1], "cdr") != 0 || argv[2][0] == '-') {
		fputs(USAGE, stderr);
	} else {
		import.conf = conf;
		options.plan = (struct dial_plan){conf->home_region, conf->home_area,
			(size_t)conf->extension_digits};
		options.is_staff = is_staff;
		options.is_staff_ctx = &import;
		map_init(&import.extensions);
		status = import_all(&import, &options, channel, dry, argc, argv);
		map_fini(&import.extensions);
	}
	app_settings_destroy(settings);
	return status;
}

const struct command command_import = {
	.name = "import",
	.summary = "bring in past calls of a PBX, or a list of customers",
	.help = USAGE,
	.run = run,
};
