#include "command/import_customers.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/app.h"
#include "base/arena.h"
#include "base/str.h"
#include "command/command.h"
#include "command/command_store.h"
#include "crm/customer_import.h"
#include "crm/text_file.h"
#include "store/read.h"

enum { BAD_SHOWN = 20 };

/* The writer says by another thread that it has answers. */
struct waking {
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool pending;
};

struct order {
	const struct app_conf *conf;
	struct store *store;
	struct reader *reader;
	struct waking *waking;
	const char *charset; /* NULL: found out */
	const char *mapping; /* "COLUMN=TARGET,...", NULL: guessed */
	const char *bad_path;
	const char *file;
	struct customer_import *import;
	size_t waiting;
	size_t bad_shown;
	struct import_counts total;
};

static void
wake(void *ctx)
{
	struct waking *w = ctx;

	pthread_mutex_lock(&w->lock);
	w->pending = true;
	pthread_cond_signal(&w->woken);
	pthread_mutex_unlock(&w->lock);
}

static void
drain(struct order *o)
{
	pthread_mutex_lock(&o->waking->lock);
	while (!o->waking->pending) {
		pthread_cond_wait(&o->waking->woken, &o->waking->lock);
	}
	o->waking->pending = false;
	pthread_mutex_unlock(&o->waking->lock);
	store_drain(o->store);
}

static void
on_bad(void *ctx, size_t line, const char *reason)
{
	struct order *o = ctx;

	if (o->bad_shown++ < BAD_SHOWN) {
		fprintf(stderr, "%s:%zu: not imported: %s\n", o->file, line, reason);
	}
}

/* --- columns ------------------------------------------------------------------------------ */

static bool
map_column(struct import_options *options, const struct import_preview *preview,
	const char *column, size_t length, const char *target)
{
	for (size_t i = 0; i < preview->columns; i++) {
		if (strlen(preview->headings[i]) == length &&
			strncmp(preview->headings[i], column, length) == 0) {
			str_copy(options->targets[i], IMPORT_TARGET_MAX,
				strcmp(target, "-") == 0 ? "" : target);
			return true;
		}
	}
	fprintf(stderr, "trunkline import: there is no column %.*s\n", (int)length, column);
	return false;
}

static bool
map_columns(const struct order *o, struct import_options *options,
	const struct import_preview *preview, struct arena *a)
{
	char *rest = arena_strdup(a, o->mapping != NULL ? o->mapping : "");

	while (*rest != '\0') {
		char *pair = rest;
		char *equals = strchr(pair, '=');

		rest += strcspn(rest, ",");
		if (*rest == ',') {
			*rest++ = '\0';
		}
		if (equals == NULL || equals > rest) {
			fprintf(stderr, "trunkline import: --map takes COLUMN=TARGET,...\n");
			return false;
		}
		if (!map_column(options, preview, pair, (size_t)(equals - pair), equals + 1)) {
			return false;
		}
	}
	return true;
}

static bool
choose_columns(struct order *o, struct import_options *options, struct arena *a,
	struct error *e)
{
	struct import_preview preview;
	struct field *fields;
	size_t count;

	options->charset = o->charset;
	if ((o->charset == NULL &&
			text_file_detect(o->file, &options->charset, e) != ERR_OK) ||
		read_fields(o->reader, a, &fields, &count, e) != ERR_OK ||
		customer_import_preview(o->file, options->charset, a, &preview, e) != ERR_OK) {
		return false;
	}
	options->target_count = preview.columns;
	for (size_t i = 0; i < preview.columns; i++) {
		customer_column_guess(preview.headings[i], fields, count, options->targets[i]);
	}
	return map_columns(o, options, &preview, a);
}

/* --- rows --------------------------------------------------------------------------------- */

struct sent {
	struct order *order;
	size_t line;
	char *raw;
};

static void
row_done(void *ctx, const struct outcome *outcome)
{
	struct sent *s = ctx;

	customer_import_note(s->order->import, s->line, s->raw, outcome);
	s->order->waiting--;
	free(s->raw);
	free(s);
}

/* A full queue is waited for; a database that is away ends the import. */
static bool
send_row(struct order *o, const struct import_row *row)
{
	struct sent *s = xcalloc(1, sizeof(*s));
	struct error why = {.text = "the database is away"};

	*s = (struct sent){o, row->line, xstrdup(row->raw)};
	if (store_submit(o->store, row->change, row_done, s) == ERR_OK) {
		o->waiting++;
		return true;
	}
	(void)store_ready(o->store, &why);
	fprintf(stderr, "trunkline import: %s:%zu: %s\n", o->file, row->line, why.text);
	free(s->raw);
	free(s);
	return false;
}

static bool
run_steps(struct order *o, struct error *e)
{
	bool ended = false;
	bool good = true;

	while (good && !ended) {
		const struct import_counts *counts = customer_import_counts(o->import);
		struct import_row *rows;
		size_t count;

		good = customer_import_step(o->import, &rows, &count, &ended, e) == ERR_OK;
		for (size_t i = 0; good && i < count; i++) {
			good = send_row(o, &rows[i]);
			for (size_t k = i + 1; !good && k < count; k++) {
				change_destroy(rows[k].change);
			}
		}
		while (o->waiting > 0) {
			drain(o);
		}
		if (isatty(STDERR_FILENO)) {
			fprintf(stderr, "\r%s: %" PRId64 " %%", o->file,
				counts->size > 0 ? counts->done * 100 / counts->size : 100);
		}
	}
	if (isatty(STDERR_FILENO)) {
		fputs("\r\033[K", stderr);
	}
	return good && customer_import_finish(o->import, e) == ERR_OK;
}

static bool
import_file(struct order *o, const char *path)
{
	struct arena *a = arena_create();
	struct import_options *options = arena_alloc(a, sizeof(*options));
	struct error e = {0};
	bool good;

	o->file = path;
	options->path = path;
	options->bad_path = o->bad_path;
	options->actor = command_actor();
	options->plan = (struct dial_plan){o->conf->home_region, o->conf->home_area, 0};
	good = choose_columns(o, options, a, &e) &&
		customer_import_open(&o->import, options, o->reader, &e) == ERR_OK;
	if (good) {
		const struct import_counts *c = customer_import_counts(o->import);

		customer_import_on_bad(o->import, on_bad, o);
		good = run_steps(o, &e);
		o->total.created += c->created;
		o->total.changed += c->changed;
		o->total.unchanged += c->unchanged;
		o->total.bad += c->bad;
		customer_import_close(o->import);
	}
	if (!good && e.text[0] != '\0') {
		fprintf(stderr, "trunkline import: %s: %s\n", path, e.text);
	}
	arena_destroy(a);
	return good;
}

/* --- the command -------------------------------------------------------------------------- */

static int
import_all(struct order *o, int argc, char **argv)
{
	struct store_hooks hooks = {.wake = wake, .ctx = o->waking};
	struct error e = {0};
	bool good = true;

	if (store_reader_open(&o->conf->store, &o->reader, &e) != ERR_OK) {
		fprintf(stderr, "trunkline import: %s\n", e.text);
		return EXIT_STATUS_FAILED;
	}
	o->store = command_store_open_with(o->conf, COMMAND_NODE, false, &hooks);
	for (int i = 2; i < argc && o->store != NULL && good; i++) {
		good = import_file(o, argv[i]);
	}
	store_reader_close(o->reader);
	if (o->store == NULL) {
		return EXIT_STATUS_FAILED;
	}
	store_close(o->store);
	printf("%" PRId64 " created, %" PRId64 " changed, %" PRId64 " unchanged, %" PRId64
		   " bad.\n",
		o->total.created, o->total.changed, o->total.unchanged, o->total.bad);
	return good && o->total.bad == 0 ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
}

int
import_customers(int argc, char **argv)
{
	struct waking waking = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
	struct order order = {.waking = &waking};
	struct app_settings *settings;
	int status = EXIT_STATUS_USAGE;

	order.charset = command_value(&argc, argv, "--charset");
	order.mapping = command_value(&argc, argv, "--map");
	order.bad_path = command_value(&argc, argv, "--bad");
	if (order.charset != NULL && !charset_known(order.charset)) {
		fputs("trunkline import: --charset takes utf-8 or gb18030\n", stderr);
		return EXIT_STATUS_USAGE;
	}
	if (!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_USAGE;
	}
	order.conf = app_settings_conf(settings);
	if (argc < 3 || argv[2][0] == '-') {
		fputs("Usage:\n" IMPORT_CUSTOMERS_USAGE IMPORT_CUSTOMERS_HELP, stderr);
	} else {
		status = import_all(&order, argc, argv);
	}
	app_settings_destroy(settings);
	return status;
}
