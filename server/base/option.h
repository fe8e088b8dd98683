/* Settings: each is declared once, in a table, with section, type, default, range and help.
 * The file (INI, inih), the environment (TRUNKLINE_SECTION_NAME) and --set section.name=value
 * fill a struct; the later wins. A wrong one is refused with file, line and what is allowed.
 * config/trunkline.conf.example is written from the same tables. */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum option_type {
	OPTION_STRING,   /* char *, "" when unset */
	OPTION_PATH,     /* char *            */
	OPTION_SECRET,   /* char *, never printed */
	OPTION_INT,      /* int64_t           */
	OPTION_BOOL,     /* bool              */
	OPTION_DURATION, /* int64_t ms; "500ms" "10s" "5m" "24h" "30d" */
	OPTION_SIZE,     /* int64_t bytes; "64k" "20m" "1g"            */
	OPTION_ENUM,     /* int, index into choices                    */
	OPTION_LIST,     /* char *, comma-separated, kept as one string */
};

/* What a text must look like, or each item of a list. An empty one is the range's affair. */
struct option_form {
	const char *words; /* "an address with its port (127.0.0.1:8080)" */
	bool (*fits)(const char *text);
};

struct option {
	const char *name; /* "server.listen" */
	enum option_type type;
	size_t offset;              /* into the struct that is filled */
	const char *fallback;       /* the default, as it would be written in the file */
	int64_t min;                /* of the number, or of the length of a text, in bytes */
	int64_t max;                /* no upper bound unless max > min */
	const char *const *choices; /* OPTION_ENUM; ends with NULL */
	const char *help;           /* one or two sentences */
	const struct option_form *form; /* of texts; NULL: any */
};

/* Tables are arrays that end with {0}; option_tables end with NULL. */
struct option_set;
struct option_set *options_create(const struct option *const *tables, void *target);
void options_destroy(struct option_set *s); /* frees the strings in target too */
/* A list may go on in indented lines, each taken as after a comma. */
MUST_CHECK enum err
options_read_file(struct option_set *s, const char *path, struct error *e);
MUST_CHECK enum err options_read_environment(struct option_set *s, struct error *e);
/* "section.name=value" */
MUST_CHECK enum err
options_set(struct option_set *s, const char *assignment, struct error *e);
void options_write_example(const struct option *const *tables, FILE *out);

#endif
