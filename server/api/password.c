#include "api/password.h"

#include <argon2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"

enum {
	SALT_SIZE = 16,
	HASH_SIZE = 32,
	LANES = 1,
};

enum err
password_acceptable(const char *password, const char *login, struct error *e)
{
	size_t length = strlen(password);

	if (length > PASSWORD_MAX) {
		return error_set(e, ERR_INVALID, "the password is longer than %d bytes",
			PASSWORD_MAX);
	}
	if (utf8_count(password, length) < PASSWORD_MIN) {
		return error_set(e, ERR_INVALID, "the password needs at least %d characters",
			PASSWORD_MIN);
	}
	if (login != NULL && strcasecmp(password, login) == 0) {
		return error_set(e, ERR_INVALID, "the password is the log-in name");
	}
	return ERR_OK;
}

void
password_hash(const char *password, int64_t memory_kib, int64_t passes,
	char out[static PASSWORD_HASH_SIZE])
{
	uint8_t salt[SALT_SIZE];

	random_bytes(salt, sizeof(salt));
	if (argon2id_hash_encoded((uint32_t)passes, (uint32_t)memory_kib, LANES, password,
			strlen(password), salt, sizeof(salt), HASH_SIZE, out,
			PASSWORD_HASH_SIZE) != ARGON2_OK) {
		abort(); /* the settings are within Argon2's bounds: only without memory */
	}
}

bool
password_verify(const char *hash, const char *password, int64_t memory_kib,
	int64_t passes)
{
	char unused[PASSWORD_HASH_SIZE];

	if (str_empty(hash)) {
		password_hash(password, memory_kib, passes, unused);
		return false;
	}
	return argon2id_verify(hash, password, strlen(password)) == ARGON2_OK;
}

bool
password_outdated(const char *hash, int64_t memory_kib, int64_t passes)
{
	unsigned long memory;
	unsigned long time;

	return sscanf(hash, "$argon2id$v=%*u$m=%lu,t=%lu,", &memory, &time) != 2 ||
		memory < (unsigned long)memory_kib || time < (unsigned long)passes;
}

void
password_generate(char out[static PASSWORD_GENERATED_SIZE])
{
	/* 32 of them, so that a byte's low bits choose without bias. */
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789A";
	uint8_t bytes[PASSWORD_GENERATED_SIZE - 1];

	_Static_assert(sizeof(letters) - 1 == 32, "five bits a letter");
	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bool dash = i % 5 == 4;

		out[i] = dash ? '-' : letters[bytes[i] % 32];
	}
	out[sizeof(bytes)] = '\0';
}
