#include "channels/email/mime_part.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "channels/email/mime.h"
#include "channels/email/mime_head.h"

enum {
	BOUNDARY_MAX = 1000,
	SCANS_MAX = 10, /* how often the whole mail is looked through, for all its levels */
};

/* One line of `rest`, without its end; moves rest behind it. */
static struct slice
take_line(struct slice *rest)
{
	const char *end = memchr(rest->data, '\n', rest->length);
	size_t whole = end != NULL ? (size_t)(end - rest->data) + 1 : rest->length;
	struct slice line = {rest->data, end != NULL ? whole - 1 : whole};

	if (line.length > 0 && line.data[line.length - 1] == '\r') {
		line.length--;
	}
	rest->data += whole;
	rest->length -= whole;
	return line;
}

/* Length of the name before a colon; 0: this is not the first line of a field. */
static size_t
name_length(struct slice line)
{
	size_t n = 0;

	while (n < line.length && line.data[n] > ' ' && line.data[n] < 127 &&
		line.data[n] != ':') {
		n++;
	}
	size_t colon = n;
	while (colon < line.length && (line.data[colon] == ' ' || line.data[colon] == '\t')) {
		colon++;
	}
	return colon < line.length && line.data[colon] == ':' ? n : 0;
}

static bool
continues(struct slice line)
{
	return line.length > 0 && (line.data[0] == ' ' || line.data[0] == '\t');
}

/* Whether a line that is no field stands among fields, as a badly folded one does. */
static bool
fields_follow(struct slice rest)
{
	struct slice next = take_line(&rest);

	return name_length(next) > 0;
}

/* Takes the lines that belong to a field which began at `start`. */
static struct slice
take_value(struct slice *rest, const char *start, const char *first_end)
{
	const char *end = first_end;

	while (rest->length > 0) {
		struct slice ahead = *rest;
		struct slice line = take_line(&ahead);
		bool stray = line.length > 0 && !continues(line) && name_length(line) == 0 &&
			strncmp(line.data, "--", line.length < 2 ? line.length : 2) != 0 &&
			fields_follow(ahead);

		if (!continues(line) && !stray) {
			break;
		}
		end = line.data + line.length;
		*rest = ahead;
	}
	size_t length = (size_t)(end - start);
	return (struct slice){start,
		length > MIME_FIELD_BYTES_MAX ? MIME_FIELD_BYTES_MAX : length};
}

bool
mime_header_read(struct slice bytes, struct arena *a, const struct mime_field **fields,
	size_t *count, struct slice *body)
{
	struct slice rest = bytes;
	struct mime_field *list = NULL;
	size_t capacity = 0;
	size_t n = 0;

	while (rest.length > 0) {
		struct slice before = rest;
		struct slice line = take_line(&rest);
		size_t name = name_length(line);
		if (line.length == 0) {
			break;
		}
		if (name == 0) {
			/* Of a mailbox file, or of a program that forgot the empty line. */
			if (n == 0 && (strncmp(line.data, "From ", 5) == 0 || continues(line))) {
				continue;
			}
			rest = before;
			break;
		}
		const char *colon = memchr(line.data + name, ':', line.length - name);
		struct slice value = take_value(&rest, colon + 1, line.data + line.length);
		if (n == MIME_FIELDS_MAX) {
			continue;
		}
		if (n == capacity) {
			struct mime_field *more = arena_alloc(a, (capacity * 2 + 16) * sizeof(*list));
			if (n > 0) {
				memcpy(more, list, n * sizeof(*list));
			}
			list = more;
			capacity = capacity * 2 + 16;
		}
		list[n++] = (struct mime_field){{line.data, name}, value};
	}
	*fields = list;
	*count = n;
	*body = rest;
	return n > 0;
}

const struct slice *
mime_field_in(const struct mime_field *fields, size_t count, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < count; i++) {
		if (fields[i].name.length == length &&
			strncasecmp(fields[i].name.data, name, length) == 0) {
			return &fields[i].value;
		}
	}
	return NULL;
}

const struct slice *
mime_field(const struct mime_part *part, const char *name)
{
	return mime_field_in(part->fields, part->field_count, name);
}

size_t
mime_field_count(const struct mime_part *part, const char *name)
{
	size_t length = strlen(name);
	size_t found = 0;

	for (size_t i = 0; i < part->field_count; i++) {
		if (part->fields[i].name.length == length &&
			strncasecmp(part->fields[i].name.data, name, length) == 0) {
			found++;
		}
	}
	return found;
}

struct mime_part *
mime_part_after(const struct mime_part *part)
{
	if (part->first != NULL) {
		return part->first;
	}
	while (part != NULL && part->next == NULL) {
		part = part->parent;
	}
	return part != NULL ? part->next : NULL;
}

/* ---- Boundaries -------------------------------------------------------------------- */

struct reading {
	struct arena *arena;
	size_t parts;
	size_t scans_left; /* bytes */
	bool cut;
};

/* A line that separates parts: 1 the next begins, 2 the last has ended, 0 neither. */
static int
boundary_of(struct slice line, const char *boundary, size_t length)
{
	if (line.length < length + 2 || line.data[0] != '-' || line.data[1] != '-' ||
		memcmp(line.data + 2, boundary, length) != 0) {
		return 0;
	}
	struct slice rest = {line.data + 2 + length, line.length - 2 - length};
	int found = 1;
	if (rest.length >= 2 && rest.data[0] == '-' && rest.data[1] == '-') {
		found = 2;
		rest.data += 2;
		rest.length -= 2;
	}
	for (size_t i = 0; i < rest.length; i++) {
		if (rest.data[i] != ' ' && rest.data[i] != '\t') {
			return 0;
		}
	}
	return found;
}

/* The next separating line at or after `from`; *line is it, *kind as above. */
static bool
next_boundary(struct slice body, const char *boundary, struct slice *rest,
	struct slice *line, int *kind)
{
	size_t length = strlen(boundary);

	while (rest->length > 0) {
		/* Only lines that begin with two dashes are looked at closely. */
		bool at_start = rest->data == body.data || rest->data[-1] == '\n';
		if (!at_start || rest->length < length + 2 || rest->data[0] != '-' ||
			rest->data[1] != '-' || memcmp(rest->data + 2, boundary, length) != 0) {
			const char *end = memchr(rest->data, '\n', rest->length);
			size_t skipped = end != NULL ? (size_t)(end - rest->data) + 1 : rest->length;
			rest->data += skipped;
			rest->length -= skipped;
			continue;
		}
		*line = take_line(rest);
		*kind = boundary_of(*line, boundary, length);
		if (*kind != 0) {
			return true;
		}
	}
	return false;
}

/* Where Content-Type names none, or one that never comes: a line of dashes before a line that
 * begins a part's header is meant to be one. */
static const char *
guess_boundary(struct slice body, struct arena *a)
{
	struct slice rest = body;

	while (rest.length > 0) {
		struct slice line = take_line(&rest);
		struct slice ahead = rest;
		struct slice next = take_line(&ahead);
		if (line.length > 4 && line.length < BOUNDARY_MAX && line.data[0] == '-' &&
			line.data[1] == '-' && next.length > 8 &&
			strncasecmp(next.data, "Content-", 8) == 0) {
			while (
				line.data[line.length - 1] == ' ' || line.data[line.length - 1] == '\t') {
				line.length--;
			}
			return arena_strndup(a, line.data + 2, line.length - 2);
		}
	}
	return NULL;
}

static struct slice
without_last_line_end(const char *start, const char *end)
{
	if (end > start && end[-1] == '\n') {
		end--;
	}
	if (end > start && end[-1] == '\r') {
		end--;
	}
	return (struct slice){start, (size_t)(end - start)};
}

static void
add_child(struct mime_part *parent, struct mime_part *child)
{
	child->parent = parent;
	child->depth = parent->depth + 1;
	if (parent->last != NULL) {
		parent->last->next = child;
	} else {
		parent->first = child;
	}
	parent->last = child;
}

static struct mime_part *
new_part(struct reading *r, struct slice bytes, struct mime_part *parent, bool in_digest);

/* Recursion is bounded by MIME_DEPTH_MAX. */
static void
split(struct reading *r, struct mime_part *part, const char *boundary)
{
	struct slice rest = part->body;
	struct slice line;
	int kind;
	bool digest = strcmp(part->type, "multipart/digest") == 0;

	if (part->body.length > r->scans_left) {
		r->cut = true;
		return;
	}
	r->scans_left -= part->body.length;
	if (!next_boundary(part->body, boundary, &rest, &line, &kind)) {
		return;
	}
	while (kind == 1) {
		const char *start = rest.data;
		bool more = next_boundary(part->body, boundary, &rest, &line, &kind);
		const char *end = more ? line.data : part->body.data + part->body.length;
		if (r->parts >= MIME_PARTS_MAX) {
			r->cut = true;
			return;
		}
		(void)new_part(r, without_last_line_end(start, end), part, digest);
		if (!more) {
			return;
		}
	}
}

static struct mime_part *
new_part(struct reading *r, struct slice bytes, struct mime_part *parent, bool in_digest)
{
	struct mime_part *part = arena_alloc(r->arena, sizeof(*part));
	const char *boundary = "";

	r->parts++;
	if (!mime_header_read(bytes, r->arena, &part->fields, &part->field_count,
			&part->body) &&
		parent == NULL) {
		return NULL;
	}
	if (parent != NULL) {
		add_child(parent, part);
	}
	mime_part_describe(part, in_digest ? "message/rfc822" : "text/plain", r->arena,
		&boundary);
	if (strncmp(part->type, "multipart/", 10) != 0) {
		return part;
	}
	if (part->depth >= MIME_DEPTH_MAX) {
		r->cut = true;
		return part;
	}
	if (boundary[0] != '\0') {
		split(r, part, boundary);
	}
	if (part->first == NULL) {
		boundary = guess_boundary(part->body, r->arena);
		if (boundary != NULL) {
			split(r, part, boundary);
		}
	}
	if (part->first == NULL) {
		part->type = "text/plain"; /* what it says cannot be; shown as it is */
	}
	return part;
}

bool
mime_tree_read(const char *bytes, size_t length, struct arena *a, struct mime_tree *out)
{
	struct reading r = {.arena = a, .scans_left = length * SCANS_MAX};
	struct slice rest = {bytes, length};

	if (rest.length >= 3 && memcmp(rest.data, "\xEF\xBB\xBF", 3) == 0) {
		rest.data += 3;
		rest.length -= 3;
	}
	while (rest.length > 0 && (rest.data[0] == '\r' || rest.data[0] == '\n')) {
		rest.data++;
		rest.length--;
	}
	struct mime_part *root = new_part(&r, rest, NULL, false);
	if (root == NULL) {
		return false;
	}
	out->root = root;
	out->cut = r.cut;
	return true;
}
