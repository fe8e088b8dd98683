#include "api/metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "api/app.h"
#include "api/mailboxes.h"
#include "api/metrics_text.h"
#include "api/sockets.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/worker.h"
#include "flow/answers.h"
#include "flow/index_feed.h"
#include "flow/rules.h"
#include "model/fact.h"
#include "model/names.h"

enum {
	SERIES_MAX = 256,
	TEXT_MAX = 1024 * 1024,
	US_A_SECOND = 1000000,
};

struct series {
	enum fact_kind kind;
	enum author_kind author;
	char channel[CHANNEL_KIND_SIZE];
	uint64_t count;
};

struct metrics {
	int64_t started_ms;
	size_t series_count;
	struct series
		series[SERIES_MAX]; /* in order of their first fact: the usual come first */
};

struct metrics *
metrics_create(void)
{
	struct metrics *m = xcalloc(1, sizeof(*m));

	m->started_ms = clock_now_ms();
	return m;
}

void
metrics_destroy(struct metrics *m)
{
	free(m);
}

void
metrics_count(struct metrics *m, const struct fact *f)
{
	size_t i = 0;

	while (i < m->series_count &&
		(m->series[i].kind != f->kind || m->series[i].author != f->author_kind ||
			strcmp(m->series[i].channel, f->channel_kind) != 0)) {
		i++;
	}
	if (i == SERIES_MAX) {
		return;
	}
	if (i == m->series_count) {
		m->series_count++;
		m->series[i].kind = f->kind;
		m->series[i].author = f->author_kind;
		memcpy(m->series[i].channel, f->channel_kind, CHANNEL_KIND_SIZE);
	}
	m->series[i].count++;
}

/* --- what may block: on a worker ---------------------------------------------------------- */

struct gathering {
	struct job job; /* first */
	struct app *app;
	struct http_request *http;
	uint64_t resident_bytes;
	uint64_t open_files;
	uint64_t disk_free_bytes;
	uint64_t disk_bytes;
	int64_t cpu_us;
	struct index_feed_state index;
};

static void
gather_memory(struct gathering *g)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long pages;
	unsigned long long resident;

	if (file == NULL) {
		return;
	}
	if (fscanf(file, "%llu %llu", &pages, &resident) == 2) {
		g->resident_bytes = resident * (uint64_t)sysconf(_SC_PAGESIZE);
	}
	fclose(file);
}

static void
gather_files(struct gathering *g)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		g->open_files += entry->d_name[0] != '.';
	}
	if (folder != NULL) {
		closedir(folder);
		g->open_files--; /* the folder itself */
	}
}

static void
gather(struct job *job)
{
	struct gathering *g = (struct gathering *)job;
	struct statvfs disk;
	struct rusage usage;

	gather_memory(g);
	gather_files(g);
	index_feed_read_state(g->app->index_feed, &g->index);
	if (statvfs(g->app->conf->data_dir, &disk) == 0) {
		g->disk_free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
		g->disk_bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
	}
	if (getrusage(RUSAGE_SELF, &usage) == 0) {
		g->cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * US_A_SECOND +
			usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
	}
}

/* --- the text ----------------------------------------------------------------------------- */

static void
put_process(struct buf *out, const struct gathering *g)
{
	metric_number(out, "process_resident_memory_bytes", GAUGE,
		"Memory that the process holds.", g->resident_bytes);
	metric_number(out, "process_open_fds", GAUGE, "Open files and sockets.",
		g->open_files);
	metric_seconds(out, "process_cpu_seconds_total", COUNTER, "Time on processors.",
		g->cpu_us);
	metric_seconds(out, "process_start_time_seconds", GAUGE,
		"When it started, since 1970.", g->app->metrics->started_ms * 1000);
	metric_number(out, "trunkline_disk_free_bytes", GAUGE,
		"Room left on the disk of the data folder.", g->disk_free_bytes);
	metric_number(out, "trunkline_disk_bytes", GAUGE, "Size of that disk.",
		g->disk_bytes);
}

static void
put_rules(struct buf *out, const struct app *app)
{
	struct rules_status s;

	rules_status(app->rules, &s);
	metric_number(out, "trunkline_rules", GAUGE, "Keyword rules in force.", s.rules);
	metric_number(out, "trunkline_rules_hits_total", COUNTER,
		"Answers that rules gave in this process.", s.hits);
	metric_number(out, "trunkline_rules_loads_total", COUNTER,
		"How often rules were read, compiled and put in force.", s.loads);
	metric_number(out, "trunkline_rules_failures_total", COUNTER,
		"How often they could not be compiled: the former stayed in force.", s.failures);
	metric_seconds(out, "trunkline_rules_compile_seconds", GAUGE,
		"How long the last compiling took.", s.compile_us);
}

static void
put_answers(struct buf *out, const struct app *app)
{
	struct answers_stats s;

	answers_stats(app->answers, &s);
	metric_number(out, "trunkline_answers_asked_total", COUNTER,
		"Messages of customers that were judged by the rules.", s.asked);
	metric_number(out, "trunkline_answers_said_total", COUNTER,
		"Of these, answered automatically.", s.answered);
	metric_number(out, "trunkline_answers_handed_over_total", COUNTER,
		"Of these, handed over to a person.", s.handed_over);
	metric_number(out, "trunkline_answers_missed_total", COUNTER,
		"Of these, for which no rule had an answer.", s.missed);
	metric_number(out, "trunkline_answers_held_back_total", COUNTER,
		"Answers that watched phrases held back.", s.held_back);
	metric_number(out, "trunkline_answers_judged_again_total", COUNTER,
		"Judgements that were overtaken and made again.", s.stale);
	metric_number(out, "trunkline_answers_remembered", GAUGE,
		"Customers whom the bot has in memory.", s.remembered);
}

static void
put_store_counts(struct buf *out, const struct store_stats *s)
{
	metric_number(out, "trunkline_store_changes_total", COUNTER,
		"Changes that were committed or found to be duplicates.", s->changes);
	metric_number(out, "trunkline_store_facts_total", COUNTER,
		"Facts that were committed.", s->facts);
	metric_number(out, "trunkline_store_duplicates_total", COUNTER,
		"Changes that had been committed before.", s->duplicates);
	metric_number(out, "trunkline_store_refused_total", COUNTER,
		"Changes that were not taken: the queue was full or the database away.",
		s->refused);
	metric_number(out, "trunkline_store_reconnects_total", COUNTER,
		"Connections that the writer made anew.", s->reconnects);
	metric_number(out, "trunkline_store_ahead_total", COUNTER,
		"Changes that were prepared while the batch before was being written.", s->ahead);
	metric_number(out, "trunkline_store_retries_total", COUNTER,
		"Batches that were applied again.", s->retries);
}

static void
put_store(struct buf *out, const struct app *app)
{
	struct store_stats s;
	uint64_t bounds_us[STORE_TIME_BOUNDS];

	store_stats(app->store, &s);
	metric_number(out, "trunkline_store_ready", GAUGE,
		"1 when the database takes writes, else 0.", store_ready(app->store, NULL));
	metric_number(out, "trunkline_store_queue_changes", GAUGE,
		"Changes that wait for the writer.", s.queued);
	metric_number(out, "trunkline_store_queue_limit_changes", GAUGE,
		"How many may wait (store.queue).", (uint64_t)app->conf->store.queue);
	put_store_counts(out, &s);
	for (size_t i = 0; i < STORE_TIME_BOUNDS; i++) {
		bounds_us[i] = store_time_bounds_ms[i] * 1000;
	}
	metric_histogram_seconds(out, "trunkline_store_batch_seconds",
		"From taking a batch of changes to its commit.", bounds_us, STORE_TIME_BOUNDS,
		s.time_counts, s.time_us_sum);
	metric_histogram(out, "trunkline_store_batch_changes", "Changes in one transaction.",
		store_size_bounds, STORE_SIZE_BOUNDS, s.size_counts, s.changes);
}

static void
put_net(struct buf *out, const struct app *app)
{
	struct net_stats n;
	uint64_t bounds_us[NET_LAG_BOUNDS];

	net_statistics(app->net, &n);
	metric_number(out, "trunkline_connections", GAUGE, "Open connections.",
		n.connections);
	metric_number(out, "trunkline_websockets", GAUGE, "Of these, WebSockets.", n.sockets);
	metric_number(out, "trunkline_http_requests_total", COUNTER, "Requests.", n.requests);
	metric_number(out, "trunkline_connections_refused_total", COUNTER,
		"Connections beyond a limit.", n.refused);
	metric_number(out, "trunkline_slow_clients_closed_total", COUNTER,
		"Clients that were cut because they did not read or write in time.",
		n.slow_closed);
	for (size_t i = 0; i < NET_LAG_BOUNDS; i++) {
		bounds_us[i] = (uint64_t)net_lag_bounds_ms[i] * 1000;
	}
	metric_histogram_seconds(out, "trunkline_loop_lag_seconds",
		"How much too late the loop came to its ticks.", bounds_us, NET_LAG_BOUNDS,
		n.loop_lag_counts, (uint64_t)n.loop_lag_ms_sum * 1000);
	if (n.certificate_ends_at != 0) {
		metric_seconds(out, "trunkline_certificate_end_time_seconds", GAUGE,
			"When the TLS certificate in use ends, since 1970.",
			n.certificate_ends_at * 1000);
	}
}

static size_t
length_of(const struct list *list)
{
	size_t count = 0;

	list_each((struct list *)list, l) {
		count++;
	}
	return count;
}

static void
put_mailboxes(struct buf *out, const struct app *app)
{
	struct mailbox_counts n = mailboxes_count(app->mailboxes);

	metric_number(out, "trunkline_mailboxes_connected", GAUGE, "Mailboxes being read.",
		n.connected);
	metric_number(out, "trunkline_mailboxes_failing", GAUGE,
		"Mailboxes that cannot be read now.", n.failing);
	metric_number(out, "trunkline_mailbox_failures_total", COUNTER,
		"Connections to mailboxes that failed or broke.", n.failures);
	metric_number(out, "trunkline_mails_taken_total", COUNTER,
		"Mails taken from mailboxes.", n.taken);
	metric_number(out, "trunkline_mails_told_total", COUNTER,
		"Mails that could not become an entry.", n.told);
	metric_number(out, "trunkline_mail_copies_total", COUNTER,
		"Mails taken that were entries already.", n.copies);
	metric_number(out, "trunkline_mail_loops_total", COUNTER,
		"Mails taken and dropped: our own that came back, or going round.", n.dropped);
}

static void
put_house(struct buf *out, const struct app *app)
{
	const struct metrics *m = app->metrics;

	metric_number(out, "trunkline_consoles", GAUGE, "Open consoles.",
		length_of(&app->sockets->consoles));
	metric_number(out, "trunkline_widgets", GAUGE, "Open widgets.",
		length_of(&app->sockets->widgets));
	metric_head(out, "trunkline_entries_total", COUNTER,
		"Facts that this process committed, by kind, channel and author.");
	for (size_t i = 0; i < m->series_count; i++) {
		const struct series *s = &m->series[i];

		buf_puts(out, "trunkline_entries_total{kind=\"");
		metric_label(out, fact_kind_name(s->kind));
		buf_puts(out, "\",channel=\"");
		metric_label(out, s->channel);
		buf_puts(out, "\",author=\"");
		metric_label(out, author_kind_name(s->author));
		buf_printf(out, "\"} %" PRIu64 "\n", s->count);
	}
}

static void
put_index(struct buf *out, const struct index_feed_state *s)
{
	metric_number(out, "trunkline_index_behind_facts", GAUGE,
		"Facts that the search index does not know yet.", s->behind);
	metric_number(out, "trunkline_index_entries", GAUGE,
		"Entries that the search index can find.", s->stats.entries);
	metric_number(out, "trunkline_index_bytes", GAUGE,
		"Room that the search index takes on the disk.", s->stats.bytes);
}

static void
put_build(struct buf *out, const struct app *app)
{
	metric_head(out, "trunkline_build_info", GAUGE,
		"Always 1; the labels say what is running.");
	buf_printf(out,
		"trunkline_build_info{version=\"%s\",database=\"%s\",node=\"%lld\"} 1\n",
		APP_VERSION, app->conf->store.driver == 1 ? "mysql" : "sqlite",
		(long long)app->conf->store.node);
}

static void
answer(struct job *job)
{
	struct gathering *g = (struct gathering *)job;
	struct buf out;

	buf_init(&out, TEXT_MAX);
	put_build(&out, g->app);
	put_store(&out, g->app);
	put_rules(&out, g->app);
	put_answers(&out, g->app);
	put_net(&out, g->app);
	put_house(&out, g->app);
	put_index(&out, &g->index);
	put_mailboxes(&out, g->app);
	put_process(&out, g);
	http_set_header(g->http, "Cache-Control", "no-store");
	http_reply(g->http, 200, "text/plain; version=0.0.4; charset=utf-8", out.data,
		out.length);
	buf_fini(&out);
	free(g);
}

static void
ask(struct http_request *rq, void *ctx)
{
	struct gathering *g = xcalloc(1, sizeof(*g));

	g->app = ctx;
	g->http = rq;
	g->job.run = gather;
	g->job.done = answer;
	if (g->app->store == NULL || workers_submit(g->app->workers, &g->job) != ERR_OK) {
		free(g);
		http_reply_error(rq, ERR_UNAVAILABLE, "the server is busy", NULL);
	}
}

const struct http_route metrics_routes[] = {
	{"GET", "/metrics", ask, 0},
	{0},
};
