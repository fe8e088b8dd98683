/* The numbered files of migrations/, compiled in. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

struct migration {
	int version;
	const char *name;
	const char *sql;
};

extern const struct migration migrations[]; /* ascending; ends with version 0 */

#endif
