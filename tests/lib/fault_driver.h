/* A database driver around another one that fails on demand: the n-th operation from now on, in a
 * chosen way. One at a time in a process; armed and read from the test's thread. */
#ifndef TESTS_FAULT_DRIVER_H
#define TESTS_FAULT_DRIVER_H

#include <stdbool.h>

#include "store/driver.h"

enum fault {
	FAULT_NONE,
	FAULT_BUSY,           /* the transaction is gone: deadlock, certification */
	FAULT_LOST,           /* the connection is gone, the transaction with it */
	FAULT_COMMIT_REFUSED, /* only a commit: uncertain, and it did not happen */
	FAULT_COMMIT_UNHEARD, /* only a commit: uncertain, and it did happen */
	FAULT_STATEMENT,      /* a statement is refused for good, once */
};

/* The inner driver's dialect and features. */
const struct store_driver *fault_driver(const struct store_driver *inner);
/* Lets `after` operations pass, then fails `times` of them. Operations are begin, run, read and
 * commit of writing connections; for the commit faults only commits count. */
void fault_arm(enum fault fault, unsigned after, unsigned times);
unsigned fault_hits(void); /* since fault_arm */
/* What writing connections have read since fault_arm. */
unsigned fault_reads(void);
/* Connections fail too while the fault is on. */
void fault_refuse_connections(bool refuse);
/* What was started is unanswered until it is awaited, also where no other process works for us. */
void fault_answer_slowly(bool yes);
bool fault_is_awaited(void); /* somebody has looked for such an answer since */
/* Run on each new writing connection; NULL: nothing. */
void fault_on_connect(const char *sql);

#endif
