#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static void
usage(void)
{
	fprintf(stderr,
		"usage: load --protocol pairs|socketio|trunkline --port N [--plan FILE]\n"
		"    [--customers N] [--agents N] [--outstanding N | --rate N]\n"
		"    [--warmup SECONDS] [--seconds SECONDS] [--open-timeout SECONDS]\n"
		"    [--opening N] [--sources N] [--idle] [--once]\n"
		"    [--upgrade-only] [--server-pid N] [--database-pid N]\n");
	exit(2);
}

static void
set_option(struct load_options *o, const char *name, const char *value)
{
	uint32_t number = value ? (uint32_t)strtoul(value, NULL, 10) : 0;
	double real = value ? strtod(value, NULL) : 0;
	if (strcmp(name, "protocol") == 0) {
		o->protocol = protocol_find(value);
	} else if (strcmp(name, "plan") == 0) {
		o->plan_path = value;
	} else if (strcmp(name, "port") == 0) {
		o->port = (int)number;
	} else if (strcmp(name, "customers") == 0) {
		o->customers = number;
	} else if (strcmp(name, "agents") == 0) {
		o->agents = number;
	} else if (strcmp(name, "outstanding") == 0) {
		o->outstanding = number;
	} else if (strcmp(name, "opening") == 0) {
		o->opening_max = number;
	} else if (strcmp(name, "sources") == 0) {
		o->sources = number;
	} else if (strcmp(name, "server-pid") == 0) {
		o->server_pid = (int)number;
	} else if (strcmp(name, "database-pid") == 0) {
		o->database_pid = (int)number;
	} else if (strcmp(name, "rate") == 0) {
		o->rate = real;
	} else if (strcmp(name, "warmup") == 0) {
		o->warmup_s = real;
	} else if (strcmp(name, "seconds") == 0) {
		o->measure_s = real;
	} else if (strcmp(name, "open-timeout") == 0) {
		o->open_timeout_s = real;
	} else if (strcmp(name, "idle") == 0) {
		o->idle = true;
	} else if (strcmp(name, "once") == 0) {
		o->once = true;
	} else {
		o->upgrade_only = true;
	}
}

static const struct option option_names[] = {
	{"protocol", required_argument, NULL, 0},
	{"plan", required_argument, NULL, 0},
	{"port", required_argument, NULL, 0},
	{"customers", required_argument, NULL, 0},
	{"agents", required_argument, NULL, 0},
	{"outstanding", required_argument, NULL, 0},
	{"opening", required_argument, NULL, 0},
	{"sources", required_argument, NULL, 0},
	{"server-pid", required_argument, NULL, 0},
	{"database-pid", required_argument, NULL, 0},
	{"rate", required_argument, NULL, 0},
	{"warmup", required_argument, NULL, 0},
	{"seconds", required_argument, NULL, 0},
	{"open-timeout", required_argument, NULL, 0},
	{"idle", no_argument, NULL, 0},
	{"once", no_argument, NULL, 0},
	{"upgrade-only", no_argument, NULL, 0},
	{NULL, 0, NULL, 0},
};

struct load_options
load_read_options(int argc, char **argv)
{
	struct load_options o = {
		.customers = 50,
		.agents = 50,
		.outstanding = 1000,
		.warmup_s = 1,
		.measure_s = 4,
		.open_timeout_s = 60,
		.opening_max = 64,
		.sources = 1,
	};
	int index;
	int found;
	while ((found = getopt_long(argc, argv, "", option_names, &index)) == 0) {
		set_option(&o, option_names[index].name, optarg);
	}
	if (found != -1 || optind != argc || !o.protocol || o.port == 0 || o.customers == 0 ||
		(o.protocol->needs_plan && !o.plan_path)) {
		usage();
	}
	return o;
}
