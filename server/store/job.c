#include "store/job.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "model/fact.h"
#include "store/dedupe.h"

struct job *
job_create(struct change *change, store_done *done, void *ctx)
{
	struct job *j = arena_alloc(change->arena, sizeof(*j));

	j->change = change;
	j->done = done;
	j->ctx = ctx;
	j->has_key = dedupe_key(change, j->key);
	return j;
}

void
job_reset(struct job *j)
{
	for (size_t i = 0; i < j->fact_count; i++) {
		fact_put(j->facts[i]);
	}
	j->fact_count = 0;
	j->key_taken = false;
	j->outcome = (struct outcome){0};
}

void
job_add_fact(struct job *j, struct fact *f)
{
	if (j->fact_count == j->fact_capacity) {
		size_t larger = j->fact_capacity == 0 ? 4 : j->fact_capacity * 2;
		struct fact **grown = arena_alloc(j->change->arena,
			larger * sizeof(struct fact *));

		if (j->fact_count > 0) {
			memcpy(grown, j->facts, j->fact_count * sizeof(struct fact *));
		}
		j->facts = grown;
		j->fact_capacity = larger;
	}
	j->facts[j->fact_count++] = f;
	j->outcome.facts = j->facts;
	j->outcome.fact_count = j->fact_count;
}

void
job_destroy(struct job *j)
{
	if (j == NULL) {
		return;
	}
	for (size_t i = 0; i < j->fact_count; i++) {
		fact_put(j->facts[i]);
	}
	change_destroy(j->change);
}

enum err
job_refuse(struct job *j, enum err code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(j->outcome.text, sizeof(j->outcome.text), fmt, args);
	va_end(args);
	j->outcome.code = code;
	return code;
}
