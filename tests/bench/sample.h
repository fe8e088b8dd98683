/* Measuring: the clock, latencies, and what a process of another program has used. */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

uint64_t now_ns(void);

struct sample_set;
struct sample_set *
sample_set_create(size_t capacity); /* ends the program without memory */
void sample_set_add(struct sample_set *s, uint64_t ns); /* dropped once it is full */
void sample_set_sort(struct sample_set *s);
size_t sample_set_count(const struct sample_set *s);
/* Microseconds; only after sample_set_sort; share from 0 to 1. */
double sample_set_at(const struct sample_set *s, double share);

struct usage {
	double cpu_s;
	double resident_kb;
};

/* All zeros when the process is gone or pid is 0. */
struct usage usage_of(int pid);

#endif
