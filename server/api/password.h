/* Passwords of staff: Argon2id. Hashing and verifying take tens of milliseconds and megabytes on
 * purpose: call them on a worker, or in a command, never on the loop. */
#ifndef API_PASSWORD_H
#define API_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define PASSWORD_HASH_SIZE 200
#define PASSWORD_MIN 8   /* characters */
#define PASSWORD_MAX 128 /* bytes */
#define PASSWORD_GENERATED_SIZE 20

/* ERR_INVALID with the reason: too short, too long, the log-in name itself. */
MUST_CHECK enum err
password_acceptable(const char *password, const char *login, struct error *e);
/* The encoded form "$argon2id$..." that password_verify takes. */
void password_hash(const char *password, int64_t memory_kib, int64_t passes,
	char out[static PASSWORD_HASH_SIZE]);
/* hash NULL: nobody of that name. Does the same work as for somebody, then says false. */
bool password_verify(const char *hash, const char *password, int64_t memory_kib,
	int64_t passes);
/* The settings have risen since the hash was made. */
bool password_outdated(const char *hash, int64_t memory_kib, int64_t passes);
/* A password to tell somebody once: without letters that look alike. */
void password_generate(char out[static PASSWORD_GENERATED_SIZE]);

#endif
