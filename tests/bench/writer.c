/* The writer alone: customers of N timelines write as fast as the queue takes it.
 *   writer sqlite|mysql TIMELINES SECONDS [SOCKET DATABASE]
 * Prints one line of JSON. A bench program has no one to report to: failures end it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "model/change.h"
#include "model/fact.h"
#include "store/store.h"

static uint64_t finished;
static uint64_t failed;

static void
done(void *ctx, const struct outcome *o)
{
	(void)ctx;
	finished++;
	failed += o->code != ERR_OK;
}

static void
die(const char *what, const struct error *e)
{
	fprintf(stderr, "writer: %s: %s\n", what, e != NULL ? e->text : "");
	exit(1);
}

static uint64_t
make(struct store *s, struct change *c)
{
	struct outcome *o = NULL;
	struct error e = {0};
	uint64_t id;

	if (store_call(s, c, &o, &e) != ERR_OK) {
		die("prepare", &e);
	}
	id = o->id;
	outcome_release(o);
	return id;
}

static uint64_t
make_channel(struct store *s, const struct actor *system)
{
	struct change *c = change_create(CHANGE_CHANNEL, system);

	c->channel.action = ROW_ADD;
	c->channel.channel = (struct channel_row){
		.kind = "webchat",
		.name = "bench",
		.public_key = "pk-bench",
		.enabled = true,
	};
	return make(s, c);
}

static uint64_t
make_visitor(struct store *s, const struct actor *system, uint64_t channel)
{
	struct change *c = change_create(CHANGE_VISITOR, system);

	c->visitor.action = ROW_ADD;
	c->visitor.channel = channel;
	random_bytes(c->visitor.token_hash, sizeof(c->visitor.token_hash));
	return make(s, c);
}

static enum err
say(struct store *s, uint64_t visitor, uint64_t channel)
{
	static const char text[] = "A message of ordinary length, as people write them in a "
							   "chat: can you tell me the fee?";
	struct actor actor = {.kind = AUTHOR_CUSTOMER, .id = visitor};
	struct change *c = change_create(CHANGE_POST, &actor);

	ref_make(c->ref);
	c->post.party.visitor = visitor;
	c->post.kind = FACT_MESSAGE;
	c->post.channel = channel;
	c->post.channel_kind = "webchat";
	c->post.text = text;
	return store_submit(s, c, done, NULL);
}

static double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void
nap(void)
{
	struct timespec t = {0, 1000000};

	nanosleep(&t, NULL);
}

int
main(int argc, char **argv)
{
	struct store_conf conf = {
		.path = (char *)"",
		.user = (char *)"root",
		.password = (char *)"",
		.readers = 1,
		.queue = 4000,
		.batch = 1000,
		.node = 1,
		.reopen_ms = 86400000,
		.heads_ms = 10000,
		.data_dir = getenv("BENCH_DATA_DIR"),
	};
	struct actor system = {.kind = AUTHOR_SYSTEM};
	struct store *s = NULL;
	struct error e = {0};
	uint64_t *visitors;
	uint64_t channel;
	uint64_t sent = 0;
	uint64_t warm;
	size_t timelines;
	int64_t start;
	int64_t end;
	double cpu;

	if (argc < 4) {
		fputs("usage: writer sqlite|mysql TIMELINES SECONDS [SOCKET DATABASE]\n", stderr);
		return 2;
	}
	timelines = strtoul(argv[2], NULL, 10);
	if (strcmp(argv[1], "mysql") == 0 && argc > 5) {
		conf.driver = 1;
		conf.socket = argv[4];
		conf.database = argv[5];
	}
	if (store_open(&s, &conf, NULL, true, &e) != ERR_OK) {
		die("open", &e);
	}
	channel = make_channel(s, &system);
	visitors = xcalloc(timelines, sizeof(*visitors));
	for (size_t i = 0; i < timelines; i++) {
		visitors[i] = make_visitor(s, &system, channel);
	}
	/* The first message of each makes its customer: that is not what is measured. */
	for (; sent < timelines; sent++) {
		while (say(s, visitors[sent], channel) != ERR_OK) {
			store_drain(s);
		}
	}
	while (finished < sent) {
		store_drain(s);
		nap();
	}
	warm = finished;
	start = clock_monotonic_ms();
	end = start + strtol(argv[3], NULL, 10) * 1000;
	cpu = cpu_seconds();
	while (clock_monotonic_ms() < end) {
		for (unsigned i = 0; i < 500 && sent - finished < 3000; i++) {
			if (say(s, visitors[sent % timelines], channel) != ERR_OK) {
				break;
			}
			sent++;
		}
		store_drain(s);
		if (sent - finished >= 3000) {
			nap();
		}
	}
	while (finished < sent) {
		store_drain(s);
	}
	end = clock_monotonic_ms();
	printf("{\"driver\":\"%s\",\"timelines\":%zu,\"messages\":%llu,\"failed\":%llu,"
		   "\"per_second\":%.0f,\"cpu_us\":%.1f}\n",
		argv[1], timelines, (unsigned long long)(finished - warm),
		(unsigned long long)failed,
		(double)(finished - warm) * 1000 / (double)(end - start),
		(cpu_seconds() - cpu) * 1e6 / (double)(finished - warm));
	store_close(s);
	free(visitors);
	return failed > 0;
}
