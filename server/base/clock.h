/* The only source of time. Tests put a virtual clock in its place. Thread-safe. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

int64_t clock_now_ms(void);             /* UTC wall clock, milliseconds since 1970 */
int64_t clock_monotonic_ms(void);       /* for time-outs only */
int64_t clock_monotonic_us(void);       /* for measuring */
void clock_set_virtual(int64_t now_ms); /* tests: freezes both clocks at this instant */
void clock_advance(int64_t ms);         /* tests: only after clock_set_virtual */

#define TIME_TEXT_SIZE 25
void
time_format(int64_t ms, char out[static TIME_TEXT_SIZE]); /* 2026-11-21T08:00:00.123Z */
bool time_parse(const char *text, int64_t *out_ms);       /* RFC 3339 with any offset */

#endif
