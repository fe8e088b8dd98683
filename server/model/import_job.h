/* An import of customers from a file: how far it came. The file itself lies in the data folder,
 * so that the import goes on while nobody looks at it. */
#ifndef MODEL_IMPORT_JOB_H
#define MODEL_IMPORT_JOB_H

#include <stdint.h>

struct json_writer;

/* Stored as numbers that never change their meaning. */
enum import_state {
	IMPORT_READY = 1, /* uploaded, not started */
	IMPORT_RUNNING = 2,
	IMPORT_DONE = 3,
	IMPORT_STOPPED = 4, /* by a person, or with the server */
	IMPORT_FAILED = 5,
};

struct import_job {
	uint64_t id;
	const char *name; /* of the file, as its owner calls it */
	enum import_state state;
	const char *charset;
	uint64_t columns_hash; /* of the headings */
	const char *mapping;   /* JSON: a target for each column; "[]": not chosen yet */
	int64_t size;          /* bytes */
	int64_t done;
	int64_t created;
	int64_t changed;
	int64_t unchanged;
	int64_t bad;
	const char *problem; /* why it failed */
	uint64_t author;
	uint64_t unit;
	int64_t created_at;
	int64_t started_at;
	int64_t ended_at;
};

/* The members of the wire object; the braces are the caller's. */
void import_job_encode(const struct import_job *i, struct json_writer *w);

#endif
