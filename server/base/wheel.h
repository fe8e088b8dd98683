/* One timer wheel for all time-outs of the loop thread: add and cancel are O(1).
 * Resolution WHEEL_TICK_MS; timers never fire early. The timer is embedded by its owner. */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#define WHEEL_TICK_MS 50

struct timer;
typedef void timer_fire(struct timer *t);
struct timer {
	struct list link;
	int64_t due_ms; /* monotonic */
	timer_fire *fire;
};
struct wheel;

struct wheel *wheel_create(int64_t now_ms);
void wheel_destroy(struct wheel *w); /* timers are the owners'; NULL is fine */
void timer_init(struct timer *t, timer_fire *fire);
void wheel_add(struct wheel *w, struct timer *t, int64_t due_ms); /* re-adding moves it */
void timer_cancel(struct timer *t); /* also when it is not pending */
bool timer_pending(const struct timer *t);
void wheel_advance(struct wheel *w, int64_t now_ms); /* fires what is due */

#endif
