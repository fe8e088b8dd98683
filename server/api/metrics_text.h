/* Writing the text format of Prometheus, version 0.0.4. */
#ifndef API_METRICS_TEXT_H
#define API_METRICS_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum metric_type { GAUGE, COUNTER, HISTOGRAM };

void
metric_head(struct buf *out, const char *name, enum metric_type type, const char *help);
void metric_label(struct buf *out, const char *value); /* escaped */
void metric_number(struct buf *out, const char *name, enum metric_type type,
	const char *help, uint64_t value);
void metric_seconds(struct buf *out, const char *name, enum metric_type type,
	const char *help, int64_t us);
/* `counts`: one for each bound, how many lie above the bound before and up to it, and one for
 * what is above all. */
void metric_histogram(struct buf *out, const char *name, const char *help,
	const uint64_t *bounds, size_t bound_count, const uint64_t *counts, uint64_t sum);
/* The same for times, in microseconds here and in seconds there. */
void metric_histogram_seconds(struct buf *out, const char *name, const char *help,
	const uint64_t *bounds_us, size_t bound_count, const uint64_t *counts,
	uint64_t sum_us);

#endif
