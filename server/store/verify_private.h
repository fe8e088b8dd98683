/* The parts of `trunkline verify`. Each walks on after what it finds, so that one broken fact does
 * not hide the number of others; the report names the first. */
#ifndef STORE_VERIFY_PRIVATE_H
#define STORE_VERIFY_PRIVATE_H

#include <stdio.h>

#include "base/map.h"
#include "store/driver.h"
#include "store/heads_log.h"
#include "store/store.h"

enum { VERIFY_PAGE = 1000, NODES_MAX = 256 };

struct signed_node {
	bool has_log;
	uint64_t first; /* facts before it are not vouched for */
	uint64_t n;
	uint64_t audit;
	uint8_t audit_hash[DIGEST_SIZE];
	bool audit_seen;
};

struct verification {
	const struct store_conf *conf;
	struct store_conn *db;
	struct heads_key *key; /* NULL: nothing was ever signed here */
	verify_progress *progress;
	void *ctx;
	uint64_t total;
	struct verify_report report;
	struct map signed_seq; /* timeline → newest signed seq, as the value itself */
	struct signed_node nodes[NODES_MAX];
};

void verify_broken(struct verification *v, uint64_t timeline, uint64_t seq, uint64_t fact,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void verify_count(struct verification *v);

/* Reads the logs: signatures and their chain; fills signed_seq and nodes. */
void verify_logs(struct verification *v);
/* One timeline: seq, pub, time, bodies, chain, and that nothing signed is missing at its end. */
MUST_CHECK enum err
verify_timeline(struct verification *v, uint64_t timeline, struct error *e);
/* All facts in feed order against their numbers and the signed records. */
MUST_CHECK enum err verify_feed(struct verification *v, struct error *e);
/* The steps by which a customer's entries are found: all there, and none that hides one. */
MUST_CHECK enum err verify_steps(struct verification *v, struct error *e);
/* Late facts without the row by which readers find them. */
MUST_CHECK enum err verify_late(struct verification *v, struct error *e);
MUST_CHECK enum err verify_audit(struct verification *v, struct error *e);

/* Reads a log line by line; NULL at the end. */
struct log_lines {
	FILE *file;
	char *line;
	size_t capacity;
	size_t length;
};
bool log_open(struct log_lines *l, const char *data_dir, unsigned node);
bool log_next(struct log_lines *l);
void log_close(struct log_lines *l);

#endif
