/* Decimal digits of a number, without format strings: ids and times are in every frame. */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdint.h>

#define I64_TEXT_SIZE 20 /* "-9223372036854775808" without NUL */

/* Writes backwards from `end`, eight digits and then two a division; returns where the digits
 * start, at most I64_TEXT_SIZE bytes before. Writes no NUL. */
char *digits_before(uint64_t value, char *end);
/* How many there are: 1 for 0. */
unsigned digits_count(uint64_t value);

#endif
