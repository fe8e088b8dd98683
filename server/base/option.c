#include "base/option.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/option_value.h"
#include "base/str.h"

extern char **environ;

enum {
	ORIGIN_SIZE = 160,
	NAME_SIZE = 100,
	SHOWN_VALUE_MAX = 40,
	NEAR_ENOUGH = 2, /* edits between a misspelt name and the one we suggest */
};

struct option_set {
	const struct option *const *tables;
	void *target;
};

/* Walks all options of all tables; o == NULL at the end. */
#define each_option(tables, o) \
	for (const struct option *const *table = (tables); *table != NULL; table++) \
		for (const struct option *o = *table; o->name != NULL; o++)

struct option_set *
options_create(const struct option *const *tables, void *target)
{
	struct option_set *s = xmalloc(sizeof(*s));

	*s = (struct option_set){tables, target};
	each_option(tables, o) {
		/* Defaults need not lie within the range: "" may mean that it must be set. */
		struct option unbounded = *o;
		bool stored;

		if (option_is_text(o)) {
			*(char **)((char *)target + o->offset) = NULL;
			unbounded.min = 0;
			unbounded.max = 0;
		}
		stored = option_store(&unbounded, target, o->fallback != NULL ? o->fallback : "");
		assert(stored);
		(void)stored;
	}
	return s;
}

void
options_destroy(struct option_set *s)
{
	if (s == NULL) {
		return;
	}
	each_option(s->tables, o) {
		if (option_is_text(o)) {
			char **text = (char **)((char *)s->target + o->offset);

			free(*text);
			*text = NULL;
		}
	}
	free(s);
}

static const struct option *
find(const struct option_set *s, const char *name)
{
	each_option(s->tables, o) {
		if (strcmp(o->name, name) == 0) {
			return o;
		}
	}
	return NULL;
}

/* Levenshtein's distance; names longer than NAME_SIZE are far from everything. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t row[NAME_SIZE + 1];
	size_t a_length = strlen(a);
	size_t b_length = strlen(b);

	if (a_length > NAME_SIZE || b_length > NAME_SIZE) {
		return NAME_SIZE;
	}
	for (size_t j = 0; j <= b_length; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);

			diagonal = row[j];
			if (best > row[j] + 1) {
				best = row[j] + 1;
			}
			if (best > row[j - 1] + 1) {
				best = row[j - 1] + 1;
			}
			row[j] = best;
		}
	}
	return row[b_length];
}

static enum err
refuse_unknown(const struct option_set *s, const char *name, const char *origin,
	struct error *e)
{
	const struct option *nearest = NULL;
	size_t nearest_distance = NEAR_ENOUGH + 1;

	each_option(s->tables, o) {
		size_t distance = edit_distance(name, o->name);

		if (distance < nearest_distance) {
			nearest = o;
			nearest_distance = distance;
		}
	}
	if (nearest != NULL) {
		return error_set(e, ERR_INVALID, "%s: there is no setting %.60s; is it %s?",
			origin, name, nearest->name);
	}
	return error_set(e, ERR_INVALID,
		"%s: there is no setting %.60s (trunkline.conf.example lists them)", origin,
		name);
}

static enum err
assign(struct option_set *s, const struct option *o, const char *value,
	const char *origin, struct error *e)
{
	struct buf allowed;

	if (option_store(o, s->target, value)) {
		return ERR_OK;
	}
	buf_init(&allowed, sizeof(e->text));
	option_describe(o, &allowed);
	if (o->type == OPTION_SECRET) {
		error_set(e, ERR_INVALID, "%s: %s must be %s", origin, o->name, allowed.data);
	} else {
		error_set(e, ERR_INVALID, "%s: %s must be %s, not \"%.*s\"", origin, o->name,
			allowed.data, (int)utf8_truncate(value, strlen(value), SHOWN_VALUE_MAX),
			value);
	}
	buf_fini(&allowed);
	return ERR_INVALID;
}

enum err
options_set(struct option_set *s, const char *assignment, struct error *e)
{
	const char *equals = strchr(assignment, '=');
	char name[NAME_SIZE];
	const struct option *o;

	if (equals == NULL || (size_t)(equals - assignment) >= sizeof(name)) {
		return error_set(e, ERR_INVALID, "--set: write section.name=value");
	}
	memcpy(name, assignment, (size_t)(equals - assignment));
	name[equals - assignment] = '\0';
	o = find(s, name);
	if (o == NULL) {
		return refuse_unknown(s, name, "--set", e);
	}
	return assign(s, o, equals + 1, "--set", e);
}

/* "server.listen" -> "TRUNKLINE_SERVER_LISTEN" */
static void
variable_name(const char *name, size_t length, char out[static NAME_SIZE])
{
	static const char prefix[] = "TRUNKLINE_";
	size_t at = sizeof(prefix) - 1;

	assert(at + length < NAME_SIZE);
	memcpy(out, prefix, at);
	for (size_t i = 0; i < length; i++) {
		out[at++] = name[i] == '.' ? '_' : (char)toupper((unsigned char)name[i]);
	}
	out[at] = '\0';
}

/* A variable that begins like one of our sections but names no setting is a slip of the
 * operator; others may belong to somebody else. */
static bool
names_section(const struct option_set *s, const char *variable)
{
	each_option(s->tables, o) {
		char section[NAME_SIZE];

		variable_name(o->name, strcspn(o->name, ".") + 1, section);
		if (str_starts_with(variable, section)) {
			return true;
		}
	}
	return false;
}

static const struct option *
find_variable(const struct option_set *s, const char *variable, size_t length)
{
	each_option(s->tables, o) {
		char name[NAME_SIZE];

		variable_name(o->name, strlen(o->name), name);
		if (strlen(name) == length && strncmp(name, variable, length) == 0) {
			return o;
		}
	}
	return NULL;
}

enum err
options_read_environment(struct option_set *s, struct error *e)
{
	for (char **entry = environ; *entry != NULL; entry++) {
		size_t length = strcspn(*entry, "=");
		const struct option *o;
		char origin[ORIGIN_SIZE];
		enum err rc;

		if (!str_starts_with(*entry, "TRUNKLINE_") || (*entry)[length] == '\0') {
			continue;
		}
		o = find_variable(s, *entry, length);
		if (o == NULL && names_section(s, *entry)) {
			return error_set(e, ERR_INVALID,
				"environment: %.*s is no setting (trunkline.conf.example lists them)",
				(int)(length < NAME_SIZE ? length : NAME_SIZE), *entry);
		}
		if (o == NULL) {
			continue;
		}
		variable_name(o->name, strlen(o->name), origin);
		rc = assign(s, o, *entry + length + 1, origin, e);
		if (rc != ERR_OK) {
			return rc;
		}
	}
	return ERR_OK;
}

struct file_reader {
	struct option_set *set;
	FILE *file;
	const char *path;
	unsigned line;
	bool indented;
	enum err rc;
	struct error *e;
	const struct option **seen; /* each may be given once */
	size_t seen_count;
};

static void
name_origin(const struct file_reader *r, char out[static ORIGIN_SIZE])
{
	int cut = ORIGIN_SIZE - 20;

	snprintf(out, ORIGIN_SIZE, "%.*s:%u", cut, r->path, r->line);
}

/* inih asks for lines here instead of using fgets(), so that we know their numbers and
 * refuse one that it would cut silently. */
static char *
next_line(char *out, int size, void *stream)
{
	struct file_reader *r = stream;
	size_t length;

	if (r->rc != ERR_OK || fgets(out, size, r->file) == NULL) {
		return NULL;
	}
	r->line++;
	length = strlen(out);
	r->indented = out[0] == ' ' || out[0] == '\t';
	if (length == 0 || (out[length - 1] != '\n' && !feof(r->file))) {
		char origin[ORIGIN_SIZE];

		name_origin(r, origin);
		r->rc = error_set(r->e, ERR_INVALID,
			"%s: a line of more than %d bytes or with a NUL (a list may go on in "
			"indented lines)",
			origin, size - 2);
		return NULL;
	}
	return out;
}

static bool
already_seen(const struct file_reader *r, const struct option *o)
{
	for (size_t i = 0; i < r->seen_count; i++) {
		if (r->seen[i] == o) {
			return true;
		}
	}
	return false;
}

static enum err
continue_list(struct file_reader *r, const struct option *o, const char *value,
	const char *origin)
{
	const char *so_far = *(char **)((char *)r->set->target + o->offset);
	size_t size = strlen(so_far) + strlen(value) + 2;
	bool comma = so_far[0] != '\0' && so_far[strlen(so_far) - 1] != ',';
	char *joined = xmalloc(size);
	enum err rc;

	snprintf(joined, size, "%s%s%s", so_far, comma ? "," : "", value);
	rc = assign(r->set, o, joined, origin, r->e);
	free(joined);
	return rc;
}

static int
handle_pair(void *ctx, const char *section, const char *key, const char *value)
{
	struct file_reader *r = ctx;
	char name[NAME_SIZE];
	char origin[ORIGIN_SIZE];
	const struct option *o;

	if (r->rc != ERR_OK) {
		return 1;
	}
	name_origin(r, origin);
	snprintf(name, sizeof(name), "%s%s%s", section, section[0] != '\0' ? "." : "", key);
	o = find(r->set, name);
	if (o == NULL) {
		r->rc = refuse_unknown(r->set, name, origin, r->e);
	} else if (!already_seen(r, o)) {
		r->seen[r->seen_count++] = o;
		r->rc = assign(r->set, o, value, origin, r->e);
	} else if (r->indented && o->type == OPTION_LIST) {
		r->rc = continue_list(r, o, value, origin);
	} else if (r->indented) {
		r->rc = error_set(r->e, ERR_INVALID,
			"%s: an indented line continues %s, which is no list", origin, name);
	} else {
		r->rc = error_set(r->e, ERR_INVALID, "%s: %s is given twice", origin, name);
	}
	return 1;
}

enum err
options_read_file(struct option_set *s, const char *path, struct error *e)
{
	struct file_reader r = {.set = s, .path = path, .e = e};
	size_t count = 0;
	int first_bad_line;

	r.file = fopen(path, "re");
	if (r.file == NULL) {
		return error_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID, "%s: %m",
			path);
	}
	each_option(s->tables, o) {
		count++;
	}
	r.seen = xcalloc(count, sizeof(*r.seen));
	first_bad_line = ini_parse_stream(next_line, &r, handle_pair, &r);
	if (r.rc == ERR_OK && ferror(r.file)) {
		r.rc = error_set(e, ERR_INVALID, "%s: cannot be read", path);
	} else if (r.rc == ERR_OK && first_bad_line != 0) {
		r.rc = error_set(e, ERR_INVALID, "%s:%d: neither [section] nor name = value",
			path, first_bad_line);
	}
	free(r.seen);
	fclose(r.file);
	return r.rc;
}
