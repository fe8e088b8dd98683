/* The calendar of the house as it is now, and what of it is told to consoles and widgets. Loop
 * thread only. */
#ifndef API_HOUSE_HOURS_H
#define API_HOUSE_HOURS_H

#include <stdint.h>

struct app;
struct hours;
struct house_hours;
struct json_writer;

/* Valid until the directory is loaded anew: do not keep it. Never NULL. */
const struct hours *hours_current(const struct app *app);

/* {"open", "next_change", "zone", "day"}: the name of a special day, or null. */
void hours_state_encode(const struct hours *h, int64_t now, struct json_writer *w);

/* Tells everybody when it opens, when it closes, and when the calendar was edited. */
struct house_hours *house_hours_create(struct app *app);
void house_hours_destroy(struct house_hours *h); /* NULL is fine */

#endif
