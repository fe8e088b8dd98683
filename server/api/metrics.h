/* Numbers for monitoring, in the text format of Prometheus, at /metrics of the listeners that
 * server.metrics_listen names. What the loop counts costs an addition; the rest is gathered only
 * when somebody asks. Loop thread. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "net/net.h"

struct fact;
struct metrics;

struct metrics *metrics_create(void);
void metrics_destroy(struct metrics *m); /* NULL is fine */
/* Every committed fact of this process. */
void metrics_count(struct metrics *m, const struct fact *f);
extern const struct http_route metrics_routes[];

#endif
