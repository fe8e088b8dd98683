/* Where the limit program makes its messages durable: one table, one writer, one transaction
 * per batch. A bench program has no one to report to: every failure ends it with a message. */
#ifndef BENCH_LIMIT_STORE_H
#define BENCH_LIMIT_STORE_H

#include <stddef.h>
#include <stdint.h>

#define BATCH_MAX 1000

struct message {
	struct message *next;
	int64_t id;
	uint32_t conversation;
	uint32_t sequence;
	const char *body; /* inside text */
	size_t body_length;
	size_t length;
	char text[]; /* the frame as it came, NUL-terminated */
};

struct limit_store;

/* Both go on with the rows of earlier starts, as the server does that is measured beside. */
struct limit_store *limit_store_sqlite(const char *path);
struct limit_store *limit_store_mysql(const char *socket_path);

/* Returns once all of them are on disk. count is at most BATCH_MAX. */
void limit_store_write(struct limit_store *s, struct message *const *batch, size_t count);

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);

#endif
