/* Passwords on the workers, in the middle of an exchange. Loop thread. */
#ifndef API_PASSWORD_JOB_H
#define API_PASSWORD_JOB_H

#include <stdbool.h>

struct exchange;

/* stronger: the right password's hash by today's settings when they have risen since; NULL:
 * they have not. Valid in the call. */
typedef void password_checked(struct exchange *x, bool right, const char *stronger);
typedef void
password_hashed(struct exchange *x, const char *hash); /* valid in the call */

/* hash NULL or "": nobody of that name; takes as long as for somebody and is wrong. */
void exchange_check_password(struct exchange *x, const char *hash, const char *password,
	password_checked *next);
void
exchange_hash_password(struct exchange *x, const char *password, password_hashed *next);

#endif
