#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct sample_set {
	size_t count;
	size_t capacity;
	float microseconds[];
};

uint64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct sample_set *
sample_set_create(size_t capacity)
{
	struct sample_set *s = malloc(sizeof(*s) + capacity * sizeof(s->microseconds[0]));
	if (!s) {
		fprintf(stderr, "load: out of memory\n");
		exit(1);
	}
	s->count = 0;
	s->capacity = capacity;
	return s;
}

void
sample_set_add(struct sample_set *s, uint64_t ns)
{
	if (s->count < s->capacity) {
		s->microseconds[s->count++] = (float)ns / 1000.0f;
	}
}

static int
compare(const void *left, const void *right)
{
	float a = *(const float *)left;
	float b = *(const float *)right;
	return (a > b) - (a < b);
}

void
sample_set_sort(struct sample_set *s)
{
	qsort(s->microseconds, s->count, sizeof(s->microseconds[0]), compare);
}

size_t
sample_set_count(const struct sample_set *s)
{
	return s->count;
}

double
sample_set_at(const struct sample_set *s, double share)
{
	if (s->count == 0) {
		return 0;
	}
	size_t index = (size_t)((double)s->count * share);
	return s->microseconds[index < s->count ? index : s->count - 1];
}

struct usage
usage_of(int pid)
{
	struct usage usage = {0, 0};
	char path[64];
	char line[2048];
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *file = pid > 0 ? fopen(path, "r") : NULL;
	if (!file) {
		return usage;
	}
	size_t length = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[length] = '\0';
	/* The second field is the program's name in brackets and may hold blanks. */
	const char *rest = strrchr(line, ')');
	unsigned long user;
	unsigned long system;
	long pages;
	if (rest &&
		sscanf(rest + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu"
			" %*d %*d %*d %*d %*d %*d %*u %*u %ld",
			&user, &system, &pages) == 3) {
		usage.cpu_s = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
		usage.resident_kb = (double)pages * (double)sysconf(_SC_PAGESIZE) / 1024.0;
	}
	return usage;
}
