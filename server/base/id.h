/* Identifiers. Entity ids are 63-bit and time-ordered, so that indexes grow at their end:
 * 41 bits of milliseconds since 2025-01-01, 8 bits of node, 14 bits of counter.
 * Refs are ULIDs (26 Crockford base32 characters, time-ordered 128 bit), made by clients. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_source {
	uint64_t last;
	uint8_t node;
};

void id_source_init(struct id_source *s, uint8_t node, uint64_t floor);
uint64_t
id_next(struct id_source *s); /* strictly increasing, even if the clock goes back */

#define REF_SIZE 27                              /* 26 characters and NUL */
bool ref_valid(const char *text, size_t length); /* 8..26 of [0-9A-Za-z_-] are accepted */
void ref_make(char out[static REF_SIZE]);

void random_bytes(void *out, size_t length); /* OpenSSL; aborts without entropy */

#endif
