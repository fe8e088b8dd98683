/* load: opens the sockets, sends for a while, prints one line of JSON. See README.md. */
#include "load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define NS_PER_S 1e9
#define PUMP_NS 100000000u
#define RETRY_NS 10000000u
#define PACE_NS 1000000u
#define QUIET_NS 500000000u
#define SETTLE_NS 1000000000u
#define SAMPLES_PER_S 400000
#define MARK "bench "

struct usages {
	struct usage server;
	struct usage database;
	struct usage self;
};

static struct usages
usages_now(const struct load_options *o)
{
	return (struct usages){
		.server = usage_of(o->server_pid),
		.database = usage_of(o->database_pid),
		.self = usage_of(getpid()),
	};
}

/* The body says when the message was meant to be sent, so that waiting counts too. */
static void
send_message(struct load *l, struct client *c, uint64_t intended_ns)
{
	char body[160];
	char message[MESSAGE_MAX];
	snprintf(body, sizeof(body),
		MARK "%020" PRIu64 " hello, my order 2026-118842 has not arrived yet,"
			 " could you please check it",
		intended_ns);
	size_t length = l->options->protocol->message(c, body, message, sizeof(message));
	c->sequence++;
	l->sent++;
	client_send_text(l, c, message, length);
}

void
load_send_next(struct load *l, uint64_t intended_ns)
{
	uint32_t customers = l->options->customers;
	for (uint32_t tried = 0; tried < customers; tried++) {
		struct client *c = &l->clients[l->next_sender++ % customers];
		if (c->state == CLIENT_READY) {
			send_message(l, c, intended_ns);
			return;
		}
	}
}

/* A frame carries one message, though its text may stand in it twice: the preview. */
void
load_delivered(struct load *l, const char *text)
{
	const char *mark = strstr(text, MARK);
	if (!mark) {
		return;
	}
	uint64_t intended_ns = strtoull(mark + strlen(MARK), NULL, 10);
	uint64_t received_ns = now_ns();
	l->delivered++;
	if (l->measuring && intended_ns >= l->measure_start_ns) {
		sample_set_add(l->latencies, received_ns - intended_ns);
	}
	if (l->sending && l->options->rate <= 0) {
		load_send_next(l, received_ns);
	}
}

void
load_refused(struct load *l)
{
	l->refused++;
	l->refused_slots++;
}

/* What was refused is not sent again at once, else a full server would only be asked louder. */
static void
send_refused(struct load *l)
{
	uint64_t current_ns = now_ns();
	if (l->refused_slots == 0 || current_ns < l->retry_ns) {
		return;
	}
	l->retry_ns = current_ns + RETRY_NS;
	while (l->refused_slots > 0) {
		l->refused_slots--;
		load_send_next(l, current_ns);
	}
}

static void
open_all(struct load *l)
{
	uint64_t end_ns = now_ns() + (uint64_t)(l->options->open_timeout_s * NS_PER_S);
	size_t next = 0;
	while (l->ready + l->dead < l->client_count && now_ns() < end_ns) {
		while (next < l->client_count && l->opening < l->options->opening_max) {
			client_open(l, &l->clients[next++]);
		}
		load_pump(l, PUMP_NS);
	}
	if (l->ready < l->client_count) {
		fprintf(stderr, "load: %zu of %zu sockets ready, %zu dead\n", l->ready,
			l->client_count, l->dead);
	}
}

/* Sends all that is due by now and returns when the next message is. */
static uint64_t
send_due(struct load *l, uint64_t start_ns, uint64_t *due)
{
	double rate = l->options->rate;
	uint64_t target = (uint64_t)((double)(now_ns() - start_ns) * rate / NS_PER_S);
	while (*due < target) {
		++*due;
		load_send_next(l, start_ns + (uint64_t)((double)*due * NS_PER_S / rate));
	}
	return start_ns + (uint64_t)((double)(*due + 1) * NS_PER_S / rate);
}

static void
pump_once(struct load *l, uint64_t start_ns, uint64_t *due)
{
	if (l->options->rate <= 0) {
		send_refused(l);
		load_pump(l, l->refused_slots > 0 ? RETRY_NS : PUMP_NS);
		return;
	}
	uint64_t next_ns = send_due(l, start_ns, due);
	uint64_t current_ns = now_ns();
	uint64_t wait_ns = next_ns > current_ns ? next_ns - current_ns : 0;
	load_pump(l, wait_ns < PACE_NS ? wait_ns : PACE_NS);
}

/* After the greeting servers may replay and tell who is there: that is not measured. */
static void
wait_for_quiet(struct load *l)
{
	uint64_t end_ns = now_ns() + (uint64_t)(l->options->open_timeout_s * NS_PER_S);
	l->last_input_ns = now_ns();
	while (now_ns() - l->last_input_ns < QUIET_NS && now_ns() < end_ns) {
		load_pump(l, PUMP_NS);
	}
}

static void
pump_until(struct load *l, uint64_t end_ns)
{
	uint64_t current_ns;
	while ((current_ns = now_ns()) < end_ns) {
		load_pump(l, end_ns - current_ns);
	}
}

static void
print_field(const char *name, double value)
{
	printf(", \"%s\": %.6g", name, value);
}

static void
print_usage(const char *name, struct usage before, struct usage after, double elapsed_s,
	uint64_t messages)
{
	double cpu_s = after.cpu_s - before.cpu_s;
	char field[64];
	snprintf(field, sizeof(field), "%s_cpu", name);
	print_field(field, cpu_s / elapsed_s);
	snprintf(field, sizeof(field), "%s_us_per_message", name);
	print_field(field, messages > 0 ? cpu_s * 1e6 / (double)messages : 0);
}

static void
send_and_measure(struct load *l)
{
	const struct load_options *o = l->options;
	wait_for_quiet(l);
	uint64_t start_ns = now_ns();
	uint64_t due = 0;
	l->sending = true;
	l->measure_start_ns = start_ns + (uint64_t)(o->warmup_s * NS_PER_S);
	for (uint32_t i = 0; o->rate <= 0 && i < o->outstanding; i++) {
		load_send_next(l, now_ns());
	}
	while (now_ns() < l->measure_start_ns && l->ready > 0) {
		pump_once(l, start_ns, &due);
	}
	l->measuring = true;
	uint64_t measured_from_ns = now_ns();
	uint64_t delivered = l->delivered;
	uint64_t acknowledged = l->acknowledged;
	uint64_t sent = l->sent;
	struct usages before = usages_now(o);
	uint64_t end_ns = measured_from_ns + (uint64_t)(o->measure_s * NS_PER_S);
	while (now_ns() < end_ns && l->ready > 0) {
		pump_once(l, start_ns, &due);
	}
	double elapsed_s = (double)(now_ns() - measured_from_ns) / NS_PER_S;
	struct usages after = usages_now(o);
	delivered = l->delivered - delivered;

	sample_set_sort(l->latencies);
	print_field("seconds", elapsed_s);
	print_field("messages", (double)delivered);
	print_field("messages_per_s", (double)delivered / elapsed_s);
	print_field("sent_per_s", (double)(l->sent - sent) / elapsed_s);
	print_field("acks_per_s", (double)(l->acknowledged - acknowledged) / elapsed_s);
	print_field("p50_us", sample_set_at(l->latencies, 0.5));
	print_field("p99_us", sample_set_at(l->latencies, 0.99));
	print_field("p999_us", sample_set_at(l->latencies, 0.999));
	print_field("max_us", sample_set_at(l->latencies, 1));
	print_usage("server", before.server, after.server, elapsed_s, delivered);
	print_usage("database", before.database, after.database, elapsed_s, delivered);
	print_usage("client", before.self, after.self, elapsed_s, delivered);
	print_field("refused", (double)l->refused);
}

/* Each customer says one thing and waits for its acknowledgement: makes conversations. */
static void
send_once(struct load *l)
{
	uint64_t end_ns = now_ns() + (uint64_t)(l->options->open_timeout_s * NS_PER_S);
	uint32_t next = 0;
	while (l->acknowledged < l->options->customers && now_ns() < end_ns && l->dead == 0) {
		while (next < l->options->customers &&
			l->sent - l->acknowledged < l->options->outstanding) {
			send_message(l, &l->clients[next++], now_ns());
		}
		load_pump(l, PUMP_NS);
	}
	print_field("acknowledged", (double)l->acknowledged);
	print_field("refused", (double)l->refused);
}

/* Stops sending and counts what still comes, so that nothing acknowledged stays unseen. */
static void
drain(struct load *l)
{
	l->sending = false;
	l->measuring = false;
	uint64_t end_ns = now_ns() + (uint64_t)(5 * NS_PER_S);
	uint64_t expected = l->sent - l->refused;
	while ((l->delivered < expected || l->acknowledged < expected) && now_ns() < end_ns &&
		l->ready > 0) {
		load_pump(l, PUMP_NS);
	}
	print_field("undelivered", (double)expected - (double)l->delivered);
	print_field("unacknowledged", (double)expected - (double)l->acknowledged);
}

static void
open_and_report(struct load *l)
{
	struct usages before = usages_now(l->options);
	uint64_t start_ns = now_ns();
	open_all(l);
	double elapsed_s = (double)(now_ns() - start_ns) / NS_PER_S;
	if (l->options->idle) {
		pump_until(l, now_ns() + SETTLE_NS);
	}
	struct usages after = usages_now(l->options);
	double count = l->ready > 0 ? (double)l->ready : 1;
	printf("{\"sockets\": %zu", l->client_count);
	print_field("ready", (double)l->ready);
	print_field("open_s", elapsed_s);
	print_field("server_us_per_socket",
		(after.server.cpu_s - before.server.cpu_s) * 1e6 / count);
	print_field("server_bytes_per_socket",
		(after.server.resident_kb - before.server.resident_kb) * 1024 / count);
	print_field("database_bytes_per_socket",
		(after.database.resident_kb - before.database.resident_kb) * 1024 / count);
	print_field("server_resident_kb", after.server.resident_kb);
}

/* The line is out, the sockets stay open until whoever started us closes our input. */
static void
hold(struct load *l)
{
	printf("}\n");
	fflush(stdout);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	/* A file is always at its end and epoll refuses it. */
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) == 0) {
		while (load_pump(l, PUMP_NS)) {
		}
	}
	if (l->dead > 0) {
		fprintf(stderr, "load: %zu idle sockets died while they were held\n", l->dead);
	}
}

int
main(int argc, char **argv)
{
	struct load_options options = load_read_options(argc, argv);
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);

	struct load l = {
		.options = &options,
		.client_count = (size_t)options.customers + options.agents,
		.epoll = epoll_create1(0),
		.latencies = sample_set_create((size_t)(SAMPLES_PER_S * options.measure_s) + 1),
		.input = malloc(READ_SIZE + 1),
	};
	l.clients = calloc(l.client_count, sizeof(*l.clients));
	if (!l.clients || !l.input || l.epoll < 0) {
		fprintf(stderr, "load: out of memory\n");
		return 1;
	}
	for (size_t i = 0; i < l.client_count; i++) {
		bool is_agent = i >= options.customers;
		l.clients[i].is_agent = is_agent;
		l.clients[i].number = (uint32_t)(is_agent ? i - options.customers : i);
	}
	if (options.plan_path) {
		plan_read(&l, options.plan_path);
	}
	open_and_report(&l);
	if (options.idle) {
		hold(&l);
		return 0;
	}
	if (options.once) {
		send_once(&l);
	} else {
		send_and_measure(&l);
		drain(&l);
	}
	print_field("dead", (double)l.dead);
	printf("}\n");
	return 0;
}
