#include "api/metrics_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

enum { US_A_SECOND = 1000000 };

static const char *const types[] = {"gauge", "counter", "histogram"};

void
metric_head(struct buf *out, const char *name, enum metric_type type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, types[type]);
}

void
metric_label(struct buf *out, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == '\n') {
			buf_puts(out, "\\n");
			continue;
		}
		if (*p == '"' || *p == '\\') {
			buf_putc(out, '\\');
		}
		buf_putc(out, *p);
	}
}

/* Without floating point, which would round; as short as it can be said. */
static void
put_value(struct buf *out, uint64_t value, bool seconds)
{
	uint64_t rest = seconds ? value % US_A_SECOND : 0;
	int digits = 6;

	buf_printf(out, "%" PRIu64, seconds ? value / US_A_SECOND : value);
	while (rest > 0 && rest % 10 == 0) {
		rest /= 10;
		digits--;
	}
	if (rest > 0) {
		buf_printf(out, ".%0*" PRIu64, digits, rest);
	}
}

static void
put_sample(struct buf *out, const char *name, const char *end, uint64_t value,
	bool seconds)
{
	buf_printf(out, "%s%s ", name, end);
	put_value(out, value, seconds);
	buf_putc(out, '\n');
}

void
metric_number(struct buf *out, const char *name, enum metric_type type, const char *help,
	uint64_t value)
{
	metric_head(out, name, type, help);
	put_sample(out, name, "", value, false);
}

void
metric_seconds(struct buf *out, const char *name, enum metric_type type, const char *help,
	int64_t us)
{
	metric_head(out, name, type, help);
	put_sample(out, name, "", us > 0 ? (uint64_t)us : 0, true);
}

static void
histogram(struct buf *out, const char *name, const char *help, const uint64_t *bounds,
	size_t bound_count, const uint64_t *counts, uint64_t sum, bool seconds)
{
	uint64_t total = 0;

	metric_head(out, name, HISTOGRAM, help);
	for (size_t i = 0; i < bound_count; i++) {
		total += counts[i];
		buf_printf(out, "%s_bucket{le=\"", name);
		put_value(out, bounds[i], seconds);
		buf_printf(out, "\"} %" PRIu64 "\n", total);
	}
	total += counts[bound_count];
	put_sample(out, name, "_bucket{le=\"+Inf\"}", total, false);
	put_sample(out, name, "_sum", sum, seconds);
	put_sample(out, name, "_count", total, false);
}

void
metric_histogram(struct buf *out, const char *name, const char *help,
	const uint64_t *bounds, size_t bound_count, const uint64_t *counts, uint64_t sum)
{
	histogram(out, name, help, bounds, bound_count, counts, sum, false);
}

void
metric_histogram_seconds(struct buf *out, const char *name, const char *help,
	const uint64_t *bounds_us, size_t bound_count, const uint64_t *counts,
	uint64_t sum_us)
{
	histogram(out, name, help, bounds_us, bound_count, counts, sum_us, true);
}
